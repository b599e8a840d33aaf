"""The equations of docs/variance/scale.md."""

from fractions import Fraction
from math import pi, sqrt

import numpy as np
from scipy.integrate import quad

from equations import exact, numerical, quadrature, simulation
from equations._common import gradient, mean_within, signs, worst


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _slope(z):
    return _sigmoid(z) * _sigmoid(-z)


def _normal_mean(f, q):
    """E f(z) for z ~ N(0, q)."""
    return quad(lambda z: f(z) * np.exp(-z**2 / (2 * q)) / sqrt(2 * pi * q), -40, 40, points=[0], limit=200)[0]


@numerical("eq-scale-backprop",
           tex=r"\frac{\partial L}{\partial z^l} = \left( \frac{\partial L}{\partial z^{l+1}}\, (W^{l+1})^\top \right) "
               r"\odot f'(z^l).",
           right=lambda dz_next, W, slope: (dz_next @ W.T) * slope,
           wrong=lambda dz_next, W, slope: (dz_next @ W) * slope,
           mistake="the matrix is not transposed")
def backprop(formula):
    r"""$L = \sum \sin z^{l+1}$ of two samples and three sigmoid units, differentiated by complex steps in each
    pre-activation."""
    rng = np.random.default_rng(0)
    z, W = rng.normal(size=(2, 3)), rng.normal(size=(3, 3))
    measured = gradient(lambda z: np.sum(np.sin(_sigmoid(z) @ W)), z)
    return worst([(measured, formula(np.cos(_sigmoid(z) @ W), W, _slope(z)))])


@simulation("eq-scale-chi",
            tex=r"g^l = \chi\, g^{l+1}, \qquad \chi = n \sigma^2\; \mathrm{E} f'(z^l)^2 .",
            right=lambda n, sigma2, g, slope2: n * sigma2 * slope2 * g,
            wrong=lambda n, sigma2, g, slope2: sigma2 * slope2 * g,
            mistake="the terms of the sum are not counted")
def chi(formula):
    r"""20 000 draws of 25 weights, their gradients with $g = 4$, and a pre-activation $z \sim N(0, 2)$ of a sigmoid
    unit, all independent, as the text assumes."""
    rng = np.random.default_rng(0)
    dz_next, W = rng.normal(0, 2, size=(20_000, 25)), rng.normal(0, 0.3, size=(20_000, 25))
    dz = np.sum(dz_next * W, axis=1) * _slope(rng.normal(0, sqrt(2), size=20_000))
    return mean_within(dz**2, formula(25, 0.09, 4, _normal_mean(lambda z: _slope(z) ** 2, 2)))


@quadrature("eq-scale-saturated",
            tex=r"\mathrm{E} f'^2 \approx \frac{1}{\sqrt{2 \pi q}} \int f'(z)^2\, dz = \frac{1}{\sqrt{2 \pi q}} "
                r"\int_0^1 u (1 - u)\, du = \frac{1}{6 \sqrt{2 \pi q}} .",
            right=lambda q: 1 / (6 * sqrt(2 * pi * q)), wrong=lambda q: 1 / (30 * sqrt(2 * pi * q)),
            mistake=r"$\int u^2 (1 - u)^2\, du$: the substitution takes no slope away")
def saturated(formula):
    r"""The mean by adaptive quadrature for three large $q$. The density of $z$ is not quite constant: relative to the
    law, the rest falls like $1/q$; it may be $1/q$ itself."""
    return max(q * abs(_normal_mean(lambda z: _slope(z) ** 2, q) / formula(q) - 1) for q in (40, 100, 400)), 1


@exact("eq-scale-relu",
       tex=r"\sqrt{\frac{n \sigma^2}{2}} = \begin{cases} 7.07 & \sigma = 1, \\ 0.0707 & \sigma = 0.01, \\ "
           r"0.707 & \sigma = 1/\sqrt n, \\ 1 & \sigma = \sqrt{2/n}. \end{cases}",
       right=lambda n, sigma2: n * sigma2 / 2, wrong=lambda n, sigma2: n * sigma2,
       mistake="the half is forgotten")
def relu(formula):
    r"""The square of the factor: four inputs, one ReLU unit, all 16 outcomes of signs as weights; and the four numbers,
    to the digits given, for $n = 100$."""
    h = np.array([1, 2, 4, 8])
    measured = Fraction(int(np.sum(np.maximum(signs(4) @ h, 0) ** 2)), 16) / Fraction(int(h @ h), 4)
    shown = {1: "7.07", Fraction(1, 10_000): "0.0707", Fraction(1, 100): "0.707", Fraction(2, 100): "1"}
    off = sum(f"{float(formula(100, sigma2)) ** 0.5:.3g}" != number for sigma2, number in shown.items())
    return abs(measured - formula(4, 1)) + off, 0


@exact("eq-scale-two-parts",
       tex=r"""\underbrace{\mathrm{var}_{ij}\, h_{ij}}_{\text{pooled}} \;=\;
               \underbrace{\mathrm{mean}_j\, \mathrm{var}_i\, h_{ij}}_{\text{across samples}} \;+\;
               \underbrace{\mathrm{var}_j\, \mathrm{mean}_i\, h_{ij}}_{\text{between units}} .""",
       right=lambda h: np.mean(np.var(h, axis=0)) + np.var(np.mean(h, axis=0)),
       wrong=lambda h: np.mean(np.var(h, axis=0)) + np.var(np.mean(h, axis=1)),
       mistake="the means of the samples in place of those of the units")
def two_parts(formula):
    """Whole numbers in a table of 4 samples and 8 units: powers of two, so no mean is rounded."""
    h = np.random.default_rng(0).integers(-9, 10, size=(4, 8)).astype(float)
    return abs(np.var(h) - formula(h)), 0


@quadrature("eq-scale-signal",
            tex=r"n \sigma^2\, \mathrm{E} f'(z)^2 = \chi ,",
            right=lambda n, sigma2: n * sigma2 * _normal_mean(lambda z: _slope(z) ** 2, 2),
            wrong=lambda n, sigma2: n * sigma2 * _normal_mean(_slope, 2) ** 2,
            mistake="the square of the mean slope")
def signal(formula):
    r"""Two samples that differ by a thousandth in a pre-activation $z \sim N(0, 2)$: by what the weights and the
    sigmoid multiply the square of this difference, by quadrature, with $n \sigma^2 = 5$."""
    d = 1e-3
    measured = 5 * _normal_mean(lambda z: (_sigmoid(z + d / 2) - _sigmoid(z - d / 2)) ** 2 / d**2, 2)
    return abs(measured - formula(50, 0.1)), d**2
