"""What the checks of several pages need."""

from itertools import product

import numpy as np

ERRORS = 5
"""How many standard errors a mean may be off: by chance alone that happens once in two million."""


def mean_within(draws, claimed):
    """How far the means of independent draws are from what is claimed, in standard errors, and how far they may be.

    `draws` has one row a draw; with several columns, each has its own claim, and the worst counts.
    """
    draws = np.asarray(draws, dtype=float)
    error = draws.std(axis=0, ddof=1) / len(draws) ** 0.5
    return np.max(abs(draws.mean(axis=0) - claimed) / error), ERRORS


def signs(*shape):
    """All arrays of this shape with entries +1 and -1, along the first axis: a law whose means are exact."""
    return np.array(list(product([-1, 1], repeat=np.prod(shape)))).reshape(-1, *shape)


def gradient(f, theta):
    """The slope of f in each entry of a vector by a complex step, Im f(θ + ih)/h. No difference is taken, so it is
    exact up to rounding; f must take complex numbers."""
    return np.array([f(theta + 1e-30j * entry).imag / 1e-30 for entry in np.eye(len(theta))])


def worst(pairs):
    """The largest distance between what was computed and what is claimed, and what rounding allows."""
    pairs = [(np.asarray(computed), np.asarray(claimed)) for computed, claimed in pairs]
    size = max(np.abs(computed).max() for computed, _ in pairs)
    return max(np.abs(computed - claimed).max() for computed, claimed in pairs), 1000 * np.finfo(float).eps * size
