init = nnx.initializers.xavier_uniform()
attention = nnx.MultiHeadAttention(8, 512, decode=False, kernel_init=init,
                                   rngs=rngs)
