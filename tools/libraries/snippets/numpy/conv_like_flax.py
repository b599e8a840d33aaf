K = initializers.lecun_truncated(rng, (3, 3, 64, 128))
b = np.zeros(128)
