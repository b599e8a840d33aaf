conv = keras.layers.Conv2D(128, 3, kernel_initializer="lecun_normal")
