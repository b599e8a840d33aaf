n, init = 3 * 3 * 64, nnx.initializers
uniform = init.variance_scaling(1 / 3, "fan_in", "uniform")
bias = lambda key, shape, dtype=jnp.float32: jax.random.uniform(
    key, shape, dtype, -(n**-0.5), n**-0.5)
conv = nnx.Conv(64, 128, (3, 3), kernel_init=uniform, bias_init=bias,
                rngs=rngs)
