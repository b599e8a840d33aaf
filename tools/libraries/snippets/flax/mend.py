def mend(model, rngs, gain=2**0.5):  # ReLU's gain
    kinds = nnx.Linear, nnx.Conv
    layers = [m for m in model.layers if isinstance(m, kinds)]
    for m in layers:
        shape = m.kernel.shape
        n = math.prod(shape[:-1])  # what a unit sums
        g = 1 if m is layers[0] or m is layers[-1] else gain
        m.kernel[...] = g / n**0.5 * jax.random.normal(rngs.params(), shape)
        if m.bias is not None:
            m.bias[...] = jnp.zeros(m.bias.shape)


mend(model, rngs)
