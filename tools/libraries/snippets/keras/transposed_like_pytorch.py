n = 4 * 4 * 32  # of the channels out: PyTorch takes these for the fan-in
uniform = lambda shape, dtype=None: keras.random.uniform(
    shape, -(n**-0.5), n**-0.5, dtype)
transposed = keras.layers.Conv2DTranspose(
    32, 4, strides=2, kernel_initializer=uniform, bias_initializer=uniform)
