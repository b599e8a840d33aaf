copy = lambda: jax.tree.map(np.array, nnx.state(model, nnx.Param))
before = copy()  # in linen: the same of variables["params"]
step()  # one update, as your loop makes it
after = jax.tree.leaves(copy())
for (path, old), new in zip(jax.tree.leaves_with_path(before), after):
    share = float((old != new).mean())
    name = jax.tree_util.keystr(path)
    print(name, share if np.isfinite(new).all() else "NaN")
