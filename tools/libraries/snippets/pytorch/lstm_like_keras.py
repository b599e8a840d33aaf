nn.init.xavier_uniform_(lstm.weight_ih_l0)  # four gates as one matrix
nn.init.orthogonal_(lstm.weight_hh_l0)  # these, too
with torch.no_grad():
    lstm.bias_ih_l0.zero_()
    lstm.bias_hh_l0.zero_()
    lstm.bias_ih_l0.chunk(4)[1].fill_(1)  # input, forget, cell, output
