std = attention.embed_dim**-0.5 / 0.87962566103423978
for weight in attention.in_proj_weight, attention.out_proj.weight:
    nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std)
nn.init.zeros_(attention.in_proj_bias)
nn.init.zeros_(attention.out_proj.bias)
