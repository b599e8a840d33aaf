init = nnx.initializers.xavier_uniform()  # three gates as one matrix
gru = nnx.GRUCell(128, 256, kernel_init=init, rngs=rngs)
