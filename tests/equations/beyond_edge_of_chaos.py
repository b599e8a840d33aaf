"""The equations of docs/beyond/edge-of-chaos.md: draws of layers, difference quotients, and networks of many layers."""

from math import log, sqrt

import numpy as np
from scipy.special import erf

from equations import numerical, quadrature, simulation
from equations._common import mean_within, normal_mean, tanh_slope
from initbook import activations, correlations, theory


@simulation("eq-correlation-map", package="correlations.correlation_map correlations.pair_mean",
            right=lambda f, sigma2_w, sigma2_b, q, c:
                correlations.correlation_map(f, sigma2_w, sigma2_b, q=q, c=c)[1],
            wrong=("sigma2_w, sigma2_b, q=q", "sigma2_w, q=q"), mistake="no biases")
def correlation_map(formula):
    r"""tanh, $\sigma_w^2 = 2$, $\sigma_b^2 = 2$, at the $q$ that the length map keeps: 4000 draws of a layer of 400
    normal pairs of correlation $\frac35$ and of one unit above."""
    rng, n, (w, b) = np.random.default_rng(0), 400, (2.0, 2.0)
    q = theory.fixed_point(activations.tanh, w, b)
    u, v = rng.normal(size=(2, 4000, n))
    h, other = np.tanh(sqrt(q) * u), np.tanh(sqrt(q) * (0.6 * u + 0.8 * v))
    W, bias = rng.normal(0, sqrt(w / n), size=(4000, n)), rng.normal(0, sqrt(b), size=4000)
    product = (np.sum(h * W, axis=1) + bias) * (np.sum(other * W, axis=1) + bias)
    return mean_within(product / q, formula(activations.tanh, w, b, q, 0.6))


@numerical("eq-correlation-slope", package="correlations.correlation_slope correlations.pair_mean theory.chi",
           right=lambda f, sigma2_w, q, c: (correlations.correlation_slope(f, sigma2_w, q=q, c=c),
                                            correlations.correlation_slope(f, sigma2_w, q=q, c=1),
                                            theory.chi(f, sigma2_w, q)),
           wrong=("f, sigma2_w, q=q, c=c", "f, sigma2_w, q=q, c=1"), mistake="the slope at 1 everywhere")
def correlation_slope(formula):
    r"""Central differences of the map of erf, which has a closed form, $\frac2\pi \arcsin \frac{2 q c}{1 + 2 q}$, at
    $c = \frac12$; and at 1, where its slope is known."""
    f = activations.Activation("erf", erf, lambda z: 2 / sqrt(np.pi) * np.exp(-z**2))
    w, q, h = 1.5, 0.7, 1e-5
    def mapped(c):
        return w / q * 2 / np.pi * np.arcsin(2 * q * c / (1 + 2 * q))
    at_one = w * 4 / np.pi / sqrt(1 + 4 * q)
    found = [(mapped(0.5 + h) - mapped(0.5 - h)) / (2 * h), at_one, at_one]
    return max(abs(a - b) for a, b in zip(found, formula(f, w, q, 0.5), strict=True)), h


@quadrature("eq-edge", package="correlations.critical theory.mean_f2 theory.mean_df2",
            right=lambda f, q: ((1 / theory.mean_df2(f, q), q - 1 / theory.mean_df2(f, q) * theory.mean_f2(f, q)),
                                correlations.critical(f, q)),
            wrong=("q - 1 / theory.mean_df2(f, q)", "1 - 1 / theory.mean_df2(f, q)"),
            mistake="the mean square is taken to be 1")
def edge(formula):
    r"""tanh at $q = \frac12$: with these variances one step of the length map must return $q$ and $\chi_\perp$ must be
    1, by adaptive quadrature."""
    q = 0.5
    f2, df2 = normal_mean(lambda z: np.tanh(z) ** 2, q), normal_mean(lambda z: tanh_slope(z) ** 2, q)
    return max(max(abs(w * f2 + b - q), abs(w * df2 - 1)) for w, b in formula(activations.tanh, q)), 1e-9


@numerical("eq-depth-scale", package="correlations.correlation_depth correlations.fixed_correlation "
                                      "correlations.correlation_slope",
           right=lambda f, sigma2_w, sigma2_b, q, c: (
               -1 / log(correlations.correlation_slope(f, sigma2_w, q=q, c=c)),
               correlations.correlation_depth(f, sigma2_w, sigma2_b)),
           wrong=("-1 / log(correlations.correlation_slope(f, sigma2_w, q=q, c=c))",
                  "1 / abs(correlations.correlation_slope(f, sigma2_w, q=q, c=c) - 1)"),
           mistake="the logarithm is replaced by its argument less 1")
def depth_scale(formula):
    r"""How fast a small distance shrinks in eight layers of the map, in the ordered phase (tanh, $\sigma_w^2 =
    1$) and in the chaotic one ($\sigma_w^2 = 4$), $\sigma_b^2 = 0.05$."""
    pairs = []
    for w in (1.0, 4.0):
        start = activations.tanh, w, 0.05
        q, end = theory.fixed_point(*start), correlations.fixed_correlation(*start)
        c = correlations.correlation_map(*start, q=q, c=end - 1e-5, layers=8)
        pairs += [(8 / log((c[0] - end) / (c[8] - end)), xi) for xi in formula(*start, q, end)]
    return max(abs(found / xi - 1) for found, xi in pairs), 1e-3


@quadrature("eq-critical-pair", package="theory.normal_mean",
            right=lambda f, d2f, q: theory.normal_mean(lambda z: f.f(z) * d2f(z), q),
            wrong=("f.f(z) * d2f(z)", "f.df(z) * d2f(z)"), mistake="the slope in place of the activation")
def critical_pair(formula):
    r"""GELU, $f'' = \varphi(z)(2 - z^2)$, at the $q$ where both slopes agree, $\mathrm{E}\, z f f' =
    q\, \mathrm{E} f'^2$, found by bisection from means by adaptive quadrature. The package's critical pair must hold
    that $q$, too."""
    f = activations.gelu
    def excess(q):
        return normal_mean(lambda z: z * f.f(z) * f.df(z), q) - q * normal_mean(lambda z: f.df(z) ** 2, q)
    low, high = 1.0, 9.0
    for _ in range(45):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    def bend(z):
        return np.exp(-z * z / 2) / sqrt(2 * np.pi) * (2 - z * z)
    return max(abs(formula(f, bend, low)), abs(correlations.critical_pair(f).q - low)), 1e-8
