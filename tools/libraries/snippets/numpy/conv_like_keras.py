K = initializers.xavier_uniform(rng, (3, 3, 64, 128))
b = np.zeros(128)
