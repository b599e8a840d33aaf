nn.init.xavier_uniform_(transposed.weight)
nn.init.zeros_(transposed.bias)
