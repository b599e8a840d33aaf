gru = keras.layers.GRU(256, kernel_initializer="lecun_normal")
