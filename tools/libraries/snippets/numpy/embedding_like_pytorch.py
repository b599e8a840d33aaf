table = rng.normal(size=(1000, 256))
