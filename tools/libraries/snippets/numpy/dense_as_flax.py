import numpy as np

from initbook import initializers

rng, fan_in, units = np.random.default_rng(0), 512, 256
W = initializers.lecun_truncated(rng, (fan_in, units))
b = np.zeros(units)
