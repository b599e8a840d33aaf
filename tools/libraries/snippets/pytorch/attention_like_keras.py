a = (3 / attention.embed_dim) ** 0.5
nn.init.uniform_(attention.in_proj_weight, -a, a)  # q, k and v
nn.init.uniform_(attention.out_proj.weight, -a, a)
nn.init.zeros_(attention.in_proj_bias)
nn.init.zeros_(attention.out_proj.bias)
