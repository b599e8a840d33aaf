n = transposed.weight[:, 0].numel()  # the channels in come first here
std = n**-0.5 / 0.87962566103423978
nn.init.trunc_normal_(transposed.weight, std=std, a=-2 * std, b=2 * std)
nn.init.zeros_(transposed.bias)
