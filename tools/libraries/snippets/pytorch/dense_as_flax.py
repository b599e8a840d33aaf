from torch import nn

layer = nn.Linear(512, 256)
s = layer.in_features**-0.5 / 0.87962566
nn.init.trunc_normal_(layer.weight, std=s, a=-2 * s, b=2 * s)
nn.init.zeros_(layer.bias)
