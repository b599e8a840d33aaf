table = rng.uniform(-0.05, 0.05, (1000, 256))
