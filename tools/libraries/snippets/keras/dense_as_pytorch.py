import keras

fan_in, units = 512, 256
a = fan_in**-0.5
layer = keras.layers.Dense(
    units,
    kernel_initializer=keras.initializers.RandomUniform(-a, a),
    bias_initializer=keras.initializers.RandomUniform(-a, a),
)
