import numpy as np

rng, words, units = np.random.default_rng(0), 1000, 256
E = rng.uniform(-0.05, 0.05, (words, units))
