n, units = 512, 768
W, b = initializers.lecun_truncated(rng, (n, units)), np.zeros(units)
