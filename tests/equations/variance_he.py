"""The equations of docs/variance/he.md. Weights and gradients are signs, so every outcome can be added up exactly."""

from fractions import Fraction
from math import exp, pi, prod, sqrt

import numpy as np
from scipy.integrate import quad

from equations import exact, quadrature
from equations._common import signs


def _relu(z):
    return np.maximum(z, 0)


def _mean(values):
    """The mean of whole numbers, as a fraction."""
    values = np.ravel(values)
    return Fraction(int(values.sum()), len(values))


def _normal_mean(f, q):
    """E f(z) for z ~ N(0, q), split at the kink."""
    def integrand(z):
        return f(z) * exp(-z**2 / (2 * q)) / sqrt(2 * pi * q)
    return quad(integrand, -40, 0)[0] + quad(integrand, 0, 40)[0]


@exact("eq-half",
       tex=r"\mathrm{E} f(z)^2 = \tfrac12\, \mathrm{E} z^2, \qquad \mathrm{E} f'(z)^2 = \tfrac12 .",
       right=lambda z: (_mean(z**2) / 2, Fraction(1, 2)), wrong=lambda z: (_mean(z**2) / 4, Fraction(1, 2)),
       mistake="half of the size in place of half of the square")
def half(formula):
    r"""A symmetric law far from the normal one: $\pm 1, \pm 2, \pm 30$ with chances 3 : 2 : 1."""
    z = np.array([1, 1, 1, 2, 2, 30])
    z = np.append(z, -z)
    square, slope = formula(z)
    return max(abs(_mean(_relu(z) ** 2) - square), abs(_mean(z > 0) - slope)), 0


@exact("eq-he-forward",
       tex=r"q^l = \tfrac12\, n_\text{in}\, \sigma^2\, q^{l-1} \;\Longrightarrow\; \sigma^2 = \frac{2}{n_\text{in}} .",
       right=lambda n_in, n_out: (lambda sigma2, q: n_in * sigma2 * q / 2, Fraction(2, n_in)),
       wrong=lambda n_in, n_out: (lambda sigma2, q: n_in * sigma2 * q / 2, Fraction(2, n_out)),
       mistake="the number of units in place of the number of inputs")
def he_forward(formula):
    """Four inputs with a mean that is not zero, into one unit, all 16 outcomes of the signs of its weights; and whether
    the variance on the right keeps the mean square."""
    h = np.array([1, 2, 4, 8])  # no signs make its sum 0
    q_next, sigma2 = formula(n_in=4, n_out=1)
    measured, q = _mean(_relu(signs(4) @ h) ** 2), _mean(h**2)
    return max(abs(measured - q_next(1, q)), abs(sigma2 * measured - q)), 0


@exact("eq-he-backward",
       tex=r"g^{l-1} = \tfrac12\, n_\text{out}\, \sigma^2\, g^l \;\Longrightarrow\; "
           r"\sigma^2 = \frac{2}{n_\text{out}} .",
       right=lambda n_in, n_out: (lambda sigma2, g: n_out * sigma2 * g / 2, Fraction(2, n_out)),
       wrong=lambda n_in, n_out: (lambda sigma2, g: n_out * sigma2 * g / 2, Fraction(2, n_in)),
       mistake="the number of inputs in place of the number of units")
def he_backward(formula):
    r"""Two inputs into three units: all $2^6$ signs of the weights, with all $2^3$ signs of a gradient $(1, 2, 3)$ that
    does not know them; and whether the variance on the right keeps its mean square."""
    W, dh = signs(2, 3), signs(3) * [1, 2, 3]
    slope = np.einsum("i,wij->wj", [1, 2], W) > 0
    back = np.einsum("gj,wj,wij->wgi", dh, slope, W)
    g_back, sigma2 = formula(n_in=2, n_out=3)
    measured, g = _mean(back**2), _mean(dh**2)
    return max(abs(measured - g_back(1, g)), abs(sigma2 * measured - g)), 0


@quadrature("eq-relu-mean",
            tex=r"\int_0^\infty z\, \frac{e^{-z^2/2q}}{\sqrt{2\pi q}}\, dz = \sqrt{\frac{q}{2\pi}},",
            right=lambda q: sqrt(q / (2 * pi)), wrong=lambda q: q / sqrt(2 * pi),
            mistake="the variance in place of the standard deviation")
def relu_mean(formula):
    r"""The mean of $\max(z, 0)$ by adaptive quadrature, for $q = \frac12$ and $q = 3$."""
    return max(abs(_normal_mean(_relu, q) - formula(q)) for q in (0.5, 3)), 1e-7


@quadrature("eq-relu-variance",
            tex=r"\mathrm{Var}(h) = \Bigl(\tfrac12 - \tfrac1{2\pi}\Bigr)\, q .",
            right=lambda q: (1 / 2 - 1 / (2 * pi)) * q, wrong=lambda q: q / 2,
            mistake="the mean square in place of the variance")
def relu_variance(formula):
    r"""The mean of the squared deviation from the mean, both by adaptive quadrature, for $q = \frac12$ and $q = 3$."""
    def variance(q):
        mean = _normal_mean(_relu, q)
        return _normal_mean(lambda z: (_relu(z) - mean) ** 2, q)
    return max(abs(variance(q) - formula(q)) for q in (0.5, 3)), 1e-7


@exact("eq-telescope",
       tex=r"\frac{g^0}{g^L} = \frac{n_1}{n_0} \cdot \frac{n_2}{n_1} \cdots \frac{n_L}{n_{L-1}} = \frac{n_L}{n_0} .",
       right=lambda n: (prod(Fraction(b, a) for a, b in zip(n, n[1:], strict=False)), Fraction(n[-1], n[0])),
       wrong=lambda n: (prod(Fraction(a, b) for a, b in zip(n, n[1:], strict=False)), Fraction(n[0], n[-1])),
       mistake="the forward product")
def telescope(formula):
    r"""Two ReLU layers of widths 2, 3, 1: all outcomes of which units are on and of the signs of all weights, times the
    two variances $2/n_\text{in}$."""
    on_1, on_2 = (signs(n) > 0 for n in (3, 1))
    arrives = np.einsum("vjk,ok->vokj", signs(3, 1), on_2).reshape(-1, 3)  # at the hidden layer, from a gradient of 1
    back = np.einsum("wij,oj,vj->wovi", signs(2, 3), on_1, arrives)
    measured = Fraction(2, 2) * Fraction(2, 3) * _mean(back**2)
    return max(abs(measured - side) for side in formula([2, 3, 1])), 0
