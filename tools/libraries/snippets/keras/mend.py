def mend(model, gain=2**0.5):  # ReLU's gain
    L = keras.layers
    kinds = L.Dense, L.Conv1D, L.Conv2D, L.Conv3D
    layers = [m for m in model.layers if isinstance(m, kinds)]
    for m in layers:
        n = math.prod(m.kernel.shape[:-1])  # what a unit sums
        g = 1 if m is layers[0] or m is layers[-1] else gain
        draw = keras.random.normal(m.kernel.shape, 0, g / n**0.5)
        m.kernel.assign(draw)
        if m.use_bias:
            m.bias.assign(keras.ops.zeros(m.bias.shape))


mend(model)
