"""The equations of docs/variance/scale.md: what the size of the weights does to signal and gradient."""

from math import pi, sqrt

import numpy as np
from scipy.integrate import quad

from equations import numerical, quadrature, simulation
from equations._common import gradient, mean_within, normal_mean, sigmoid, sigmoid_slope, signs, worst
from initbook import activations, network, probes, theory


@numerical("eq-scale-backprop", package="network.backward activations.sigmoid.df",
           right=lambda dz_next, W_next, f, z, params, trace: (
               dz_next @ W_next.T * f.df(z), network.backward(params, trace, f, dz_next).z[1]),
           wrong=("W_next.T", "W_next"), mistake="the matrix is not transposed")
def backprop(formula):
    r"""$L = \sum \sin z^{l+1}$ of two samples and three sigmoid units, differentiated by complex steps in each
    pre-activation."""
    rng = np.random.default_rng(0)
    z, W, f = rng.normal(size=(2, 3)), rng.normal(size=(3, 3)), activations.sigmoid
    params = [(np.eye(3), np.zeros(3)), (W, np.zeros(3))]
    claimed = formula(np.cos(sigmoid(z) @ W), W, f, z, params, network.forward(params, z, f))
    slope = gradient(lambda z: np.sum(np.sin(sigmoid(z) @ W)), z)
    return worst((slope, one) for one in claimed)


@simulation("eq-scale-chi", package="theory.chi theory.mean_df2",
            right=lambda f, n, sigma, q, g: theory.chi(f, n * sigma**2, q) * g,
            wrong=("n * ", ""), mistake="the terms of the sum are not counted")
def chi(formula):
    r"""20 000 draws of 25 weights, their gradients with $g = 4$, and a pre-activation $z \sim N(0, 2)$ of a sigmoid
    unit, all independent, as the text assumes."""
    rng = np.random.default_rng(0)
    dz_next, W = rng.normal(0, 2, size=(20_000, 25)), rng.normal(0, 0.3, size=(20_000, 25))
    dz = np.sum(dz_next * W, axis=1) * sigmoid_slope(rng.normal(0, sqrt(2), size=20_000))
    return mean_within(dz**2, formula(activations.sigmoid, 25, 0.3, 2, 4))


@quadrature("eq-scale-saturated",
            right=lambda q, df: (1 / sqrt(2 * pi * q) * quad(lambda z: df(z)**2, -40, 40)[0],
                                 1 / sqrt(2 * pi * q) * quad(lambda u: u * (1 - u), 0, 1)[0],
                                 1 / (6 * sqrt(2 * pi * q))),
            wrong=("u * (1 - u)", "u**2 * (1 - u)**2"), mistake="the substitution takes no slope away")
def saturated(formula):
    r"""The mean by adaptive quadrature for three large $q$, against all three. The density of $z$ is not quite
    constant: relative to the law, the rest falls like $1/q$; it may be $1/q$ itself."""
    return max(q * abs(normal_mean(lambda z: sigmoid_slope(z) ** 2, q) / claimed - 1)
               for q in (40, 100, 400) for claimed in formula(q, sigmoid_slope)), 1


@numerical("eq-scale-relu", package="theory.length_map theory.mean_f2",
           right=lambda n, sigma: (sqrt(n * sigma**2 / 2),
                                   sqrt(theory.length_map(activations.relu, n * sigma**2, q=1)[1]),
                                   {1: 7.07, 0.01: 0.0707, 1 / sqrt(n): 0.707, sqrt(2 / n): 1}),
           wrong=("(n * sigma**2 / 2)", "(n * sigma**2)"), mistake="the half is forgotten")
def relu(formula):
    r"""Four inputs, one ReLU unit, all 16 outcomes of signs as weights: by what the root of the mean square is
    multiplied; and the four numbers, to three digits, for $n = 100$."""
    h = np.array([1, 2, 4, 8])
    factor = sqrt(np.mean(np.maximum(signs(4) @ h, 0) ** 2) / np.mean(h**2))
    off, may = worst((factor, claimed) for claimed in formula(4, 1)[:2])
    cases = formula(100, 1)[2].items()
    return off + sum(f"{found:.3g}" != f"{shown:.3g}" for s, shown in cases for found in formula(100, s)[:2]), may


@numerical("eq-scale-two-parts", package="probes.pooled_std probes.std_across_samples probes.std_between_units",
           right=lambda h: (probes.pooled_std(h)**2, probes.std_across_samples(h)**2 + probes.std_between_units(h)**2,
                            np.mean(np.var(h, axis=0)) + np.var(np.mean(h, axis=0))),
           wrong=("np.mean(h, axis=0)", "np.mean(h, axis=1)"),
           mistake="the means of the samples in place of those of the units")
def two_parts(formula):
    """Whole numbers in a table of 4 samples and 8 units: the variance as the mean of the squares of all differences."""
    h = np.random.default_rng(0).integers(-9, 10, size=(4, 8)).astype(float)
    differences = np.subtract.outer(h, h)
    return worst((np.mean(differences**2) / 2, claimed) for claimed in formula(h))


@quadrature("eq-scale-signal", package="theory.chi theory.mean_df2",
            right=lambda f, n, sigma, q: theory.chi(f, n * sigma**2, q),
            wrong=("n * sigma**2", "sigma**2"), mistake="the terms of the sum are not counted")
def signal(formula):
    r"""Two samples that differ by a thousandth in a pre-activation $z \sim N(0, 2)$: by what the weights and the
    sigmoid multiply the square of this difference, by quadrature, with $n \sigma^2 = 5$."""
    d = 1e-3
    measured = 5 * normal_mean(lambda z: (sigmoid(z + d / 2) - sigmoid(z - d / 2)) ** 2 / d**2, 2)
    return abs(measured - formula(activations.sigmoid, 20, 0.5, 2)), d**2
