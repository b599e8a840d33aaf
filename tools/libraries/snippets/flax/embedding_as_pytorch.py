from flax import linen as nn

words, units = 1000, 256
init = nn.initializers.normal(stddev=1.0)
table = nn.Embed(words, units, embedding_init=init)
