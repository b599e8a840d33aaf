a = 256**-0.5  # of the units, also for what comes from the input
uniform = lambda key, shape, dtype=jnp.float32: jax.random.uniform(
    key, shape, dtype, -a, a)
two = lambda key, shape, dtype=jnp.float32: sum(  # PyTorch adds two biases
    uniform(each, shape, dtype) for each in jax.random.split(key))
lstm = nnx.LSTMCell(128, 256, kernel_init=uniform,
                    recurrent_kernel_init=uniform, bias_init=two, rngs=rngs)
