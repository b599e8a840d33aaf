normal = keras.initializers.RandomNormal(stddev=256**-0.5)
table = keras.layers.Embedding(1000, 256, embeddings_initializer=normal)
print(keras.ops.std(table(keras.ops.arange(1000))))
