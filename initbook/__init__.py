"""initbook: where should a neural network's weights start, and why?

One module a subject. Data flows one way: seed, rng, weights, forward, statistics, figure, page.
Conventions, the same everywhere: rows are samples, ``h = f(x @ W + b)``, ``W.shape == (fan_in,
fan_out)``, layer 0 is the input, ``f`` and its derivative ``df`` are functions of the
pre-activation ``z``.
"""

__version__ = "0.1.0"
