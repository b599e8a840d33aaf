"""The equations of docs/variance/forward.md.

An equation that is exact for every law of the weights is held against laws with few outcomes: all of them are added up.
Sizes are powers of two and numbers are whole, so no sum is rounded.
"""

from fractions import Fraction
from math import exp, prod, sqrt

import numpy as np

from equations import exact, simulation
from equations._common import mean_within, over_normal, signs

X = np.array([1.0, 2.0, 2.0, 5.0])
"""An input of four numbers whose mean is not zero."""


def _relu(z):
    return np.maximum(z, 0)


@exact("eq-forward",
       tex=r"\mathrm{E}\, z_j^2 = \sigma^2 \sum_i x_i^2 = n \sigma^2\, q(x) .",
       right=lambda n, sigma2, x: (sigma2 * np.sum(x**2), n * sigma2 * np.mean(x**2)),
       wrong=lambda n, sigma2, x: (sigma2 * np.sum(x**2), n * sigma2 * np.var(x)),
       mistake="the variance of the input in place of its mean square")
def forward(formula):
    """A law in which the weights of a unit depend on each other, but are not correlated: 3 times a row of a Hadamard
    matrix of size 4, or minus that row, all eight equally likely."""
    H2 = np.array([[1, 1], [1, -1]])
    rows = np.kron(H2, H2)
    z = 3 * np.vstack([rows, -rows]) @ X
    return max(abs(np.mean(z**2) - claimed) for claimed in formula(n=4, sigma2=9, x=X)), 0


@exact("eq-forward-broken",
       tex=r"\mathrm{E}\, z_j^2 = n (\sigma^2 + \mu^2 - c)\, q(x) + c\, n^2 \bar x^2 .",
       right=lambda n, sigma2, mu, c, q, x_bar: n * (sigma2 + mu**2 - c) * q + c * n**2 * x_bar**2,
       wrong=lambda n, sigma2, mu, c, q, x_bar: n * (sigma2 + mu**2) * q + c * n**2 * x_bar**2,
       mistake="the squares are counted among the products of different weights, too")
def forward_broken(formula):
    r"""Weights $W_i = \frac12 + s_0 + 2 s_i$ with five signs $s_0, \dots, s_4$: all 32 outcomes. So
    $\mu = \frac12$, $\sigma^2 = 1 + 4$ and $c = \mu^2 + 1$."""
    s = signs(5)
    z = (0.5 + s[:, :1] + 2 * s[:, 1:]) @ X
    claimed = formula(n=4, sigma2=5, mu=0.5, c=1.25, q=np.mean(X**2), x_bar=np.mean(X))
    return abs(np.mean(z**2) - claimed), 0


@simulation("eq-self-averaging",
            tex=r"q(z) = \frac1k \sum_{j=1}^k z_j^2 = n\sigma^2 q(x) \left( 1 \pm \sqrt{\frac2k}\, \right) .",
            right=lambda n, k, sigma2, x: (n * sigma2 * np.mean(x**2), sqrt(2 / k)),
            wrong=lambda n, k, sigma2, x: (n * sigma2 * np.mean(x**2), sqrt(2 / n)),
            mistake="the number of inputs in place of the number of units")
def self_averaging(formula):
    r"""4000 draws of a matrix of shape $(4, 20)$ with independent normal entries: the mean of $q(z)$, and the mean
    square of its relative deviation."""
    W = np.random.default_rng(0).normal(0, 0.7, size=(4000, 4, 20))
    q = np.mean((X @ W) ** 2, axis=1)
    mean, deviation = formula(n=4, k=20, sigma2=0.49, x=X)
    return mean_within(np.stack([q, (q / mean - 1) ** 2], axis=1), [mean, deviation**2])


@exact("eq-forward-layers",
       tex=r"\mathrm{E}\, q_z^{l+1} = n_{l}\, \sigma_{l+1}^2\; \mathrm{E}\, q_h^{l} .",
       right=lambda n, sigma2, h: n * sigma2 * np.mean(h**2),
       wrong=lambda n, sigma2, h: n * sigma2 * np.var(h),
       mistake="the variance of the activations in place of their mean square")
def forward_layers(formula):
    r"""Two layers of random signs, of shapes $(2, 4)$ and $3 \cdot (4, 2)$, in all their $2^{16}$ outcomes, with
    $f(z) = z + z^2$ between them."""
    z = np.array([1, 3]) @ signs(2, 4)
    h = z + z**2
    z_next = np.einsum("ai,bij->abj", h, 3 * signs(4, 2))
    return abs(np.mean(z_next**2) - formula(n=4, sigma2=9, h=h)), 0


@exact("eq-forward-relu",
       tex=r"\mathrm{E}\, \mathrm{relu}(z_j)^2 = \tfrac12\, \mathrm{E}\, z_j^2 .",
       right=lambda z: np.mean(z**2) / 2, wrong=lambda z: np.mean(z**2) / 4,
       mistake="half of the size in place of half of the square")
def forward_relu(formula):
    """Four columns of weights that obey no law, and their negatives, all eight equally likely."""
    columns = np.array([[3, 1, 4, 1], [5, -9, 2, 6], [5, 3, -5, 8], [0, 0, 7, -9]])
    z = np.vstack([columns, -columns]) @ X
    return abs(np.mean(_relu(z) ** 2) - formula(z)), 0


@exact("eq-forward-relu-layers",
       tex=r"\mathrm{E}\, q_z^{L} = n_0\, \sigma_1^2\, q(x) \prod_{l=2}^{L} \tfrac12\, n_{l-1}\, \sigma_l^2 .",
       right=lambda n, sigma2, q, L: n[0] * sigma2[1] * q * prod(n[l - 1] * sigma2[l] / 2 for l in range(2, L + 1)),
       wrong=lambda n, sigma2, q, L: q * prod(n[l - 1] * sigma2[l] / 2 for l in range(1, L + 1)),
       mistake="a half for the first layer, too, which reads the input and not a ReLU")
def forward_relu_layers(formula):
    r"""A ReLU network of widths 4, 2, 2, 1. The weights are random signs, times 1, 3 and 2 in its three layers: all
    $2^{14}$ outcomes."""
    h = _relu(X @ signs(4, 2))
    h = _relu(np.einsum("ai,bij->abj", h, 3 * signs(2, 2))).reshape(-1, 2)
    z = h @ (2 * signs(2)).T
    return abs(np.mean(z**2) - formula(n=[4, 2, 2], sigma2=[None, 1, 9, 4], q=np.mean(X**2), L=3)), 0


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


@simulation("eq-length-map",
            tex=r"q_z^{l+1} = \sigma_w^2 \int f\bigl(\sqrt{q_z^l}\, u\bigr)^2\, \frac{e^{-u^2/2}}{\sqrt{2\pi}}\, du"
                r" + \sigma_b^2 .",
            right=lambda f, sw2, sb2, q: sw2 * over_normal(lambda u: f(sqrt(q) * u) ** 2) + sb2,
            wrong=lambda f, sw2, sb2, q: sw2 * over_normal(lambda u: (f(sqrt(q) * u) - f(0)) ** 2) + sb2,
            mistake="the variance of the activations in place of their mean square")
def length_map(formula):
    r"""Sigmoid, $\sigma_w^2 = 4$, $\sigma_b^2 = \frac12$: 80 networks of 150 units, two steps of the map, from layer 1
    to layer 3. The map is an approximation; at this width it is off by less than the sampling error."""
    rng, n = np.random.default_rng(0), 150
    q1 = 4 * np.mean(X**2) + 0.5
    z = rng.normal(0, sqrt(q1), size=(80, 1, n))  # the first layer, which is exactly normal
    for _ in range(2):
        z = _sigmoid(z) @ rng.normal(0, sqrt(4 / n), size=(80, n, n)) + rng.normal(0, sqrt(0.5), size=(80, 1, n))
    q2 = formula(_sigmoid, 4, 0.5, q1)
    return mean_within(np.mean(z**2, axis=(1, 2)), formula(_sigmoid, 4, 0.5, q2))


@simulation("eq-lottery",
            tex=r"""\begin{aligned}
\mathrm{E}\, q_h^L &= q(x) , \\
\mathrm{E}\, (q_h^L)^2 &= q(x)^2 \left(1 + \tfrac5n\right)^{L} , \\
\text{median of } q_h^L &\approx q(x)\, e^{-5L/(2n)} .
\end{aligned}""",
            right=lambda q, n, L: (q, q**2 * (1 + 5 / n) ** L, q * exp(-5 * L / (2 * n))),
            wrong=lambda q, n, L: (q, q**2 * (1 + 5 / n) ** L, q),
            mistake="the median stays where the mean is")
def lottery(formula):
    r"""4000 ReLU networks of 5 layers of 20 units with He's weights: the mean of $q$, of $q^2$, and the share of draws
    below the claimed median, which is one half."""
    rng, n = np.random.default_rng(0), 20
    h = np.ones((4000, 1, n))
    for _ in range(5):
        h = _relu(h @ rng.normal(0, sqrt(2 / n), size=(4000, n, n)))
    q = np.mean(h**2, axis=(1, 2))
    mean, second, median = formula(q=1, n=n, L=5)
    return mean_within(np.stack([q, q**2, q < median], axis=1), [mean, second, 1 / 2])


@exact("eq-forward-rand",
       tex=r"q^{l+1} = \tfrac1{12}\, q^l + \tfrac14\, s^l, \qquad s^{l+1} = \tfrac1{12}\, q^l + \tfrac n4\, s^l .",
       right=lambda n, q, s: (q / 12 + s / 4, q / 12 + n * s / 4),
       wrong=lambda n, q, s: (q / 12 + s / 4, q / 12 + s / 4),
       mistake="the sum of all units treated as a single unit")
def forward_rand(formula):
    r"""Both means from the definition, in fractions, for $n = 4$ and a fixed input: every $\mathrm{E}[z_j z_k]$ term by
    term, with $\mathrm{E} W = 1/(2\sqrt n)$ and $\mathrm{E} W^2 = 1/(3n)$."""
    n, x, at = 4, [1, 2, 2, 5], range(4)
    m2, w2 = Fraction(1, 4 * n), Fraction(1, 3 * n)
    zz = [[sum(x[i] * x[r] * (w2 if (i, j) == (r, k) else m2) for i in at for r in at) for k in at] for j in at]
    measured = Fraction(sum(zz[j][j] for j in at), n), Fraction(sum(map(sum, zz)), n)
    claimed = formula(n, Fraction(sum(v**2 for v in x), n), Fraction(sum(x) ** 2, n))
    return max(abs(a - b) for a, b in zip(measured, claimed, strict=True)), 0
