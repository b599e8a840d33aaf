normal = keras.initializers.RandomNormal(stddev=1.0)
table = keras.layers.Embedding(1000, 256, embeddings_initializer=normal)
print(keras.ops.std(table(keras.ops.arange(1000))))
