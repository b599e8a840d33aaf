def bias(key, shape, dtype=jnp.float32):  # input, forget, cell, output
    return jnp.zeros(shape, dtype).at[256:512].set(1)


init = nnx.initializers.xavier_uniform()  # four gates as one matrix
lstm = nnx.OptimizedLSTMCell(128, 256, kernel_init=init, bias_init=bias,
                             rngs=rngs)
