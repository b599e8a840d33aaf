from torch import nn

layer = nn.Linear(512, 256)
s = layer.in_features**-0.5  # the cut takes a part of it, as there
nn.init.trunc_normal_(layer.weight, std=s, a=-2 * s, b=2 * s)
nn.init.zeros_(layer.bias)
