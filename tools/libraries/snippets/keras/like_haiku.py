n = 512  # the fan-in; this law is cut, and not widened again
cut = keras.initializers.TruncatedNormal(stddev=n**-0.5)
layer = keras.layers.Dense(768, kernel_initializer=cut)
