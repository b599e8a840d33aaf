"""The equations of docs/beyond/data-scaling.md: a split of a variance, and the maps of an activation with a mean."""

from fractions import Fraction
from math import asin, pi, sqrt

import numpy as np
from scipy.special import erf

from equations import exact, quadrature


def mean(values):
    return sum(values, Fraction(0)) / len(values)


def var(values):
    return mean([(v - mean(values)) ** 2 for v in values])


@exact("eq-scaling-split",
       right=lambda units: mean([var(z) for z in units]) + var([mean(z) for z in units]),
       wrong=("mean([var(z) for z in units])", "var([var(z) for z in units])"), mistake="a variance for a mean")
def scaling_split(formula):
    """Four units that see three samples, in fractions: the variance of all twelve numbers thrown together."""
    units = [[Fraction(a), Fraction(b, 3), Fraction(c)] for a, b, c in [(1, 2, 5), (-4, 0, 7), (2, 2, 2), (9, -8, 1)]]
    return abs(var([value for z in units for value in z]) - formula(units)), 0


def pair_mean(g, h, c):
    """E g(z) h(z') for a normal pair of variance 1, by Gauss and Hermite; smooth functions only."""
    u, w = np.polynomial.hermite_e.hermegauss(80)
    z = c * u[:, None] + sqrt(1 - c * c) * u
    return (w[:, None] * w * g(u)[:, None] * h(z)).sum() / (2 * pi)


def one(z):
    return np.ones_like(z)


def lifted(z):
    """erf with a mean: E f = ½, E f(z) f(z') = 2/π · arcsin(2c/3) + ¼, E f′² = 4/(π√5)."""
    return erf(z) + 1 / 2


def slope(z):
    return 2 / sqrt(pi) * np.exp(-z * z)


def closed(c):
    return 2 / pi * asin(2 * c / 3)


@quadrature("eq-scaling-across",
            right=lambda f, df, c: (1 - c, pair_mean(f, f, c) / pair_mean(f, f, 1), pair_mean(df, df, 1)
                                    / pair_mean(f, f, 1)),
            wrong=("1 - c", "1 - c * c"), mistake="a square that is none")
def scaling_across(formula):
    r"""Lifted erf in closed form. The first against $q$ times the variance over two samples, twice the mean of
    $(z - z')^2/4$, at pairs of correlation $c = 0.4$."""
    c = 0.4
    apart = 2 * (pair_mean(lambda z: z * z, one, c) - pair_mean(lambda z: z, lambda z: z, c)) / 2
    square = closed(1) + 1 / 4
    expected = apart, (closed(c) + 1 / 4) / square, 4 / (pi * sqrt(5)) / square
    return max(abs(a - b) for a, b in zip(formula(lifted, slope, c), expected, strict=True)), 1e-9


def variance_of(f):
    return pair_mean(f, f, 1) - pair_mean(f, one, 0) ** 2


@quadrature("eq-scaling-centred",
            right=lambda f, df, c: (1 / variance_of(f),
                                    (pair_mean(f, f, c) - pair_mean(f, one, 0) ** 2) / variance_of(f),
                                    pair_mean(df, df, 1) / variance_of(f)),
            wrong=("(pair_mean(f, f, c) - pair_mean(f, one, 0) ** 2)", "pair_mean(f, f, c)"),
            mistake="the mean is left in")
def scaling_centred(formula):
    r"""Lifted erf at $c = 0.4$: without its mean it is erf, whose maps are known."""
    c = 0.4
    expected = 1 / closed(1), closed(c) / closed(1), 4 / (pi * sqrt(5)) / closed(1)
    return max(abs(a - b) for a, b in zip(formula(lifted, slope, c), expected, strict=True)), 1e-9
