std = layer.in_features**-0.5 / 0.87962566103423978
nn.init.trunc_normal_(layer.weight, std=std, a=-2 * std, b=2 * std)
nn.init.zeros_(layer.bias)
