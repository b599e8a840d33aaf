plain = lambda p: None if p is None else np.asarray(p, "float32")
# for the names that linen gives; list names of your own by hand
number = lambda item: int(item[0].split("_")[-1])  # of layers_10
dense = sorted(variables["params"].items(), key=number)
params = [(plain(p["kernel"]), plain(p.get("bias"))) for _, p in dense]
