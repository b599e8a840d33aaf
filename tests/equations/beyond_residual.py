"""The equations of docs/beyond/residual.md: drawn blocks, counted up, down, and by the squared length of a gradient."""

import numpy as np

from equations import simulation
from initbook import activations, normalization

RELU = activations.relu


def block(rng, h, n, c, d):
    """A branch's matrices, what it adds, and its slope as a matrix for each sample."""
    W, V = c * (2 / n) ** 0.5 * rng.normal(size=(n, n)), d * n**-0.5 * rng.normal(size=(n, n))
    z = h @ W
    return W, V, z, RELU.f(z) @ V


def ratios(measure, draws):
    """The mean of a measurement over draws, and five standard errors."""
    values = np.array([measure(np.random.default_rng(seed)) for seed in range(draws)])
    return values.mean(), 5 * values.std(ddof=1) / draws**0.5


@simulation("eq-residual-forward", right=lambda a, s, c, d, q: (a**2 + s**2 * c**2 * d**2) * q,
            wrong=("a**2 + s", "a + s"), mistake="the skip's factor is not squared")
def residual_forward(formula):
    r"""One block of 100 units with $a = 0.7$, $s = 0.8$, $c = 1.2$, $d = 0.9$, drawn 400 times."""
    a, s, c, d, n = 0.7, 0.8, 1.2, 0.9, 100

    def grown(rng):
        h = rng.normal(size=(4, n))
        *_, F = block(rng, h, n, c, d)
        return ((a * h + s * F) ** 2).mean() / (h**2).mean()
    mean, error = ratios(grown, 400)
    return abs(mean - formula(a, s, c, d, 1.0)), error


@simulation("eq-residual-update", right=lambda s, c, d, q, g, q0, gL: s**2 * (c**2 + d**2 / 2) * q * g / (q0 * gL),
            wrong=("d**2 / 2", "d**2"), mistake="ReLU's slopes are not halved")
def residual_update(formula):
    r"""Squared lengths of the gradients of both matrices of a block that is followed by one more, which is taken as
    its measured factor on $g$; 8 samples, 60 units, $s = 0.8$, $c = 0.9$, $d = 1.3$, 300 draws."""
    s, c, d, n, m = 0.8, 0.9, 1.3, 60, 8

    def length(rng):
        h, g = 1.5 * rng.normal(size=(m, n)), 2 * rng.normal(size=(m, n))
        W, V, z, _ = block(rng, h, n, c, d)
        dV, dW = s * RELU.f(z).T @ g, s * h.T @ (g @ V.T * RELU.df(z))
        return ((dV**2).sum() + (dW**2).sum()) / (m * n**2 * 9.0 * 5.0)
    mean, error = ratios(length, 300)
    return abs(mean - formula(s, c, d, 2.25, 4.0, 9.0, 5.0)), error


@simulation("eq-pre-norm", right=lambda q, k: (q + k, (q + k) / q, 1 + k / q), wrong=("k / q", "k"),
            mistake="the gradient is not divided by the size of the row")
def pre_norm(formula):
    r"""A pre-norm block of 100 units with RMS normalization, $c = 1.3$, $d = 0.9$, on rows of mean square 3: how much
    it adds, and what it makes of a gradient; 400 draws. Normalization takes one of 100 directions."""
    c, d, n, q = 1.3, 0.9, 100, 3.0

    def both(rng):
        h, g = q**0.5 * rng.normal(size=(4, n)), rng.normal(size=(4, n))
        u = normalization.rms_norm(h, eps=0.0)
        W, V, z, F = block(rng, u, n, c, d)
        below = g + normalization.rms_norm_backward(h, g @ V.T * RELU.df(z) @ W.T, eps=0.0)
        return ((h + F) ** 2).mean() - (h**2).mean(), (below**2).mean() / (g**2).mean()
    runs = np.array([both(np.random.default_rng(seed)) for seed in range(400)])
    told = formula(q, (c * d) ** 2)
    off = np.abs(runs.mean(axis=0) - [told[0] - q, told[2]]).max() + abs(told[1] - told[2])
    return off, 5 * runs.std(axis=0, ddof=1).max() / 20 + 2 / n


@simulation("eq-post-norm", right=lambda a, k, k_b: (a**2 + k_b) / (a**2 + k), wrong=("(a**2 + k)", "(1 + k)"),
            mistake="the normalization divides by what it would divide without a factor on the skip")
def post_norm(formula):
    r"""One block with LayerNorm after the sum, $a = 1.6$, and a branch of 200 softplus units whose two factors are
    measured beside it; 100 draws. Normalization takes two of 200 directions."""
    a, n, f = 1.6, 200, activations.softplus

    def factors(rng):
        h, g = rng.normal(size=(8, n)), rng.normal(size=(8, n))
        h = normalization.layer_norm(h, eps=0.0)
        W, V = n**-0.5 * rng.normal(size=(2, n, n))
        z = h @ W
        total = a * h + f.f(z) @ V
        down = normalization.layer_norm_backward(total, g, eps=0.0)
        below = a * down + (down @ V.T * f.df(z)) @ W.T
        k, k_b = ((f.f(z) @ V) ** 2).mean(), ((g @ V.T * f.df(z) @ W.T) ** 2).mean() / (g**2).mean()
        return (below**2).mean() / (g**2).mean() / formula(a, k, k_b)
    mean, error = ratios(factors, 100)
    return abs(mean - 1), error + 4 / n
