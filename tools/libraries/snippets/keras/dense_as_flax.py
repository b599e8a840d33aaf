import keras

fan_in, units = 512, 256
layer = keras.layers.Dense(units, kernel_initializer="lecun_normal")
