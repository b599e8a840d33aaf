before = [p.detach().clone() for p in model.parameters()]
step()  # one update, as your loop makes it
for old, new in zip(before, model.parameters()):
    share = float((old != new).float().mean())
    print(tuple(new.shape), share if new.isfinite().all() else "NaN")
