import numpy as np

rng, words, units = np.random.default_rng(0), 1000, 256
E = rng.normal(0, units**-0.5, (words, units))
