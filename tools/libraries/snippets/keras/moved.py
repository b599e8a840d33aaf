copy = lambda p: np.array(keras.ops.convert_to_numpy(p))
before = [copy(p) for p in model.weights]
model.train_on_batch(x, y)  # one update, as fit makes it
for old, p in zip(before, model.weights):
    new = copy(p)
    share = float((old != new).mean())
    print(p.path, share if np.isfinite(new).all() else "NaN")
