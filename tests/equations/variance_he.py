"""The equations of docs/variance/he.md. Weights and gradients are signs, so every outcome can be added up exactly."""

from fractions import Fraction
from math import pi, prod, sqrt

import numpy as np

from equations import exact, numerical, quadrature
from equations._common import mean, normal_mean, relu, signs, size_drawn, worst
from initbook import activations, initializers, theory


@numerical("eq-half", package="theory.mean_f2 theory.mean_df2 activations.relu.f activations.relu.df",
           right=lambda q: ((1 / 2 * q, 1 / 2),
                            (theory.mean_f2(activations.relu, q), theory.mean_df2(activations.relu, q))),
           wrong=("(1 / 2 * q", "(1 / 4 * q"), mistake="half of the size in place of half of the square")
def half(formula):
    r"""A symmetric law far from the normal one, which the package takes: $\pm 1, \pm 2, \pm 30$ with chances 3 : 2 : 1.
    $q = \mathrm{E} z^2$."""
    z = np.array([1, 1, 1, 2, 2, 30])
    z = np.append(z, -z)
    found = np.mean(relu(z) ** 2), np.mean(z > 0)
    return worst((found, claimed) for claimed in formula(np.mean(z**2)))


@numerical("eq-he-forward", package="initializers.he_normal initializers.variance_scaling initializers._FAN "
                                    "initializers._LAW",
           right=lambda n_in, n_out: (lambda sigma2, q: 1 / 2 * n_in * sigma2 * q, 2 / n_in,
                                      size_drawn(initializers.he_normal, (n_in, n_out))**2),
           wrong=("2 / n_in", "2 / n_out"), mistake="the number of units in place of the number of inputs")
def he_forward(formula):
    r"""Four inputs with a mean that is not zero, into one unit, all 16 outcomes of its weights $\pm 3$; and whether the
    variances on the right, that of the package's draws, too, keep the mean square."""
    h = np.array([1, 2, 4, 8])  # no signs make its sum 0
    q_next, *sigma2 = formula(4, 1)
    measured, q = np.mean(relu(3 * signs(4) @ h) ** 2), np.mean(h**2)
    return worst([(measured, q_next(9, q)), *((q, s * measured / 9) for s in sigma2)])


@exact("eq-he-backward",
       right=lambda n_in, n_out: (lambda sigma2, g: Fraction(1, 2) * n_out * sigma2 * g, Fraction(2, n_out)),
       wrong=("Fraction(2, n_out)", "Fraction(2, n_in)"),
       mistake="the number of inputs in place of the number of units")
def he_backward(formula):
    r"""Two inputs into three units: all $2^6$ signs of the weights, $\pm 3$, with all $2^3$ signs of a gradient
    $(1, 2, 3)$ that does not know them; and whether the variance on the right keeps its mean square."""
    W, dh = 3 * signs(2, 3), signs(3) * [1, 2, 3]
    slope = np.einsum("i,wij->wj", [1, 2], W) > 0
    g_back, sigma2 = formula(2, 3)
    measured, g = mean(np.einsum("gj,wj,wij->wgi", dh, slope, W) ** 2), mean(dh**2)
    return max(abs(measured - g_back(9, g)), abs(sigma2 * measured / 9 - g)), 0


@quadrature("eq-relu-mean", package="theory.normal_mean activations.relu.f",
            right=lambda q: (theory.normal_mean(activations.relu.f, q), sqrt(q / (2 * pi))),
            wrong=("sqrt(q / (2 * pi))", "q / sqrt(2 * pi)"), mistake="the variance in place of the standard deviation")
def relu_mean(formula):
    r"""The mean of $\max(z, 0)$ by adaptive quadrature, for $q = \frac12$ and $q = 3$."""
    return max(abs(normal_mean(relu, q) - side) for q in (0.5, 3) for side in formula(q)), 1e-9


@quadrature("eq-relu-variance",
            right=lambda q: (1 / 2 - 1 / (2 * pi)) * q,
            wrong=(" - 1 / (2 * pi)", ""), mistake="the mean square in place of the variance")
def relu_variance(formula):
    r"""The mean of the squared deviation from the mean, both by adaptive quadrature, for $q = \frac12$ and $q = 3$."""
    def variance(q):
        m = normal_mean(relu, q)
        return normal_mean(lambda z: (relu(z) - m) ** 2, q)
    return max(abs(variance(q) - formula(q)) for q in (0.5, 3)), 1e-9


@exact("eq-telescope",
       right=lambda n, L: (prod(Fraction(n[l], n[l - 1]) for l in range(1, L + 1)), Fraction(n[L], n[0])),
       wrong=("Fraction(n[L], n[0])", "Fraction(n[0], n[L])"), mistake="the forward product")
def telescope(formula):
    r"""Two ReLU layers of widths 2, 3, 1: all outcomes of which units are on and of the signs of all weights, times the
    two variances $2/n_\text{in}$."""
    on_1, on_2 = (signs(n) > 0 for n in (3, 1))
    arrives = np.einsum("vjk,ok->vokj", signs(3, 1), on_2).reshape(-1, 3)  # at the hidden layer, from a gradient of 1
    back = np.einsum("wij,oj,vj->wovi", signs(2, 3), on_1, arrives)
    measured = Fraction(2, 2) * Fraction(2, 3) * mean(back**2)
    return max(abs(measured - side) for side in formula([2, 3, 1], 2)), 0
