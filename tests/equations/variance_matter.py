"""The equations of docs/variance/matter.md."""

from math import pi, sqrt

import numpy as np
from scipy.integrate import quad

from equations import numerical, quadrature, simulation
from equations._common import gradient, mean_within, over_normal, worst


def _tanh_slope(z):
    return np.cosh(z) ** -2.0


def _normalised(u):
    """Each unit with mean 0 and variance 1 over the batch."""
    centred = u - u.mean(axis=0)
    return centred / (centred**2).mean(axis=0) ** 0.5


def _loss(W, h, V):
    """A loss behind one normalised layer; for complex W, too."""
    return np.sum(np.sin(np.tanh(_normalised(h @ W)) @ V))


def _layer():
    rng = np.random.default_rng(0)
    return rng.normal(size=(3, 4)), rng.normal(size=(6, 3)), rng.normal(size=(4, 2))


@simulation("eq-reach",
            tex=r"r = \Bigl( \prod_{l=1}^{D} n_{l+1}\, \sigma_{l+1}^2\, \mathrm{E} f'(z^l)^2 \Bigr)^{1/2}, "
                r"\qquad z^l \sim N(0, q^l).",
            right=lambda n, sigma2, df2: sqrt(np.prod([n[i + 1] * sigma2[i + 1] * df2[i] for i in range(2)])),
            wrong=lambda n, sigma2, df2: sqrt(np.prod([n[i] * sigma2[i + 1] * df2[i] for i in range(2)])),
            mistake="the width of the layer itself, not of the one above")
def reach(formula):
    r"""20 000 draws of the way down from 4 logits through tanh layers of 3 and 5 units, with pre-activations of
    $N(0, 2)$ and $N(0, 1)$ that do not know the weights, as the text assumes: the mean square below, of
    gradients of 1 above."""
    rng = np.random.default_rng(0)
    n, sigma2, q = [5, 3, 4], [None, 0.5, 0.3], [1, 2]
    dz = rng.normal(size=(20_000, 4))
    for layer in (1, 0):
        W = rng.normal(0, sqrt(sigma2[layer + 1]), size=(20_000, n[layer], n[layer + 1]))
        z = rng.normal(0, sqrt(q[layer]), size=(20_000, n[layer]))
        dz = np.einsum("sij,sj->si", W, dz) * _tanh_slope(z)
    df2 = [over_normal(lambda u, v=v: _tanh_slope(sqrt(v) * u) ** 2) for v in q]
    return mean_within(np.mean(dz**2, axis=1), formula(n, sigma2, df2) ** 2)


@numerical("eq-bn-scale",
           tex=r"\widehat{c u} = \hat u, \qquad L(c W) = L(W).",
           right=lambda c, u_hat, L: (u_hat, L), wrong=lambda c, u_hat, L: (c * u_hat, c * L),
           mistake="the scale passes through")
def bn_scale(formula):
    """Six samples and four units, with and without a factor of 7 on the weights."""
    W, h, V = _layer()
    u_hat, L = formula(7, _normalised(h @ W), _loss(W, h, V))
    return worst([(_normalised(h @ (7 * W)), u_hat), (_loss(7 * W, h, V), L)])


@numerical("eq-bn-gradient",
           tex=r"\nabla L(c W) = \frac1c \nabla L(W).",
           right=lambda c, dW: dW / c, wrong=lambda c, dW: dW,
           mistake="the same gradient for the same loss")
def bn_gradient(formula):
    """The same layer, differentiated by complex steps at the weights and at seven times the weights."""
    W, h, V = _layer()
    dW, dcW = (gradient(lambda A: _loss(A, h, V), c * W) for c in (1, 7))
    return worst([(dcW, formula(7, dW))])


@quadrature("eq-bn-explosion",
            tex=r"\mathrm{var}(u) = n \sigma^2 \Bigl(\frac12 - \frac1{2\pi}\Bigr) = n \sigma^2\, "
                r"\frac{\pi - 1}{2 \pi}, \qquad "
                r"\frac{\mathrm{E} (\partial L/\partial u)^2}{g} = \frac{\pi}{\pi - 1} \approx 1.467 .",
            right=lambda n, sigma2: (n * sigma2 * (1 / 2 - 1 / (2 * pi)), n * sigma2 * (pi - 1) / (2 * pi),
                                     pi / (pi - 1)),
            wrong=lambda n, sigma2: (n * sigma2 / 2, n * sigma2 / 2, 1),
            mistake="the mean of $h$ is not taken off")
def bn_explosion(formula):
    r"""The variance of ReLU by adaptive quadrature, times $n \sigma^2$; half of $n \sigma^2$, divided by it; and that
    the number has the digits of this ratio."""
    def density(z):
        return np.exp(-z**2 / 2) / sqrt(2 * pi)
    n, sigma2 = 50, 0.3
    mean = quad(lambda z: z * density(z), 0, 20)[0]
    variance = n * sigma2 * (quad(lambda z: z**2 * density(z), 0, 20)[0] - mean**2)
    first, second, ratio = formula(n, sigma2)
    off = max(abs(variance - first), abs(variance - second), abs(n * sigma2 / 2 / variance - ratio))
    return off + (f"{ratio:.3f}" != "1.467"), 1e-8
