nn.init.xavier_uniform_(layer.weight)
nn.init.zeros_(layer.bias)
