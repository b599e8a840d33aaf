"""The equations of docs/variance/biases.md. Means over several logits are sums over Gauss and Hermite's nodes."""

from math import exp, log, pi, sqrt

import numpy as np

from equations import numerical, quadrature, simulation
from equations._common import mean_within, signs, softmax
from initbook import activations, theory

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(40)
_WEIGHTS = _WEIGHTS / sqrt(2 * pi)


def _over_logits(f, C):
    """E f(ξ) for C independent ξ ~ N(0, 1), which f gets along the first axis."""
    grid = np.meshgrid(*[_NODES] * C, indexing="ij")
    mass = np.prod(np.meshgrid(*[_WEIGHTS] * C, indexing="ij"), axis=0)
    return float(np.sum(mass * f(np.array(grid))))


def _first_loss(C, s, p=None):
    """E ln Σ p_j exp(z_j) for C independent logits N(0, s²); p = 1 when not given."""
    p = np.ones(C) if p is None else p
    return _over_logits(lambda xi: np.log(np.tensordot(p, np.exp(s * xi), axes=1)), C)


@quadrature("eq-first-loss",
            right=lambda C, s: log(C) + (C - 1) / (2 * C) * s**2,
            wrong=("(C - 1) / (2 * C)", "1 / 2"), mistake="the mean logit is not taken off")
def first_loss(formula):
    r"""The remainder, divided by $s^4$, for two and three classes at two small $s$. {eq}`eq-first-loss-next` says that
    it is near $\frac1{16}$ and $\frac1{18}$; it may be $\frac1{15}$."""
    return max(abs(_first_loss(C, s) - formula(C, s)) / s**4 for C in (2, 3) for s in (0.1, 0.2)), 1 / 15


@quadrature("eq-first-loss-slope",
            right=lambda E, a, C: 1 / 2 * (1 - E(lambda xi: sum(a(xi)[j]**2 for j in range(C)), C)),
            wrong=("1 / 2 * ", ""), mistake="the derivative with respect to $s$, divided by $s$")
def slope(formula):
    r"""A central difference of $F$ for three classes at $s = 1$, with a step of a thousandth in $s^2$, whose own error
    is of the order of its square."""
    h = 1e-3
    quotient = (_first_loss(3, sqrt(1 + h)) - _first_loss(3, sqrt(1 - h))) / (2 * h)
    return abs(quotient - formula(_over_logits, lambda xi: softmax(xi.T).T, 3)), h**2


@quadrature("eq-first-loss-next",
            right=lambda C, s: log(C) + (C - 1) / (2 * C) * s**2 - (C - 1) / (4 * C**2) * s**4,
            wrong=("(4 * C**2)", "(2 * C**2)"), mistake="the derivative is not integrated")
def first_loss_next(formula):
    r"""The remainder, divided by $s^6$, for two and three classes at two small $s$: it stays below $\frac1{20}$."""
    return max(abs(_first_loss(C, s) - formula(C, s)) / s**6 for C in (2, 3) for s in (0.1, 0.2)), 1 / 20


@numerical("eq-he-logits",
           right=lambda q0: (sqrt(2 * q0), {"standardized": sqrt(2)}),
           wrong=("2 * q0", "q0"), mistake="the first weights read a ReLU, too")
def he_logits(formula):
    r"""The root of the mean square of the outputs of a ReLU network of widths 2, 2, 1: all 64 signs as weights, times
    He's variances, $\frac22$ and $\frac22$, on the input $(1, 2)$ and, standardized, $(-1, 1)$."""
    def s(x):
        h = np.maximum(np.einsum("i,vij->vj", x, signs(2, 2)), 0)
        return sqrt(np.mean((h @ signs(2).T) ** 2))
    return abs(s([1, 2]) - formula(5 / 2)[0]) + abs(s([-1, 1]) - formula(1)[1]["standardized"]), 1e-15


@quadrature("eq-prior-loss", package="theory.entropy theory.cross_entropy",
            right=lambda p, s: theory.entropy(p) + 1 / 2 * (1 - sum(p**2)) * s**2,
            wrong=("sum(p**2)", "1 / len(p)"), mistake="the factor of equal shares")
def prior_loss(formula):
    r"""The remainder, divided by $s^4$, for shares 8 : 1 : 1 at two small $s$: it stays below $\frac1{10}$."""
    p = np.array([0.8, 0.1, 0.1])
    loss = {s: _first_loss(3, s, p) - p @ np.log(p) for s in (0.1, 0.2)}
    return max(abs(value - formula(p, s)) / s**4 for s, value in loss.items()), 0.1


@numerical("eq-bias-alone",
           right=lambda eta, delta, p, t: (-2 * eta * (exp(delta) - p), exp(delta), p / (1 - exp(-2 * eta * p * t))),
           wrong=("exp(-2 * eta * p * t)", "exp(-eta * p * t)"), mistake="one of the two biases moves")
def bias_alone(formula):
    r"""Gradient descent on two biases and a class of share $p = \frac1{1000}$, $\eta = \frac1{10}$, 2000 steps: how
    fast their difference $\delta$ moves in the last, and the share that the class has by then. Relative to the laws,
    the rest falls like $\ln(2 \eta t)/(2 \eta t)$; it may be twice that."""
    b, eta, p, steps = np.zeros(2), 0.1, 0.001, 2000
    for _ in range(steps):
        before, b = b, b - eta * (softmax(b) - [1 - p, p])
    delta = b[1] - b[0]
    slope, *shares = formula(eta, delta, p, steps)
    found = delta - (before[1] - before[0]), softmax(b)[1], softmax(b)[1]
    off = max(abs(one / claimed - 1) for one, claimed in zip(found, (slope, *shares), strict=True))
    return off, 2 * log(2 * eta * steps) / (2 * eta * steps)


@simulation("eq-length-map-bias", package="theory.length_map theory.mean_f2",
            right=lambda f, sigma2_w, sigma2_b, q: theory.length_map(f, sigma2_w, sigma2_b, q=q)[1],
            wrong=("sigma2_w, sigma2_b, q=q", "sigma2_w, sigma2_w * sigma2_b, q=q"),
            mistake="the weights multiply the bias")
def length_map(formula):
    r"""20 000 draws of a tanh unit with 30 inputs and a bias, $\sigma_w^2 = 2$, $\sigma_b^2 = \frac14$, $q = 3$."""
    rng = np.random.default_rng(0)
    h = np.tanh(rng.normal(0, sqrt(3), size=(20_000, 30)))
    z = np.sum(h * rng.normal(0, sqrt(2 / 30), size=h.shape), axis=1) + rng.normal(0, 0.5, size=len(h))
    return mean_within(z**2, formula(activations.tanh, 2, 0.25, 3))


@quadrature("eq-signal-map", package="theory.chi theory.mean_df2",
            right=lambda f, sigma2_w, q, v: theory.chi(f, sigma2_w, q) * v,
            wrong=("theory.chi(f, sigma2_w, q)", "sigma2_w * theory.mean_df2(f, q)**2"),
            mistake="the mean square of the slope is squared once more")
def signal_map(formula):
    r"""A tanh unit whose pre-activation is $N(0, 1)$, of which $v = 10^{-4}$ is across samples: the variance across
    samples of its output, by quadrature in both parts. Relative to $v$, the rest is of the order of $v$."""
    v, sigma2_w = 1e-4, 1.5

    def variance(m):
        h = np.tanh(sqrt(1 - v) * m[0][..., None] + sqrt(v) * _NODES)
        return h**2 @ _WEIGHTS - (h @ _WEIGHTS) ** 2

    return abs(sigma2_w * _over_logits(variance, 1) - formula(activations.tanh, sigma2_w, 1, v)) / v, 10 * v
