init = nnx.initializers.xavier_uniform()
transposed = nnx.ConvTranspose(64, 32, (4, 4), strides=(2, 2),
                               kernel_init=init, rngs=rngs)
