n, units = 512, 768
W = rng.uniform(-(n**-0.5), n**-0.5, (n, units))
b = rng.uniform(-(n**-0.5), n**-0.5, units)
