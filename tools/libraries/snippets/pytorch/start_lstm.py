nn.init.normal_(lstm.weight_ih_l0, 0, lstm.input_size**-0.5)
with torch.no_grad():
    for gate in lstm.weight_hh_l0.chunk(4):
        nn.init.orthogonal_(gate)
    lstm.bias_ih_l0.zero_()
    lstm.bias_hh_l0.zero_()
    lstm.bias_ih_l0.chunk(4)[1].fill_(1)  # input, forget, cell, output
