from torch import nn

layer = nn.Linear(512, 256)
nn.init.xavier_uniform_(layer.weight)
nn.init.zeros_(layer.bias)
