d = attention.embed_dim
nn.init.normal_(attention.in_proj_weight, 0, d**-0.5)  # q, k and v
nn.init.normal_(attention.out_proj.weight, 0, d**-0.5)
nn.init.zeros_(attention.in_proj_bias)
nn.init.zeros_(attention.out_proj.bias)
