"""The equations of docs/variance/biases.md. Means over normal logits are sums over Gauss and Hermite's nodes."""

from fractions import Fraction
from math import exp, log, pi, sqrt

import numpy as np

from equations import exact, numerical, quadrature, simulation
from equations._common import mean_within, signs

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(40)
_WEIGHTS = _WEIGHTS / sqrt(2 * pi)


def _normal_mean(f, dimensions):
    """E f(ξ) for as many independent ξ ~ N(0, 1); f gets one array a dimension."""
    grid = np.meshgrid(*[_NODES] * dimensions, indexing="ij")
    mass = np.prod(np.meshgrid(*[_WEIGHTS] * dimensions, indexing="ij"), axis=0)
    return float(np.sum(mass * f(*grid)))


def _first_loss(C, s, p=None):
    """E ln Σ p_j exp(z_j) for C independent logits N(0, s²); p = 1 when not given."""
    p = np.ones(C) if p is None else p
    return _normal_mean(lambda *xi: np.log(sum(share * np.exp(s * x) for share, x in zip(p, xi, strict=True))), C)


def _squared_shares(s):
    """E Σ a_j² for the softmax of three logits N(0, s²)."""
    def squares(*xi):
        a = np.exp(s * np.array(xi))
        return np.sum((a / a.sum(axis=0)) ** 2, axis=0)
    return _normal_mean(squares, 3)


@quadrature("eq-first-loss",
            tex=r"F(s) \approx \ln C + \frac{C - 1}{2C}\, s^2 .",
            right=lambda C, s: log(C) + (C - 1) / (2 * C) * s**2, wrong=lambda C, s: log(C) + s**2 / 2,
            mistake="the mean logit is not taken off")
def first_loss(formula):
    r"""The remainder, divided by $s^4$, for two and three classes at two small $s$. {eq}`eq-first-loss-next` says that
    it is near $\frac1{16}$ and $\frac1{18}$; it may be $\frac1{15}$."""
    return max(abs(_first_loss(C, s) - formula(C, s)) / s**4 for C in (2, 3) for s in (0.1, 0.2)), 1 / 15


@quadrature("eq-first-loss-slope",
            tex=r"\frac{dF}{d(s^2)} = \frac12 \Bigl( 1 - \mathrm{E} \sum_j a_j^2 \Bigr),",
            right=lambda squares: (1 - squares) / 2, wrong=lambda squares: 1 - squares,
            mistake="the derivative with respect to $s$, divided by $s$")
def slope(formula):
    r"""A central difference of $F$ for three classes at $s = 1$, with a step of a thousandth in $s^2$, whose own error
    is of the order of its square."""
    h = 1e-3
    quotient = (_first_loss(3, sqrt(1 + h)) - _first_loss(3, sqrt(1 - h))) / (2 * h)
    return abs(quotient - formula(_squared_shares(1))), h**2


@quadrature("eq-first-loss-next",
            tex=r"F(s) \approx \ln C + \frac{C - 1}{2C}\, s^2 - \frac{C - 1}{4 C^2}\, s^4 .",
            right=lambda C, s: log(C) + (C - 1) / (2 * C) * s**2 - (C - 1) / (4 * C**2) * s**4,
            wrong=lambda C, s: log(C) + (C - 1) / (2 * C) * s**2 - (C - 1) / (2 * C**2) * s**4,
            mistake="the derivative is not integrated")
def first_loss_next(formula):
    r"""The remainder, divided by $s^6$, for two and three classes at two small $s$: it stays below $\frac1{20}$."""
    return max(abs(_first_loss(C, s) - formula(C, s)) / s**6 for C in (2, 3) for s in (0.1, 0.2)), 1 / 20


@exact("eq-he-logits",
       tex=r"s = \sqrt{2\, q^0}, \qquad \text{which is } \sqrt2 \text{ for standardised inputs.}",
       right=lambda q: 2 * q, wrong=lambda q: q,
       mistake="the first weights read a ReLU, too")
def he_logits(formula):
    r"""$s^2$ of a ReLU network of widths 2, 2, 1 on the input $(1, 2)$: all 64 signs as weights, times He's variances,
    $\frac22$ and $\frac22$."""
    x = np.array([1, 2])
    h = np.maximum(np.einsum("i,vij->vj", x, signs(2, 2)), 0)
    z = h @ signs(2).T
    return abs(Fraction(int(np.sum(z**2)), z.size) - formula(Fraction(int(x @ x), 2))), 0


@quadrature("eq-prior-loss",
            tex=r"\mathrm{E}\, L \approx H(p) + \tfrac12 \Bigl(1 - \sum_j p_j^2\Bigr) s^2 .",
            right=lambda p, s: -p @ np.log(p) + (1 - p @ p) / 2 * s**2,
            wrong=lambda p, s: -p @ np.log(p) + (1 - 1 / len(p)) / 2 * s**2,
            mistake="the factor of equal shares")
def prior_loss(formula):
    r"""The remainder, divided by $s^4$, for shares 8 : 1 : 1 at two small $s$: it stays below $\frac1{10}$."""
    p = np.array([0.8, 0.1, 0.1])
    loss = {s: _first_loss(3, s, p) - p @ np.log(p) for s in (0.1, 0.2)}
    return max(abs(value - formula(p, s)) / s**4 for s, value in loss.items()), 0.1


@numerical("eq-bias-alone",
           tex=r"\frac{d\delta}{dt} \approx -2 \eta\, e^{\delta} \quad \Longrightarrow \quad "
               r"a_1 \approx e^{\delta} \approx \frac{1}{2 \eta\, t} .",
           right=lambda eta, t: 1 / (2 * eta * t), wrong=lambda eta, t: 1 / (eta * t),
           mistake="one of the two biases moves")
def bias_alone(formula):
    r"""Gradient descent on two biases and a class that never comes, $\eta = \frac1{10}$, 5000 steps. Relative to the
    law, the rest falls like $\ln(2 \eta t)/(2 \eta t)$; it may be twice that."""
    b, eta, steps = np.zeros(2), 0.1, 5000
    for _ in range(steps):
        a = np.exp(b - b.max())
        b = b - eta * (a / a.sum() - [1, 0])
    a = 1 / (1 + exp(b[0] - b[1]))
    return abs(a / formula(eta, steps) - 1), 2 * log(2 * eta * steps) / (2 * eta * steps)


@simulation("eq-length-map-bias",
            tex=r"q^{l+1} = \sigma_w^2\, \mathrm{E} f(z)^2 + \sigma_b^2, \qquad z \sim N(0, q^l),",
            right=lambda sigma2_w, sigma2_b, f2: sigma2_w * f2 + sigma2_b,
            wrong=lambda sigma2_w, sigma2_b, f2: sigma2_w * (f2 + sigma2_b),
            mistake="the weights multiply the bias")
def length_map(formula):
    r"""20 000 draws of a tanh unit with 30 inputs and a bias, $\sigma_w^2 = 2$, $\sigma_b^2 = \frac14$, $q = 3$."""
    rng = np.random.default_rng(0)
    h = np.tanh(rng.normal(0, sqrt(3), size=(20_000, 30)))
    z = np.sum(h * rng.normal(0, sqrt(2 / 30), size=h.shape), axis=1) + rng.normal(0, 0.5, size=len(h))
    f2 = _normal_mean(lambda xi: np.tanh(sqrt(3) * xi) ** 2, 1)
    return mean_within(z**2, formula(2, 0.25, f2))


@quadrature("eq-signal-map",
            tex=r"v^{l+1} = \chi^l\, v^l, \qquad \chi^l = \sigma_w^2\, \mathrm{E} f'(z)^2, \quad z \sim N(0, q^l).",
            right=lambda sigma2_w, df: sigma2_w * df(2), wrong=lambda sigma2_w, df: sigma2_w * df(1) ** 2,
            mistake="the square of the mean slope in place of its mean square")
def signal_map(formula):
    r"""A tanh unit whose pre-activation is $N(0, 1)$, of which $v = 10^{-4}$ is across samples: the variance across
    samples of its output, by quadrature in both parts, over $v$. The rest is of the order of $v$."""
    v, sigma2_w = 1e-4, 1.5

    def variance(m):
        h = np.tanh(sqrt(1 - v) * m[..., None] + sqrt(v) * _NODES)
        return h**2 @ _WEIGHTS - (h @ _WEIGHTS) ** 2

    passed = sigma2_w * _normal_mean(variance, 1) / v
    return abs(passed - formula(sigma2_w, lambda k: _normal_mean(lambda z: np.cosh(z) ** (-2.0 * k), 1))), 10 * v
