table = rng.normal(0, 256**-0.5, (1000, 256))
