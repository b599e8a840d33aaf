hidden = keras.layers.Dense(768, kernel_initializer="he_normal")
last = keras.layers.Dense(10, kernel_initializer="glorot_normal",
                          bias_initializer="zeros")
