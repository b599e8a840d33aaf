dense = [m for m in model.layers if isinstance(m, nnx.Linear)]
plain = lambda p: None if p is None else np.asarray(p[...], "float32")
params = [(plain(m.kernel), plain(m.bias)) for m in dense]
