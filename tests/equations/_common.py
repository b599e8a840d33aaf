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


def over_normal(g):
    """The integral of g(u) times the normal density, by the trapezoidal rule: for smooth g exact to rounding."""
    u = np.linspace(-12, 12, 2001)
    return np.trapezoid(g(u) * np.exp(-u**2 / 2) / np.sqrt(2 * np.pi), u)


def gradient(f, theta):
    """The slope of f in each entry of an array by a complex step, Im f(θ + ih)/h. No difference is taken, so it is
    exact up to rounding; f must take complex numbers."""
    entries = np.eye(np.size(theta)).reshape(-1, *np.shape(theta))
    return np.array([f(theta + 1e-30j * entry).imag / 1e-30 for entry in entries]).reshape(np.shape(theta))


def worst(pairs):
    """The largest distance between what was computed and what is claimed, and what rounding allows."""
    pairs = [(np.asarray(computed), np.asarray(claimed)) for computed, claimed in pairs]
    size = max(np.abs(computed).max() for computed, _ in pairs)
    return max(np.abs(computed - claimed).max() for computed, claimed in pairs), 1000 * np.finfo(float).eps * size
