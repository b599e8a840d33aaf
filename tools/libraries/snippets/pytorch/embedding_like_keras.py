table = nn.Embedding(1000, 256)
nn.init.uniform_(table.weight, -0.05, 0.05)
print(table.weight.std())
