p = torch.bincount(y) / len(y)
print(-(p * p.log()).nansum())
