"""The equations of docs/variance/gains.md: means over the normal law as integrals, moments and draws."""

from math import e, erf, exp, pi, sqrt

import numpy as np

from equations import quadrature, simulation
from equations._common import mean_within, normal_mean, tanh_slope
from initbook import activations, theory


@simulation("eq-gain-maps", package="theory.length_map theory.chi theory.mean_f2 theory.mean_df2",
            right=lambda f, g, q: (theory.length_map(f, g**2, q=q)[1], theory.chi(f, g**2, q)),
            wrong=("theory.chi(f, g**2, q)", "theory.chi(f, g, q)"), mistake="the gain is not squared")
def gain_maps(formula):
    r"""20 000 draws of a layer of 25 tanh units with $z \sim N(0, 3)$ and gain $\frac32$: what one unit above reads,
    and what one unit below gets back from gradients of mean square 1."""
    rng = np.random.default_rng(0)
    z = rng.normal(0, sqrt(3), size=(20_000, 25))
    read = np.sum(np.tanh(z) * rng.normal(0, 1.5 / 5, size=z.shape), axis=1)
    back = np.sum(rng.normal(0, 1.5 / 5, size=z.shape), axis=1) * tanh_slope(z[:, 0])
    return mean_within(np.stack([read**2, back**2], axis=1), formula(activations.tanh, 1.5, 3))


@quadrature("eq-gains", package="theory.forward_gain theory.backward_gain theory.mean_f2 theory.mean_df2",
            right=lambda f: (theory.forward_gain(f), theory.backward_gain(f)),
            wrong=("(theory.forward_gain(f)", "(theory.forward_gain(f)**2"), mistake="the root is forgotten")
def gains(formula):
    """With tanh's gains put in, {eq}`eq-gain-maps` must return 1 for a mean square of 1. Its means are sums over a
    fine grid."""
    z = np.linspace(-9, 9, 100_001)
    mass = np.exp(-z**2 / 2) / np.exp(-z**2 / 2).sum()
    g, b = formula(activations.tanh)
    return max(abs(g**2 * mass @ np.tanh(z) ** 2 - 1), abs(b**2 * mass @ tanh_slope(z) ** 2 - 1)), 1e-8


@quadrature("eq-slope", package="theory.normal_mean theory.mean_f2",
            right=lambda f, g: (g**2 * theory.normal_mean(lambda z: z * f.f(z) * f.df(z)),
                                theory.normal_mean(lambda z: z * f.f(z) * f.df(z)) / theory.mean_f2(f)),
            wrong=("(g**2 *", "(2 * g**2 *"), mistake="the root in the argument of $f$ is not differentiated")
def slope(formula):
    r"""A central difference of tanh's length map at 1, with a step of a thousandth, whose own error is of the order of
    its square."""
    h, f2 = 1e-3, normal_mean(lambda z: np.tanh(z) ** 2)
    up, down = (normal_mean(lambda z: np.tanh(z) ** 2, q) / f2 for q in (1 + h, 1 - h))
    return max(abs((up - down) / (2 * h) - s) for s in formula(activations.tanh, f2**-0.5)), h**2


@simulation("eq-spread",
            right=lambda n, kappa, s, l: 2 / n + (kappa - 1) / n * sum(s**(2 * k) for k in range(l - 1)),
            wrong=("2 / n + ", ""), mistake="the last layer's sums are taken to have the mean square of their law")
def spread(formula):
    r"""The variance of $\ln q^3$ over 1600 draws of three layers of 32 SELU units, all weights drawn, with its standard
    error. $\kappa$ and $s$ by adaptive quadrature; what is neglected is of the order of the square of the variance."""
    rng, n = np.random.default_rng(0), 32
    f2, f4 = (normal_mean(lambda z, k=k: _selu(z) ** k) for k in (2, 4))
    s = (normal_mean(lambda z: _selu(1.001 * z) ** 2) - normal_mean(lambda z: _selu(0.999 * z) ** 2)) / 0.004 / f2
    h, ln_q = np.ones((1600, n)), 0
    for _ in range(3):
        z = np.einsum("di,dij->dj", h, rng.normal(0, n**-0.5, size=(1600, n, n)))
        ln_q, h = np.log(np.mean(z**2, axis=1)), _selu(z) / f2**0.5
    claimed = formula(n, f4 / f2**2, s, 3)
    return mean_within((ln_q - ln_q.mean()) ** 2, claimed)


def _selu(z):
    return activations._SELU_SCALE * np.where(z > 0, z, activations._SELU_ALPHA * (np.exp(np.minimum(z, 0)) - 1))


def _Phi(z):
    return (1 + erf(z / sqrt(2))) / 2


@quadrature("eq-selu",
            right=lambda alpha: (1 / sqrt(2 * pi) + alpha * (sqrt(e) * _Phi(-1) - 1 / 2),
                                 1 / 2 + alpha**2 * (e**2 * _Phi(-2) - 2 * sqrt(e) * _Phi(-1) + 1 / 2)),
            wrong=("2 * sqrt(e)", "sqrt(e)"), mistake="the mixed term is counted once")
def selu(formula):
    r"""Both right-hand sides are means of $f/\lambda$ and of its square, for every $\alpha$: by adaptive quadrature for
    $\alpha = \frac12$ and $2$. At the package's $\alpha$ they are 0 and its $1/\lambda^2$."""
    def elu(a):
        return lambda z: z if z > 0 else a * (exp(z) - 1)
    sides = [((normal_mean(elu(a)), normal_mean(lambda z, a=a: elu(a)(z) ** 2)), formula(a)) for a in (0.5, 2)]
    sides += [((0, 1 / activations._SELU_SCALE**2), formula(activations._SELU_ALPHA))]
    return max(abs(left - right) for lefts, rights in sides for left, right in zip(lefts, rights, strict=True)), 1e-9
