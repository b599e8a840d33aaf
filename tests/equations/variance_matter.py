"""The equations of docs/variance/matter.md: how far a gradient reaches, and what batch normalization does to it."""

from math import pi, prod, sqrt

import numpy as np

from equations import numerical, quadrature, simulation
from equations._common import gradient, mean_within, normal_mean, relu, tanh_slope, worst
from initbook import activations, normalization, theory


def _normalized(u):
    """Each unit with mean 0 and variance 1 over the batch."""
    centred = u - u.mean(axis=0)
    return centred / (centred**2).mean(axis=0) ** 0.5


def _above(u_hat):
    """A loss of normalized pre-activations; for complex ones, too."""
    return np.sum(np.sin(np.tanh(u_hat) @ np.random.default_rng(1).normal(size=(4, 2))))


def _layer():
    """Weights of four units, and six samples of their three inputs."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(3, 4)), rng.normal(size=(6, 3))


@simulation("eq-reach", package="theory.mean_df2",
            right=lambda n, sigma, f, q, D: prod(n[l + 1] * sigma[l + 1]**2 * theory.mean_df2(f, q[l])
                                                 for l in range(1, D + 1))**(1 / 2),
            wrong=("n[l + 1]", "n[l]"), mistake="the width of the layer itself, not of the one above")
def reach(formula):
    r"""20 000 draws of the way down from 4 logits through tanh layers of 3 and 5 units, with pre-activations of
    $N(0, 2)$ and $N(0, 1)$ that do not know the weights, as the text assumes: the mean square below, of
    gradients of 1 above."""
    rng = np.random.default_rng(0)
    n, sigma, q = [None, 5, 3, 4], [None, None, sqrt(0.5), sqrt(0.3)], [None, 1, 2]
    dz = rng.normal(size=(20_000, 4))
    for layer in (2, 1):
        W = rng.normal(0, sigma[layer + 1], size=(20_000, n[layer], n[layer + 1]))
        z = rng.normal(0, sqrt(q[layer]), size=(20_000, n[layer]))
        dz = np.einsum("sij,sj->si", W, dz) * tanh_slope(z)
    return mean_within(np.mean(dz**2, axis=1), formula(n, sigma, activations.tanh, q, 2) ** 2)


@numerical("eq-bn-scale", package="normalization.batch_norm normalization._normalize",
           right=lambda c, u, L, W: ((normalization.batch_norm(c * u, eps=0), normalization.batch_norm(u, eps=0)),
                                     (L(c * W), L(W))),
           wrong=("(L(c * W), L(W))", "(L(c * W), c * L(W))"), mistake="the scale passes through")
def bn_scale(formula):
    """Six samples and four units, with and without a factor of 7 on the weights."""
    W, x = _layer()
    u_hats, losses = formula(7, x @ W, lambda W: _above(_normalized(x @ W)), W)
    return worst([*((_normalized(x @ W), u_hat) for u_hat in u_hats), losses])


@numerical("eq-bn-gradient", package="normalization.batch_norm_backward normalization._normalize",
           right=lambda c, grad_L, W, x, du_hat: (
               1 / c * grad_L(W), 1 / c * x.T @ normalization.batch_norm_backward(x @ W, du_hat, eps=0)),
           wrong=("1 / c * grad_L", "grad_L"), mistake="the same gradient for the same loss")
def bn_gradient(formula):
    """The same layer, differentiated by complex steps at the weights and at seven times the weights."""
    W, x = _layer()

    def grad(W):
        return gradient(lambda A: _above(_normalized(x @ A)), W)

    du_hat = gradient(_above, _normalized(x @ W))
    return worst((grad(7 * W), claimed) for claimed in formula(7, grad, W, x, du_hat))


@quadrature("eq-bn-explosion",
            right=lambda n, sigma: (n * sigma**2 * (1 / 2 - 1 / (2 * pi)), n * sigma**2 * (pi - 1) / (2 * pi),
                                    pi / (pi - 1), 1.467),
            wrong=(" - 1 / (2 * pi)", ""), mistake="the mean of $h$ is not taken off")
def bn_explosion(formula):
    r"""The variance of ReLU by adaptive quadrature, times $n \sigma^2$; half of $n \sigma^2$, divided by it; and that
    the number has the digits of this ratio."""
    n, sigma = 50, 0.6
    variance = n * sigma**2 * (normal_mean(lambda z: relu(z) ** 2) - normal_mean(relu) ** 2)
    first, second, ratio, digits = formula(n, sigma)
    off = max(abs(variance - first), abs(variance - second), abs(n * sigma**2 / 2 / variance - ratio))
    return off + (round(n * sigma**2 / 2 / variance, 3) != digits), 1e-9
