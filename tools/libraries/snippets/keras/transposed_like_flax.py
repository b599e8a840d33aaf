init = keras.initializers.VarianceScaling(  # Keras calls the other side out
    1.0, "fan_out", "truncated_normal")
transposed = keras.layers.Conv2DTranspose(32, 4, strides=2,
                                          kernel_initializer=init)
