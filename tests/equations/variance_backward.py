"""The equations of docs/variance/backward.md.

As on the page before, what is exact for every law of the weights is added up over all outcomes of random signs.
"""

from math import pi, prod, sqrt

import numpy as np

from equations import exact, numerical, simulation
from equations._common import gradient, mean_within, normal_mean, signs, tanh_slope, worst
from initbook import activations, theory

DELTA = np.array([1.0, 2.0, 2.0, 5.0])
"""A gradient of four units."""


@numerical("eq-backward-chain",
           right=lambda W, delta, df, z, i: ((dh := sum(W[i, j] * delta[j] for j in range(len(delta)))), dh * df(z[i])),
           wrong=("W[i, j]", "W[j, i]"),
           mistake="the sum runs over the units that a unit reads, not over those that it feeds")
def chain(formula):
    r"""The slopes of $L(h) = \sum_j \sin h_j$ above two layers of three $\tanh$ units, by a complex step in each $h$
    and each $z$."""
    rng = np.random.default_rng(0)
    z, W = rng.normal(size=3), rng.normal(size=(3, 3))
    top = lambda z_next: np.sin(np.tanh(z_next)).sum()  # noqa: E731
    slopes = gradient(lambda h: top(h @ W), np.tanh(z)), gradient(lambda z: top(np.tanh(z) @ W), z)
    delta = gradient(top, np.tanh(z) @ W)
    return worst((np.array(slopes)[:, i], formula(W, delta, tanh_slope, z, i)) for i in range(3))


@exact("eq-backward-weights",
       right=lambda n_l, sigma, delta: (sigma**2 * sum(delta**2), n_l * sigma**2 * np.mean(delta**2)),
       wrong=("n_l * ", "2 * "), mistake="the fan-in in place of the fan-out")
def backward_weights(formula):
    r"""A fixed $\delta^l$ of four units and weights $\pm 3$ of shape $(2, 4)$, in all their $2^8$ outcomes."""
    u = 3 * signs(2, 4) @ DELTA
    return max(np.max(abs(np.mean(u**2, axis=0) - claimed)) for claimed in formula(4, 3, DELTA)), 0


@simulation("eq-backward", package="theory.chi theory.mean_df2",
            right=lambda f, n, sigma2, q, g: theory.chi(f, n * sigma2, q) * g,
            wrong=("n * sigma2, q", "n * sigma2, 2 * q"), mistake="the slope is taken one layer off, at another $q$")
def backward(formula):
    r"""120 networks of three $\tanh$ layers of 100 units with $n\sigma^2 = 2$ and a normal gradient at the top, which
    goes down through the true weights: $g^1$ against $g^2$. The independence that the equation supposes is off by less
    than the sampling error."""
    rng, n, q = np.random.default_rng(0), 100, 2
    z1 = rng.normal(0, sqrt(q), size=(120, 1, n))
    W2, W3 = rng.normal(0, sqrt(2 / n), size=(2, 120, n, n))
    z2 = np.tanh(z1) @ W2
    delta3 = rng.normal(size=(120, 1, n)) * tanh_slope(np.tanh(z2) @ W3)
    delta2 = delta3 @ W3.transpose(0, 2, 1) * tanh_slope(z2)
    delta1 = delta2 @ W2.transpose(0, 2, 1) * tanh_slope(z1)
    g1, g2 = (np.mean(delta**2, axis=(1, 2)) for delta in (delta1, delta2))
    return mean_within(g1 - formula(activations.tanh, n, 2 / n, q, g2), 0)


@numerical("eq-gradient-map", package="theory.gradient_map theory.chi theory.mean_df2",
           right=lambda chi, l, L, f, sigma2, qs: (prod(chi[k] for k in range(l + 1, L + 1)),
                                                   theory.gradient_map(f, sigma2, qs)[l - 1]),
           wrong=("l + 1", "l"), mistake="one factor too many: that of layer l itself")
def gradient_map(formula):
    r"""A linear network of widths 3, 2, 4, 2 with random signs, whose $\chi_l$ is $n_l$: $g^1$ against $g^3$ for a
    fixed gradient at the top, over all $2^{16}$ outcomes of the two matrices between. The package's, for layers of
    equal width, against integrals over the slope of $\tanh$ at the $q$ of layers 1 and 2."""
    top = np.array([1, 3])
    u = np.einsum("aij,bj->abi", signs(2, 4), signs(4, 2) @ top)
    integrals = prod(1.5 * normal_mean(lambda z: tanh_slope(z) ** 2, q) for q in (0.5, 2))
    claimed, package = formula({1: 2, 2: 4, 3: 2}, 1, 3, activations.tanh, 1.5, [0.5, 2, 7])
    return worst([(np.mean(u**2) / np.mean(top**2), claimed), (integrals, package)])


@exact("eq-backward-exact",
       right=lambda n, sigma, a, b, g: n * sigma**2 * (1 / 2 * (a**2 + b**2)) * g,
       wrong=("1 / 2 * (a**2 + b**2)", "((a + b) / 2)**2"),
       mistake="the square of the mean slope in place of its mean square")
def backward_exact(formula):
    r"""Two layers with $f'(z) = 3$ below zero and $7$ above, of widths 2, 3, 2: all $2^{14}$ outcomes of random signs
    for both matrices, the second times 3, and for the gradient at the top, which goes down through the true weights.
    The input is $(1, 4)$; then all numbers are odd, so that no $z$ is 0."""
    slope = lambda z: np.where(z < 0, 3, 7)  # noqa: E731
    W1, W2, u2 = signs(2, 3), 3 * signs(3, 2), signs(2)
    z1 = np.array([1, 4]) @ W1
    z2 = np.einsum("ai,bij->abj", z1 * slope(z1), W2)
    delta2 = u2 * slope(z2)[:, :, None]
    delta1 = np.einsum("abuj,bij->abui", delta2, W2) * slope(z1)[:, None, None]
    claimed = formula(2, 3, 3, 7, np.mean(delta2**2))
    return np.max(abs(np.mean(delta1**2, axis=(0, 1, 2)) - claimed)), 0


@simulation("eq-backward-coherent",
            right=lambda g, k: g * (1 + 2 * k / pi),
            wrong=(" * (1 + 2 * k / pi)", ""), mistake="as if the gradient at the top were white")
def coherent(formula):
    r"""100 ReLU networks of 4 layers of 100 units with He's weights and $u = (1, \dots, 1)$ at the top, down to layer
    1. The claim is for wide layers; at this width it is off by less than the sampling error."""
    rng, n, h, path = np.random.default_rng(0), 100, np.ones((100, 1, 100)), []
    for _ in range(4):
        W = rng.normal(0, sqrt(2 / n), size=(100, n, n))
        h = np.maximum(h @ W, 0)
        path.append((W, h > 0))
    u, g = np.ones_like(h), []
    for W, open_units in reversed(path):
        delta = u * open_units
        g.append(np.mean(delta**2, axis=(1, 2)))
        u = delta @ W.transpose(0, 2, 1)
    return mean_within(np.transpose(g) - [[formula(1 / 2, k) for k in range(4)]], 0)


@exact("eq-weight-gradient",
       right=lambda m, n_in, n_out, h, delta: sum((h[s] @ h[t]) / n_in * (delta[s] @ delta[t]) / n_out
                                                  for s in range(m) for t in range(m)),
       wrong=("t in range(m)", "t in [s]"), mistake="the products of different samples left out")
def weight_gradient(formula):
    """The matrix of slopes entry by entry, for three samples of whole numbers, with 4 units below and 2 above."""
    h, delta = np.array([[1, 2, 0, 3], [2, -1, 1, 0], [4, 1, 1, 1]]), np.array([[1, -2], [3, 1], [0, 5]])
    dW = [[sum(h[s, i] * delta[s, j] for s in range(3)) for j in range(2)] for i in range(4)]
    return abs(np.mean(np.square(dW)) - formula(3, 4, 2, h, delta)), 0
