shape, n = (3, 3, 64, 128), 3 * 3 * 64
K = rng.uniform(-(n**-0.5), n**-0.5, shape)
b = rng.uniform(-(n**-0.5), n**-0.5, 128)
