import numpy as np

rng, words, units = np.random.default_rng(0), 1000, 256
E = rng.normal(size=(words, units))
