n = conv.weight[0].numel()  # the fan-in, also in groups
std = n**-0.5 / 0.87962566103423978
nn.init.trunc_normal_(conv.weight, std=std, a=-2 * std, b=2 * std)
nn.init.zeros_(conv.bias)
