import numpy as np

rng, fan_in, units = np.random.default_rng(0), 512, 256
a = (6 / (fan_in + units)) ** 0.5
W = rng.uniform(-a, a, (fan_in, units))
b = np.zeros(units)
