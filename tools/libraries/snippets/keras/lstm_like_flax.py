def gates(shape, dtype=None):
    square = shape[0], shape[0]
    new = keras.initializers.Orthogonal  # one draws the same each time
    return keras.ops.concatenate([new()(square, dtype) for _ in range(4)], 1)


lstm = keras.layers.LSTM(256, kernel_initializer="lecun_normal",
                         recurrent_initializer=gates,
                         unit_forget_bias=False)
