def bias(key, shape, dtype=jnp.float32):  # reset, update, new
    keys = jax.random.split(key)
    one, two = (uniform(each, shape, dtype) for each in keys)
    return one + two.at[512:].set(0)  # new's second has no place here


a = 256**-0.5  # of the units, also for what comes from the input
uniform = lambda key, shape, dtype=jnp.float32: jax.random.uniform(
    key, shape, dtype, -a, a)
gru = nnx.GRUCell(128, 256, kernel_init=uniform,
                  recurrent_kernel_init=uniform, bias_init=bias, rngs=rngs)
