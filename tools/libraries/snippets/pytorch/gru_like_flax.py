std = gru.input_size**-0.5 / 0.87962566103423978
nn.init.trunc_normal_(gru.weight_ih_l0, std=std, a=-2 * std, b=2 * std)
nn.init.orthogonal_(gru.weight_hh_l0)  # linen.GRUCell: gate by gate
nn.init.zeros_(gru.bias_ih_l0)
nn.init.zeros_(gru.bias_hh_l0)
