"""The equations of docs/variance/gains.md."""

from fractions import Fraction
from math import erf, exp, factorial, pi, prod, sqrt

import numpy as np
from scipy.integrate import quad

from equations import exact, quadrature, simulation
from equations._common import mean_within


def _tanh_slope(z):
    return np.cosh(z) ** -2.0


def _normal_mean(f, q=1.0):
    """E f(z) for z ~ N(0, q), cut at 0 where f may have a kink."""
    def integrand(z):
        return f(z) * exp(-z**2 / (2 * q)) / sqrt(2 * pi * q)
    return quad(integrand, -20, 0)[0] + quad(integrand, 0, 20)[0]


@simulation("eq-gain-maps",
            tex=r"""\begin{aligned}
                    q^{l+1} &= g^2\, \mathrm{E} f(z)^2, \\
                    \chi &= g^2\, \mathrm{E} f'(z)^2, \qquad z \sim N(0, q^l).
                    \end{aligned}""",
            right=lambda g, f2, df2: (g**2 * f2, g**2 * df2), wrong=lambda g, f2, df2: (g**2 * f2, g**2 * f2),
            mistake="the activation in place of its slope")
def gain_maps(formula):
    r"""20 000 draws of a layer of 25 tanh units with $z \sim N(0, 3)$ and gain $\frac32$: what one unit above reads,
    and what one unit below gets back from gradients of mean square 1."""
    rng = np.random.default_rng(0)
    z = rng.normal(0, sqrt(3), size=(20_000, 25))
    read = np.sum(np.tanh(z) * rng.normal(0, 1.5 / 5, size=z.shape), axis=1)
    back = np.sum(rng.normal(0, 1.5 / 5, size=z.shape), axis=1) * _tanh_slope(z[:, 0])
    f2, df2 = _normal_mean(lambda x: np.tanh(x) ** 2, 3), _normal_mean(lambda x: _tanh_slope(x) ** 2, 3)
    return mean_within(np.stack([read**2, back**2], axis=1), formula(1.5, f2, df2))


@quadrature("eq-gains",
            tex=r"""\begin{aligned}
                    g_\text{forward} &= 1 / \sqrt{\mathrm{E} f(z)^2}, \\
                    g_\text{backward} &= 1 / \sqrt{\mathrm{E} f'(z)^2}, \qquad z \sim N(0, 1).
                    \end{aligned}""",
            right=lambda f2, df2: (1 / sqrt(f2), 1 / sqrt(df2)), wrong=lambda f2, df2: (1 / f2, 1 / df2),
            mistake="the root is forgotten")
def gains(formula):
    """With tanh's gains put in, {eq}`eq-gain-maps` must return 1 for a mean square of 1. Its means are sums over a
    fine grid; those that the gains are computed from are adaptive integrals."""
    z = np.linspace(-9, 9, 100_001)
    mass = np.exp(-z**2 / 2) / np.exp(-z**2 / 2).sum()
    g, b = formula(_normal_mean(lambda x: np.tanh(x) ** 2), _normal_mean(lambda x: _tanh_slope(x) ** 2))
    return max(abs(g**2 * mass @ np.tanh(z) ** 2 - 1), abs(b**2 * mass @ _tanh_slope(z) ** 2 - 1)), 1e-8


@exact("eq-mean-degree",
       tex=r"""\begin{aligned}
               \mathrm{E} f^2 &= \sum_k a_k^2, \qquad \mathrm{E} f'^2 = \sum_k k\, a_k^2, \\
               \chi &= \frac{\mathrm{E} f'^2}{\mathrm{E} f^2} = \frac{\sum_k k\, a_k^2}{\sum_k a_k^2}
               \quad \text{at } g_\text{forward}.
               \end{aligned}""",
       right=lambda a2: (sum(a2), sum(k * a for k, a in enumerate(a2))),
       wrong=lambda a2: (sum(a2), sum(k**2 * a for k, a in enumerate(a2))),
       mistake=r"$H_k' = k H_{k-1}$, which holds for polynomials that are not normalised")
def mean_degree(formula):
    r"""$f(z) = 2 z^4 - z^3 + 3 z^2 + z - 5$: coefficients, means and their ratio in fractions, from the moments of
    the normal law."""
    f = np.polynomial.Polynomial([-5, 1, 3, -1, 2])
    hermite = [np.polynomial.Polynomial(np.polynomial.hermite_e.herme2poly([0] * k + [1])) for k in range(5)]
    f2, df2 = formula([_moment(f * H) ** 2 / factorial(k) for k, H in enumerate(hermite)])
    claimed, computed = (f2, df2, df2 / f2), (_moment(f**2), _moment(f.deriv() ** 2))
    return max(abs(a - b) for a, b in zip(claimed, (*computed, computed[1] / computed[0]), strict=True)), 0


def _moment(polynomial):
    """E p(z) for z ~ N(0, 1) and whole coefficients: E z^k = (k - 1)(k - 3) ⋯ 1 for even k."""
    return sum((Fraction(int(c)) * prod(range(k - 1, 0, -2)) for k, c in enumerate(polynomial.coef) if k % 2 == 0),
               Fraction(0))


@quadrature("eq-slope",
            tex=r"s = V'(1) = g^2\, \mathrm{E}[z f f'] = \frac{\mathrm{E}[z f f']}{\mathrm{E} f^2},",
            right=lambda zff, f2: zff / f2, wrong=lambda zff, f2: 2 * zff / f2,
            mistake="the root in the argument of $f$ is not differentiated")
def slope(formula):
    r"""A central difference of tanh's length map at 1, with a step of a thousandth, whose own error is of the order of
    its square."""
    h, f2 = 1e-3, _normal_mean(lambda z: np.tanh(z) ** 2)
    up, down = (_normal_mean(lambda z: np.tanh(z) ** 2, q) / f2 for q in (1 + h, 1 - h))
    return abs((up - down) / (2 * h) - formula(_normal_mean(lambda z: z * np.tanh(z) * _tanh_slope(z)), f2)), h**2


def _Phi(z):
    return (1 + erf(z / sqrt(2))) / 2


@quadrature("eq-selu",
            tex=r"""\begin{aligned}
                    0 &= \frac{1}{\sqrt{2\pi}} + \alpha \left( \sqrt{e}\, \Phi(-1) - \tfrac12 \right), \\
                    \frac{1}{\lambda^2} &= \tfrac12 + \alpha^2 \left( e^2\, \Phi(-2) - 2 \sqrt{e}\, \Phi(-1)
                    + \tfrac12 \right).
                    \end{aligned}""",
            right=lambda alpha: (1 / sqrt(2 * pi) + alpha * (sqrt(exp(1)) * _Phi(-1) - 1 / 2),
                                 1 / 2 + alpha**2 * (exp(2) * _Phi(-2) - 2 * sqrt(exp(1)) * _Phi(-1) + 1 / 2)),
            wrong=lambda alpha: (1 / sqrt(2 * pi) + alpha * (sqrt(exp(1)) * _Phi(-1) - 1 / 2),
                                 1 / 2 + alpha**2 * (exp(2) * _Phi(-2) - sqrt(exp(1)) * _Phi(-1) + 1 / 2)),
            mistake="the mixed term is counted once")
def selu(formula):
    r"""Both right-hand sides are means of $f/\lambda$ and of its square, for every $\alpha$: by adaptive quadrature for
    $\alpha = \frac12$ and $2$."""
    def elu(alpha):
        return lambda z: z if z > 0 else alpha * (exp(z) - 1)
    means = [(_normal_mean(elu(a)), _normal_mean(lambda z, a=a: elu(a)(z) ** 2), formula(a)) for a in (0.5, 2)]
    return max(max(abs(mean - side[0]), abs(square - side[1])) for mean, square, side in means), 1e-8
