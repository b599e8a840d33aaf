nn.init.xavier_uniform_(conv.weight)
nn.init.zeros_(conv.bias)
