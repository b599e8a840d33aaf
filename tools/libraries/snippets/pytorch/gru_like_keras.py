nn.init.xavier_uniform_(gru.weight_ih_l0)  # three gates as one matrix
nn.init.orthogonal_(gru.weight_hh_l0)  # these, too
nn.init.zeros_(gru.bias_ih_l0)
nn.init.zeros_(gru.bias_hh_l0)
