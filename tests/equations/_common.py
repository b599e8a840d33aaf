"""What the checks of several pages need. Nothing of the package is used here: checks hold the package against this."""

from fractions import Fraction
from itertools import product

import numpy as np
from scipy.integrate import quad

EPS = np.finfo(float).eps
ERRORS = 5
"""How many standard errors a mean may be off: by chance alone that happens once in two million."""


def relu(z):
    """For complex z, too."""
    return z * (z.real > 0)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def cross_entropy(z, y):
    """Of softmax: the mean over samples; y are one-hot labels or shares."""
    return np.mean(np.log(np.sum(np.exp(z), axis=-1)) - np.sum(y * z, axis=-1))


def logistic(z, y):
    """The cross-entropy of a sigmoid for each question, summed over the questions: the mean over samples."""
    return np.sum(np.log(1 + np.exp(z)) - y * z) / len(y)


def tanh_slope(z):
    return np.cosh(z) ** -2.0


def sigmoid_slope(z):
    return sigmoid(z) * sigmoid(-z)


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


def mean(values):
    """The mean of whole numbers, as a fraction."""
    return Fraction(int(np.sum(values)), np.size(values))


def size_drawn(init, shape, law="normal", *ends):
    """By what an initializer multiplies standard draws, of N(0, 1) or of U(-1, 1), from the same seed: its standard
    deviation or its bound, with no sampling error."""
    standard = getattr(np.random.default_rng(0), law)(*ends, size=shape)
    return np.linalg.norm(init(np.random.default_rng(0), shape)) / np.linalg.norm(standard)


def normal_mean(f, q=1.0):
    """E f(z) for z ~ N(0, q), by adaptive quadrature to both sides of 0, where f may have a kink."""
    def integrand(u):
        return f(q**0.5 * u) * np.exp(-u**2 / 2) / np.sqrt(2 * np.pi)
    return sum(quad(integrand, *ends, epsabs=1e-11, epsrel=1e-11, limit=200)[0] for ends in ((-12, 0), (0, 12)))


def gradient(f, theta):
    """The slope of f in each entry of an array by a complex step, Im f(θ + ih)/h. No difference is taken, so it is
    exact up to rounding; f must take complex numbers."""
    entries = np.eye(np.size(theta)).reshape(-1, *np.shape(theta))
    return np.array([f(theta + 1e-30j * entry).imag / 1e-30 for entry in entries]).reshape(np.shape(theta))


def gradients(f, arrays):
    """The slopes of f(*arrays) in each of them."""
    return [gradient(lambda a, i=i: f(*arrays[:i], a, *arrays[i + 1:]), array) for i, array in enumerate(arrays)]


def worst(pairs):
    """The largest distance between what was computed and what is claimed, and what rounding allows."""
    pairs = [(np.asarray(computed), np.asarray(claimed)) for computed, claimed in pairs]
    size = max(np.abs(computed).max() for computed, _ in pairs)
    return np.max([np.abs(computed - claimed).max() for computed, claimed in pairs]), 1000 * EPS * size
