uniform = keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
layer = keras.layers.Dense(768, bias_initializer=uniform)  # fan: 768
