"""The equations of docs/variance/backward.md.

As on the page before, what is exact for every law of the weights is added up over all outcomes of random signs.
"""

from math import pi, prod, sqrt

import numpy as np

from equations import exact, numerical, simulation
from equations._common import gradient, mean_within, over_normal, signs, worst

DELTA = np.array([1.0, 2.0, 2.0, 5.0])
"""A gradient of four units."""


@numerical("eq-backward-chain",
           tex=r"\frac{\partial L}{\partial h^{l-1}_i} = \sum_{j=1}^{n_l} W^l_{ij}\, \delta^l_j, \qquad"
               r" \delta^{l-1}_i = \frac{\partial L}{\partial h^{l-1}_i}\, f'(z^{l-1}_i) .",
           right=lambda W, delta, df: (W @ delta, (W @ delta) * df),
           wrong=lambda W, delta, df: (delta @ W, (delta @ W) * df),
           mistake="the sum runs over the units that a unit reads, not over those that it feeds")
def chain(formula):
    r"""The slopes of $L(h) = \sum_j \sin h_j$ above two layers of three $\tanh$ units, by a complex step in each $h$
    and each $z$."""
    rng = np.random.default_rng(0)
    z, W = rng.normal(size=3), rng.normal(size=(3, 3))
    top = lambda z_next: np.sin(np.tanh(z_next)).sum()  # noqa: E731
    from_h, from_z = formula(W, gradient(top, np.tanh(z) @ W), 1 - np.tanh(z) ** 2)
    return worst([(gradient(lambda h: top(h @ W), np.tanh(z)), from_h),
                  (gradient(lambda z: top(np.tanh(z) @ W), z), from_z)])


@exact("eq-backward-weights",
       tex=r"\mathrm{E} \left( \frac{\partial L}{\partial h^{l-1}_i} \right)^2 = \sigma_l^2 \sum_{j=1}^{n_l}"
           r" (\delta_j^l)^2 = n_l\, \sigma_l^2\, g^l .",
       right=lambda n_in, n_out, sigma2, delta: (sigma2 * np.sum(delta**2), n_out * sigma2 * np.mean(delta**2)),
       wrong=lambda n_in, n_out, sigma2, delta: (sigma2 * np.sum(delta**2), n_in * sigma2 * np.mean(delta**2)),
       mistake="the fan-in in place of the fan-out")
def backward_weights(formula):
    r"""A fixed $\delta^l$ of four units and weights $\pm 3$ of shape $(2, 4)$, in all their $2^8$ outcomes."""
    u = 3 * signs(2, 4) @ DELTA
    return max(np.max(abs(np.mean(u**2, axis=0) - claimed)) for claimed in formula(2, 4, 9, DELTA)), 0


def _slope(z):
    return 1 / np.cosh(z) ** 2


@simulation("eq-backward",
            tex=r"g^{l-1} = \chi_l\, g^l, \qquad \chi_l = n_l\, \sigma_l^2\; \mathrm{E} f'(z^{l-1})^2 .",
            right=lambda n, sigma2, q, g: n * sigma2 * over_normal(lambda u: _slope(sqrt(q) * u) ** 2) * g,
            wrong=lambda n, sigma2, q, g: n * sigma2 * over_normal(lambda u: np.tanh(sqrt(q) * u) ** 2) * g,
            mistake="the activation in place of its slope")
def backward(formula):
    r"""120 networks of three $\tanh$ layers of 100 units with $n\sigma^2 = 2$ and a normal gradient at the top, which
    goes down through the true weights: $g^1$ against $g^2$. The independence that the equation supposes is off by less
    than the sampling error."""
    rng, n, q = np.random.default_rng(0), 100, 2
    z1 = rng.normal(0, sqrt(q), size=(120, 1, n))
    W2, W3 = rng.normal(0, sqrt(2 / n), size=(2, 120, n, n))
    z2 = np.tanh(z1) @ W2
    delta3 = rng.normal(size=(120, 1, n)) * _slope(np.tanh(z2) @ W3)
    delta2 = delta3 @ W3.transpose(0, 2, 1) * _slope(z2)
    delta1 = delta2 @ W2.transpose(0, 2, 1) * _slope(z1)
    g1, g2 = (np.mean(delta**2, axis=(1, 2)) for delta in (delta1, delta2))
    return mean_within(g1 - formula(n, 2 / n, q, g2), 0)


@exact("eq-gradient-map",
       tex=r"\frac{g^l}{g^L} = \prod_{k=l+1}^{L} \chi_k .",
       right=lambda chi, l, L: prod(chi[k] for k in range(l + 1, L + 1)),
       wrong=lambda chi, l, L: prod(chi[k] for k in range(l, L + 1)),
       mistake="one factor too many: that of layer l itself")
def gradient_map(formula):
    r"""A linear network of widths 3, 2, 4, 2 with random signs, whose $\chi_l$ is $n_l$: $g^1$ against $g^3$ for a
    fixed gradient at the top, over all $2^{16}$ outcomes of the two matrices between."""
    top = np.array([1, 3])
    u = np.einsum("aij,bj->abi", signs(2, 4), signs(4, 2) @ top)
    return abs(np.mean(u**2) / np.mean(top**2) - formula({1: 2, 2: 4, 3: 2}, l=1, L=3)), 0


@exact("eq-backward-exact",
       tex=r"\mathrm{E}\, (\delta^{l-1}_i)^2 = n_l \sigma_l^2\, \tfrac12 (a^2 + b^2)\; \mathrm{E}\, g^l .",
       right=lambda n, sigma2, a, b, g: n * sigma2 * (a**2 + b**2) / 2 * g,
       wrong=lambda n, sigma2, a, b, g: n * sigma2 * ((a + b) / 2) ** 2 * g,
       mistake="the square of the mean slope in place of its mean square")
def backward_exact(formula):
    r"""Two layers with $f'(z) = 1$ below zero and $7$ above, of widths 2, 3, 2: all $2^{14}$ outcomes of random signs
    for both matrices and for the gradient at the top, which goes down through the true weights. The input is $(1, 4)$;
    then all numbers are odd, so that no $z$ is 0."""
    slope = lambda z: np.where(z < 0, 1, 7)  # noqa: E731
    W1, W2, u2 = signs(2, 3), signs(3, 2), signs(2)
    z1 = np.array([1, 4]) @ W1
    z2 = np.einsum("ai,bij->abj", z1 * slope(z1), W2)
    delta2 = u2 * slope(z2)[:, :, None]
    delta1 = np.einsum("abuj,bij->abui", delta2, W2) * slope(z1)[:, None, None]
    claimed = formula(n=2, sigma2=1, a=1, b=7, g=np.mean(delta2**2))
    return np.max(abs(np.mean(delta1**2, axis=(0, 1, 2)) - claimed)), 0


@simulation("eq-backward-coherent",
            tex=r"g^{L-k} \approx g^L \left( 1 + \frac{2k}{\pi} \right) .",
            right=lambda g, k: g * (1 + 2 * k / pi), wrong=lambda g, k: g,
            mistake="as if the gradient at the top were white")
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
       tex=r"\operatorname{mean}\Bigl(\frac{\partial L}{\partial W^l}\Bigr)^2 = \sum_{s=1}^m \sum_{t=1}^m"
           r" \frac{h_s \cdot h_t}{n_{l-1}}\; \frac{\delta_s \cdot \delta_t}{n_l} ,",
       right=lambda h, delta: sum((h[s] @ h[t]) / h.shape[1] * (delta[s] @ delta[t]) / delta.shape[1]
                                  for s in range(len(h)) for t in range(len(h))),
       wrong=lambda h, delta: sum((h[s] @ h[s]) / h.shape[1] * (delta[s] @ delta[s]) / delta.shape[1]
                                  for s in range(len(h))),
       mistake="the products of different samples left out")
def weight_gradient(formula):
    """The matrix of slopes entry by entry, for three samples of whole numbers, with 4 units below and 2 above."""
    h, delta = np.array([[1, 2, 0, 3], [2, -1, 1, 0], [4, 1, 1, 1]]), np.array([[1, -2], [3, 1], [0, 5]])
    dW = [[sum(h[s, i] * delta[s, j] for s in range(3)) for j in range(2)] for i in range(4)]
    return abs(np.mean(np.square(dW)) - formula(h, delta)), 0
