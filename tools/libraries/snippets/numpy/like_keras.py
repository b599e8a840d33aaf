n, units = 512, 768
W, b = initializers.xavier_uniform(rng, (n, units)), np.zeros(units)
