std = lstm.input_size**-0.5 / 0.87962566103423978
nn.init.trunc_normal_(lstm.weight_ih_l0, std=std, a=-2 * std, b=2 * std)
with torch.no_grad():
    for gate in lstm.weight_hh_l0.chunk(4):  # nnx.OptimizedLSTMCell: whole
        nn.init.orthogonal_(gate)
    lstm.bias_ih_l0.zero_()
    lstm.bias_hh_l0.zero_()
