a = 256**-0.5  # of the units, also for what comes from the input
uniform = lambda shape, dtype=None: keras.random.uniform(
    shape, -a, a, dtype)
gru = keras.layers.GRU(256, kernel_initializer=uniform,
                       recurrent_initializer=uniform,
                       bias_initializer=uniform)  # both, as in PyTorch
