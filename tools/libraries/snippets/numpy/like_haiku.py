n, units = 512, 768
cut = initializers.truncated_normal(initializers.TRUNCATED_STD * n**-0.5)
W, b = cut(rng, (n, units)), np.zeros(units)
