y = y[y >= 0].long()  # in a row, without ignored ones
p = torch.bincount(y) / len(y)
print(-(p * p.log()).nansum())
