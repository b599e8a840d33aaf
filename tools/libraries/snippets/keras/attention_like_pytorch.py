d, heads = 512, 8
a, b = (3 / (2 * d)) ** 0.5, d**-0.5  # q, k and v; the output
uniform = keras.initializers.RandomUniform(-a, a)
attention = keras.layers.MultiHeadAttention(heads, d // heads,
                                            kernel_initializer=uniform)
attention.build((None, None, d), (None, None, d))
output = attention.output_dense.kernel
output.assign(keras.random.uniform(output.shape, -b, b))
