init = nnx.initializers.xavier_uniform()
conv = nnx.Conv(64, 128, (3, 3), kernel_init=init, rngs=rngs)
