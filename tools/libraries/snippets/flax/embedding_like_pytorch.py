normal = nnx.initializers.normal(1.0)
table = nnx.Embed(1000, 256, embedding_init=normal, rngs=rngs)
print(table.embedding[...].std())
