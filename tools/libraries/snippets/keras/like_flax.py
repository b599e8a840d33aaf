layer = keras.layers.Dense(768, kernel_initializer="lecun_normal")
