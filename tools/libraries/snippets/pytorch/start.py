nn.init.kaiming_normal_(hidden.weight, nonlinearity="relu")  # He
nn.init.xavier_normal_(last.weight)
nn.init.zeros_(hidden.bias)
nn.init.zeros_(last.bias)
