n = 3 * 3 * 64  # the fan-in: a bias cannot see it, so it is written out
uniform = keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
bias = keras.initializers.RandomUniform(-(n**-0.5), n**-0.5)
conv = keras.layers.Conv2D(128, 3, kernel_initializer=uniform,
                           bias_initializer=bias)
