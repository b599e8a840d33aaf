import keras

words, units = 1000, 256
init = keras.initializers.RandomNormal(stddev=1.0)
table = keras.layers.Embedding(words, units, embeddings_initializer=init)
