import keras

fan_in, units = 512, 256
init = keras.initializers.TruncatedNormal(stddev=fan_in**-0.5)
layer = keras.layers.Dense(units, kernel_initializer=init)
