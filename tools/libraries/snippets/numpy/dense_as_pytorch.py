import numpy as np

rng, fan_in, units = np.random.default_rng(0), 512, 256
a = fan_in**-0.5
W = rng.uniform(-a, a, (fan_in, units))
b = rng.uniform(-a, a, units)
