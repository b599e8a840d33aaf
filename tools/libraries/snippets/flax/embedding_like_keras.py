uniform = lambda key, shape, dtype: jax.random.uniform(
    key, shape, dtype, -0.05, 0.05)
table = nnx.Embed(1000, 256, embedding_init=uniform, rngs=rngs)
print(table.embedding[...].std())
