before = [p.detach().clone() for p in model.parameters()]
step()  # one update, as your loop makes it
for old, new in zip(before, model.parameters()):
    print(tuple(new.shape), float((old != new).float().mean()))
