table = nn.Embedding(1000, 256)
nn.init.normal_(table.weight, std=table.embedding_dim**-0.5)
print(table.weight.std())
