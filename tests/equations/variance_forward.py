"""The equations of docs/variance/forward.md.

An equation that is exact for every law of the weights is held against laws with few outcomes: all of them are added up.
Sizes are powers of two and numbers are whole, so no sum is rounded.
"""

from fractions import Fraction
from math import exp, prod, sqrt

import numpy as np

from equations import exact, simulation
from equations._common import mean_within, relu, sigmoid, signs
from initbook import activations, theory

X = np.array([1.0, 2.0, 2.0, 5.0])
"""An input of four numbers whose mean is not zero."""


@exact("eq-forward",
       right=lambda n, sigma, x: (sigma**2 * sum(x**2), n * sigma**2 * np.mean(x**2)),
       wrong=("np.mean(x**2)", "np.var(x)"), mistake="the variance of the input in place of its mean square")
def forward(formula):
    """A law in which the weights of a unit depend on each other, but are not correlated: 3 times a row of a Hadamard
    matrix of size 4, or minus that row, all eight equally likely."""
    H2 = np.array([[1, 1], [1, -1]])
    rows = np.kron(H2, H2)
    z = 3 * np.vstack([rows, -rows]) @ X
    return max(abs(np.mean(z**2) - claimed) for claimed in formula(4, 3, X)), 0


@exact("eq-forward-broken",
       right=lambda n, sigma2, mu, c, q, x_bar: n * (sigma2 + mu**2 - c) * q + c * n**2 * x_bar**2,
       wrong=(" - c", ""), mistake="the squares are counted among the products of different weights, too")
def forward_broken(formula):
    r"""Weights $W_i = \frac12 + s_0 + 2 s_i$ with five signs $s_0, \dots, s_4$: all 32 outcomes. So
    $\mu = \frac12$, $\sigma^2 = 1 + 4$ and $c = \mu^2 + 1$."""
    s = signs(5)
    z = (0.5 + s[:, :1] + 2 * s[:, 1:]) @ X
    return abs(np.mean(z**2) - formula(4, 5, 0.5, 1.25, np.mean(X**2), np.mean(X))), 0


@simulation("eq-self-averaging",
            right=lambda z, n, sigma, q, k: (sum(z[j]**2 for j in range(k)) / k, n * sigma**2 * q, sqrt(2 / k)),
            wrong=("sqrt(2 / k)", "sqrt(2 / n)"), mistake="the number of inputs in place of the number of units")
def self_averaging(formula):
    r"""4000 draws of a matrix of shape $(4, 20)$ with independent normal entries: the mean of $q(z)$, and the mean
    square of its relative deviation."""
    W = np.random.default_rng(0).normal(0, 0.7, size=(4000, 4, 20))
    q_z, mean, deviation = formula((X @ W).T, 4, 0.7, np.mean(X**2), 20)
    return mean_within(np.stack([q_z, (q_z / mean - 1) ** 2], axis=1), [mean, deviation**2])


@exact("eq-forward-layers",
       right=lambda n, sigma, h: n * sigma**2 * np.mean(h**2),
       wrong=("np.mean(h**2)", "np.var(h)"), mistake="the variance of the activations in place of their mean square")
def forward_layers(formula):
    r"""Two layers of random signs, of shapes $(2, 4)$ and $3 \cdot (4, 2)$, in all their $2^{16}$ outcomes, with
    $f(z) = z + z^2$ between them."""
    z = np.array([1, 3]) @ signs(2, 4)
    h = z + z**2
    return abs(np.mean(np.einsum("ai,bij->abj", h, 3 * signs(4, 2)) ** 2) - formula(4, 3, h)), 0


@exact("eq-forward-relu",
       right=lambda z: 1 / 2 * np.mean(z**2),
       wrong=("1 / 2", "1 / 4"), mistake="half of the size in place of half of the square")
def forward_relu(formula):
    """Four columns of weights that obey no law, and their negatives, all eight equally likely."""
    columns = np.array([[3, 1, 4, 1], [5, -9, 2, 6], [5, 3, -5, 8], [0, 0, 7, -9]])
    z = np.vstack([columns, -columns]) @ X
    return abs(np.mean(relu(z) ** 2) - formula(z)), 0


@exact("eq-forward-relu-layers",
       right=lambda n, sigma, q, L: (n[0] * sigma[1]**2 * q
                                     * prod(1 / 2 * n[l - 1] * sigma[l]**2 for l in range(2, L + 1))),
       wrong=("n[0]", "1 / 2 * n[0]"), mistake="a half for the first layer, too, which reads the input and not a ReLU")
def forward_relu_layers(formula):
    r"""A ReLU network of widths 4, 2, 2, 1. The weights are random signs, times 2, 3 and 2 in its three layers: all
    $2^{14}$ outcomes."""
    h = relu(X @ (2 * signs(4, 2)))
    h = relu(np.einsum("ai,bij->abj", h, 3 * signs(2, 2))).reshape(-1, 2)
    return abs(np.mean((h @ (2 * signs(2)).T) ** 2) - formula([4, 2, 2], [None, 2, 3, 2], np.mean(X**2), L=3)), 0


@simulation("eq-length-map", package="theory.length_map theory.mean_f2 theory.normal_mean",
            right=lambda f, sigma2_w, sigma2_b, q: theory.length_map(f, sigma2_w, sigma2_b, q=q)[1],
            wrong=("sigma2_w, sigma2_b, q=q", "sigma2_w, q=q"), mistake="no biases")
def length_map(formula):
    r"""Sigmoid, $\sigma_w^2 = 4$, $\sigma_b^2 = \frac12$: 80 networks of 150 units, two steps of the map, from layer 1
    to layer 3. The map is an approximation; at this width it is off by less than the sampling error."""
    rng, n = np.random.default_rng(0), 150
    q1 = 4 * np.mean(X**2) + 0.5
    z = rng.normal(0, sqrt(q1), size=(80, 1, n))  # the first layer, which is exactly normal
    for _ in range(2):
        z = sigmoid(z) @ rng.normal(0, sqrt(4 / n), size=(80, n, n)) + rng.normal(0, sqrt(0.5), size=(80, 1, n))
    q2 = formula(activations.sigmoid, 4, 0.5, q1)
    return mean_within(np.mean(z**2, axis=(1, 2)), formula(activations.sigmoid, 4, 0.5, q2))


@simulation("eq-lottery",
            right=lambda q, n, L: (q, q**2 * (1 + 5 / n)**L, q * exp(-5 * L / (2 * n))),
            wrong=(" * exp(-5 * L / (2 * n))", ""), mistake="the median stays where the mean is")
def lottery(formula):
    r"""6000 ReLU networks of 5 layers of 20 units with He's weights: the mean of $q$, of $q^2$, and the share of draws
    below the claimed median, which is one half. With $L = 1$ the same for the ratios of neighbours, of which there are
    five times as many."""
    rng, n = np.random.default_rng(0), 20
    h, q = np.full((6000, 1, n), 2.0), [np.full(6000, 4.0)]
    for _ in range(5):
        h = relu(h @ rng.normal(0, sqrt(2 / n), size=(6000, n, n)))
        q.append(np.mean(h**2, axis=(1, 2)))
    ratios = np.ravel(np.divide(q[1:], q[:-1]))
    mean, second, median = formula(4, n, 5)
    off, may = mean_within(np.stack([q[5], q[5]**2, q[5] < median], axis=1), [mean, second, 1 / 2])
    return max(off, mean_within(np.stack([ratios, ratios**2], axis=1), formula(1, n, 1)[:2])[0]), may


@exact("eq-forward-rand",
       right=lambda n, q, s: (Fraction(1, 12) * q + Fraction(1, 4) * s, Fraction(1, 12) * q + Fraction(n, 4) * s),
       wrong=("Fraction(n, 4)", "Fraction(1, 4)"), mistake="the sum of all units treated as a single unit")
def forward_rand(formula):
    r"""Both means from the definition, in fractions, for $n = 4$ and a fixed input: every $\mathrm{E}[z_j z_k]$ term by
    term, with $\mathrm{E} W = 1/(2\sqrt n)$ and $\mathrm{E} W^2 = 1/(3n)$."""
    n, x, at = 4, [1, 2, 2, 5], range(4)
    m2, w2 = Fraction(1, 4 * n), Fraction(1, 3 * n)
    zz = [[sum(x[i] * x[r] * (w2 if (i, j) == (r, k) else m2) for i in at for r in at) for k in at] for j in at]
    measured = Fraction(sum(zz[j][j] for j in at), n), Fraction(sum(map(sum, zz)), n)
    claimed = formula(n, Fraction(sum(v**2 for v in x), n), Fraction(sum(x) ** 2, n))
    return max(abs(a - b) for a, b in zip(measured, claimed, strict=True)), 0
