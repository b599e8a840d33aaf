a = 256**-0.5  # of the units, also for what comes from the input
uniform = lambda shape, dtype=None: keras.random.uniform(
    shape, -a, a, dtype)
two = lambda shape, dtype=None: (  # PyTorch adds two biases
    uniform(shape, dtype) + uniform(shape, dtype))
lstm = keras.layers.LSTM(256, kernel_initializer=uniform,
                         recurrent_initializer=uniform,
                         bias_initializer=two, unit_forget_bias=False)
