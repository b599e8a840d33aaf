d, heads = 512, 8
cut = keras.initializers.TruncatedNormal(
    stddev=d**-0.5 / 0.87962566103423978)
attention = keras.layers.MultiHeadAttention(heads, d // heads,
                                            kernel_initializer=cut)
