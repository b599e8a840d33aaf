"""The equations of docs/variance/xavier.md: those of linear layers are means over all signs, added up."""

from fractions import Fraction
from math import erf, exp, log, pi, prod, sqrt
from statistics import harmonic_mean

import numpy as np
import sympy
from scipy.integrate import quad

from equations import exact, numerical, quadrature, symbolic
from equations._common import mean, normal_mean, signs, size_drawn, worst
from initbook import initializers

H, DZ, W = np.array([1, 2, 5]), np.array([3, 4]), signs(3, 2)
"""An input whose mean is not zero, a gradient, and all 64 outcomes of signs as weights between them."""


@exact("eq-xavier-forward",
       right=lambda n_in, n_out, sigma2, q: (n_in * sigma2 * q, Fraction(1, n_in)),
       wrong=("n_in * sigma2 * q", "n_out * sigma2 * q"),
       mistake="the number of units in place of the number of inputs")
def forward(formula):
    r"""A linear layer of shape (3, 2), weights $\pm 3$; and the variance that makes the product 1, which must keep the
    mean square."""
    measured, q = mean((3 * H @ W) ** 2), mean(H**2)
    claimed, sigma2 = formula(3, 2, 9, q)
    return max(abs(measured - claimed), abs(sigma2 * measured / 9 - q)), 0


@exact("eq-xavier-backward",
       right=lambda n_in, n_out, sigma2, g: (n_out * sigma2 * g, Fraction(1, n_out)),
       wrong=("n_out * sigma2 * g", "n_in * sigma2 * g"),
       mistake="the number of inputs in place of the number of units")
def backward(formula):
    """The same layer, backwards."""
    measured, g = mean((3 * W @ DZ) ** 2), mean(DZ**2)
    claimed, sigma2 = formula(3, 2, 9, g)
    return max(abs(measured - claimed), abs(sigma2 * measured / 9 - g)), 0


@numerical("eq-xavier", package="initializers.xavier_normal initializers.variance_scaling initializers._FAN "
                                "initializers._LAW",
           right=lambda n_in, n_out: (2 / (n_in + n_out), size_drawn(initializers.xavier_normal, (n_in, n_out))**2),
           wrong=("2 / (n_in + n_out)", "1 / (n_in + n_out)"), mistake="the sum of the fans in place of their mean")
def xavier(formula):
    """Solved for the variance by machine: the mean of both factors is 1. Two shapes."""
    n_in, n_out, sigma2 = sympy.symbols("n_in n_out sigma2", positive=True)
    (solution,) = sympy.solve((n_in * sigma2 + n_out * sigma2) / 2 - 1, sigma2)
    return worst((float(solution.subs({n_in: a, n_out: b})), claimed)
                 for a, b in ((3, 8), (20, 5)) for claimed in formula(a, b))


@exact("eq-xavier-harmonic",
       right=lambda n_in, n_out: (2 / (1 / Fraction(1, n_in) + 1 / Fraction(1, n_out)), Fraction(2) / (n_in + n_out)),
       wrong=("Fraction(2) / (n_in + n_out)", "Fraction(n_in + n_out, 2)"),
       mistake="the mean of the fans, not its reciprocal")
def harmonic(formula):
    """Python's own harmonic mean of the two variances, for all widths up to 20."""
    widths = range(1, 21)
    return max(abs(harmonic_mean([Fraction(1, a), Fraction(1, b)]) - side)
               for a in widths for b in widths for side in formula(a, b)), 0


@exact("eq-xavier-errors",
       right=lambda n_in, n_out: ((F := 2 * n_in / (n_in + n_out)), (B := 2 * n_out / (n_in + n_out)), F + B == 2),
       wrong=("2 * n_in", "2 * n_out"), mistake="the forward factor with the number of units")
def errors(formula):
    r"""The layer of shape (3, 2) with signs as weights, times Xavier's variance $\frac25$, in both directions; and the
    sum of the two."""
    F, B, sum_is_2 = formula(Fraction(3), Fraction(2))
    up, down = Fraction(2, 5) * mean((H @ W) ** 2), Fraction(2, 5) * mean((W @ DZ) ** 2)
    return max(abs(up - F * mean(H**2)), abs(down - B * mean(DZ**2)), not sum_is_2), 0


@exact("eq-xavier-products",
       right=lambda n, L: (prod(2 * n[l - 1] / (n[l - 1] + n[l]) for l in range(1, L + 1)),
                           prod(2 * n[l] / (n[l - 1] + n[l]) for l in range(1, L + 1))),
       wrong=("(2 * n[l] /", "(2 * n[l - 1] /"), mistake="the forward product for both")
def products(formula):
    """A linear network of widths 2, 4, 1: all 4096 outcomes of signs as weights, times the two variances."""
    x, dy, M = np.array([1, 3]), np.array([5]), np.einsum("aij,bjk->abik", signs(2, 4), signs(4, 1))
    sigma2 = Fraction(2, 2 + 4) * Fraction(2, 4 + 1)
    measured = sigma2 * mean((x @ M) ** 2) / mean(x**2), sigma2 * mean((M @ dy) ** 2) / mean(dy**2)
    return max(abs(a - b) for a, b in zip(measured, formula([Fraction(n) for n in (2, 4, 1)], 2), strict=True)), 0


@exact("eq-xavier-loss",
       right=lambda n_in, n_out: ((FB := 4 * n_in * n_out / (n_in + n_out)**2),
                                  1 - ((n_in - n_out) / (n_in + n_out))**2, FB <= 1),
       wrong=("((n_in - n_out) / (n_in + n_out))**2", "(n_in - n_out)**2 / (n_in + n_out)"),
       mistake="the denominator is not squared")
def loss(formula):
    """The product of the two factors of {eq}`eq-xavier-errors`, in fractions, for all widths up to 20."""
    widths, off = [Fraction(n) for n in range(1, 21)], []
    for a in widths:
        for b in widths:
            first, second, at_most_1 = formula(a, b)
            FB = 2 * a / (a + b) * (2 * b / (a + b))
            off += [abs(FB - first), abs(FB - second), not at_most_1]
    return max(off), 0


@numerical("eq-xavier-uniform", package="initializers.xavier_uniform initializers.variance_scaling initializers._FAN "
                                        "initializers._LAW",
           right=lambda n_in, n_out: (sqrt(3 * (2 / (n_in + n_out))), sqrt(6) / sqrt(n_in + n_out),
                                      size_drawn(initializers.xavier_uniform, (n_in, n_out), "uniform", -1, 1)),
           wrong=("sqrt(6)", "sqrt(2)"), mistake="the standard deviation as the bound")
def uniform(formula):
    """The variance of the uniform law is integrated by machine, set equal to Xavier's and solved for the bound. Two
    shapes."""
    n_in, n_out, a, w = sympy.symbols("n_in n_out a w", positive=True)
    (bound,) = sympy.solve(sympy.integrate(w**2, (w, -a, a)) / (2 * a) - 2 / (n_in + n_out), a)
    return worst((float(bound.subs({n_in: i, n_out: j})), claimed)
                 for i, j in ((3, 8), (20, 5)) for claimed in formula(i, j))


def _phi(t):
    return exp(-t**2 / 2) / sqrt(2 * pi)


def _Phi(t):
    return (1 + erf(t / sqrt(2))) / 2


@quadrature("eq-truncated", package="initializers.TRUNCATED_STD",
            right=lambda t: (1 - 2 * t * _phi(t) / (2 * _Phi(t) - 1), {2: initializers.TRUNCATED_STD**2}),
            wrong=(" / (2 * _Phi(t) - 1)", ""), mistake="the share that is kept is left out")
def truncated(formula):
    r"""The second moment and the mass of the normal density between $-t$ and $t$, by adaptive quadrature, for $t$ from
    $\frac12$ to 3; the package cuts at $t = 2$."""
    def variance(t):
        return quad(lambda x: x**2 * _phi(x), -t, t)[0] / quad(_phi, -t, t)[0]
    found = [(variance(t), *formula(t)) for t in (0.5, 1, 2, 3)]
    return max(abs(v - claimed) for v, claimed, _ in found) + abs(variance(2) - found[0][2][2]), 1e-9


@symbolic("eq-tanh-square",
          right=lambda z: z**2 - sympy.Rational(2, 3) * z**4,
          wrong=("Rational(2, 3)", "Rational(1, 3)"), mistake="the mixed term is counted once")
def tanh_square(formula):
    """The series of the square at 0, up to the fourth power."""
    z = sympy.symbols("z")
    return int(sympy.expand(sympy.series(sympy.tanh(z) ** 2, z, 0, 6).removeO() - formula(z)) != 0), 0


@quadrature("eq-tanh-step",
            right=lambda q: q - 2 * q**2,
            wrong=("2 * q**2", "2 / 3 * q**2"), mistake=r"$\mathrm{E}\, z^4 = q^2$ in place of $3 q^2$")
def tanh_step(formula):
    r"""The remainder, divided by $q^3$, at three small $q$: the next term of the series is $\frac{17}{3} q^3$, so it
    stays below 6."""
    return max(abs(normal_mean(lambda z: np.tanh(z) ** 2, q) - formula(q)) / q**3 for q in (0.01, 0.003, 0.001)), 6


@numerical("eq-tanh-decay",
           right=lambda l: 1 / (2 * l),
           wrong=("(2 * l)", "l"), mistake="each layer adds 1 to the reciprocal")
def tanh_decay(formula):
    r"""The recursion over 2000 layers, from $q = 1$; its means are sums over Gauss and Hermite's nodes. Relative to the
    law, the rest falls like $\frac{5 \ln l}{12\, l}$; it may be $\frac{\ln l}{l}$."""
    (nodes, weights), q, layers = np.polynomial.hermite_e.hermegauss(80), 1.0, 2000
    for _ in range(layers):
        q = weights @ np.tanh(sqrt(q) * nodes) ** 2 / sqrt(2 * pi)
    return abs(q / formula(layers) - 1), log(layers) / layers
