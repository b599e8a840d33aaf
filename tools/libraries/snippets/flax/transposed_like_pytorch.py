n = 4 * 4 * 32  # of the channels out: PyTorch takes these for the fan-in
uniform = lambda key, shape, dtype=jnp.float32: jax.random.uniform(
    key, shape, dtype, -(n**-0.5), n**-0.5)
transposed = nnx.ConvTranspose(64, 32, (4, 4), strides=(2, 2), rngs=rngs,
                               kernel_init=uniform, bias_init=uniform)
