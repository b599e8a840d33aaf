"""The equations of docs/beyond/lottery.md: chi-squares of a random number of degrees, exactly, and a lognormal law."""

from fractions import Fraction
from math import comb, erf, exp, log, pi, prod, sqrt

import numpy as np
from scipy.integrate import quad
from scipy.special import digamma, polygamma

from equations import exact, numerical, quadrature


@exact("eq-lottery-moment",
       right=lambda q, n: (q, q**2 * prod(1 + Fraction(5, n_l) for n_l in n)),
       wrong=("Fraction(5, n_l)", "Fraction(2, n_l)"), mistake="the scatter of a linear layer")
def lottery_moment(formula):
    r"""Widths 3, 1, 7 from a mean square of 4: of $k$ open units of a layer, $k$ binomial, the squares sum to a
    chi-square number of mean $k$ and mean square $k^2 + 2k$."""
    def mean(n, moment):
        return sum(Fraction(comb(n, k), 2**n) * moment(k) for k in range(n + 1))
    widths = [3, 1, 7]
    first = 4 * prod(Fraction(2, n) * mean(n, lambda k: k) for n in widths)
    second = 16 * prod(Fraction(4, n * n) * mean(n, lambda k: k * k + 2 * k) for n in widths)
    return max(abs(a - b) for a, b in zip((first, second), formula(4, widths), strict=True)), 0


@numerical("eq-lottery-law",
           right=lambda n: (-5 / 2 * sum(1 / n_l for n_l in n), 5 * sum(1 / n_l for n_l in n)),
           wrong=("-5 / 2", "-5"), mistake="the variance is subtracted whole")
def lottery_law(formula):
    r"""Mean and variance of $\ln A$ for layers of 300 and of 900 units, from those of the logarithm of a chi-square
    number, summed over how many units are open. The law may be off by terms of the next order in the widths."""
    mean, variance = 0.0, 0.0
    for n in (300, 900):
        k = np.arange(1, n + 1)
        chance = np.array([exp(log(comb(n, int(i))) - n * log(2)) for i in k])
        ln = digamma(k / 2) + log(4 / n)
        m = chance @ ln
        mean, variance = mean + m, variance + chance @ (polygamma(1, k / 2) + (ln - m) ** 2)
    claimed = formula([300, 900])
    return max(abs(mean / claimed[0] - 1), abs(variance / claimed[1] - 1)), 6 / 300


@quadrature("eq-lottery-half",
            right=lambda beta: 1 / 2 * (1 + erf(-sqrt(5 * beta) / sqrt(2))),
            wrong=("sqrt(5 * beta)", "sqrt(5 / 2 * beta)"), mistake="half of the variance")
def lottery_half(formula):
    r"""$\beta = 1$: the level above which a lognormal $q$ has half of its mean, by bisection, and the chance of being
    above it, both integrals over the normal law of $\ln q$."""
    m, s = -2.5, sqrt(5)
    def above(level, weight):
        def integrand(x):
            return weight(x) * exp(-(((x - m) / s) ** 2) / 2) / (s * sqrt(2 * pi))
        return quad(integrand, level, 30, points=[m, -m], epsabs=1e-12, epsrel=1e-12, limit=200)[0]
    low, high = -2.0, 8.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if above(middle, exp) > 1 / 2 else (low, middle)
    return abs(above(low, lambda x: 1.0) - formula(1.0)), 1e-8
