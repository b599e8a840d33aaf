import keras

words, units = 1000, 256
init = keras.initializers.RandomNormal(stddev=units**-0.5)
table = keras.layers.Embedding(words, units, embeddings_initializer=init)
