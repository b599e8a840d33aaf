import numpy as np

from initbook import initializers

rng, fan_in, units = np.random.default_rng(0), 512, 256
std = initializers.TRUNCATED_STD * fan_in**-0.5
W = initializers.truncated_normal(std)(rng, (fan_in, units))
b = np.zeros(units)
