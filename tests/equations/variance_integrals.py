"""The equations of docs/variance/integrals.md: polynomials in fractions, and numpy's Gauss-Hermite nodes."""

from fractions import Fraction
from math import factorial, pi, prod, sqrt

import numpy as np

from equations import exact, numerical

phi_0 = 1 / sqrt(2 * pi)


@numerical("eq-kink-error",
           right=lambda d, m, jump: (d**2 / 24 * phi_0 * jump, pi**2 / (24 * (m + 1 / 2)) * phi_0 * jump),
           wrong=("/ 24 * phi_0", "/ 12 * phi_0"), mistake="the trapezoidal rule, as if a node lay on the kink")
def kink_error(formula):
    r"""The rule of numpy with $m = 40$ to $200$ nodes, on $|z|$ and on $\cos z - 3 |z| e^{-z^2}$, whose slopes jump by
    2 and $-6$, with the distance of the two middle nodes as $d$. Relative to the error, and at most $4/m$."""
    off = 0
    z, step = np.linspace(-12, 12, 240_001, retstep=True)
    for g, jump in [(np.abs, 2), (lambda z: np.cos(z) - 3 * abs(z) * np.exp(-z**2), -6)]:
        mean = np.sum(g(z) * np.exp(-z**2 / 2)) * step / sqrt(2 * pi)
        for m in (40, 100, 200):
            x, w = np.polynomial.hermite_e.hermegauss(m)
            error = w @ g(x) / sqrt(2 * pi) - mean
            off = max(off, *(abs(claimed / error - 1) * m for claimed in formula(x[m // 2] - x[m // 2 - 1], m, jump)))
    return off, 4


@exact("eq-mean-degree",
       right=lambda a2, degrees: ((f2 := sum(a2[k] for k in degrees)), (df2 := sum(k * a2[k] for k in degrees)),
                            df2 / f2, sum(k * a2[k] for k in degrees) / sum(a2[k] for k in degrees)),
       wrong=("(df2 := sum(k *", "(df2 := sum(k**2 *"),
       mistake=r"$H_k' = k H_{k-1}$, which holds for polynomials that are not normalized")
def mean_degree(formula):
    r"""$f(z) = 2 z^4 - z^3 + 3 z^2 + z - 5$: coefficients, means and their ratio in fractions, from the moments of
    the normal law."""
    f = np.polynomial.Polynomial([-5, 1, 3, -1, 2])
    hermite = [np.polynomial.Polynomial(np.polynomial.hermite_e.herme2poly([0] * k + [1])) for k in range(5)]
    f2, df2 = _moment(f**2), _moment(f.deriv() ** 2)
    claimed = formula([_moment(f * H) ** 2 / factorial(k) for k, H in enumerate(hermite)], range(5))
    return max(abs(a - b) for a, b in zip(claimed, (f2, df2, df2 / f2, df2 / f2), strict=True)), 0


def _moment(polynomial):
    """E p(z) for z ~ N(0, 1) and whole coefficients: E z^k = (k - 1)(k - 3) ⋯ 1 for even k."""
    return sum((Fraction(int(c)) * prod(range(k - 1, 0, -2)) for k, c in enumerate(polynomial.coef) if k % 2 == 0),
               Fraction(0))


@exact("eq-poincare",
       right=lambda var, df2: var <= df2,
       wrong=("<=", "<"), mistake="< for ≤, which fails for straight lines")
def poincare(formula):
    r"""All polynomials of degree 4 with coefficients $-1$, 0 and 1, straight lines among them: means in fractions, from
    the moments of the normal law."""
    failed = 0
    for digits in range(3**5):
        f = np.polynomial.Polynomial([digits // 3**k % 3 - 1 for k in range(5)])
        failed += not formula(_moment(f**2) - _moment(f) ** 2, _moment(f.deriv() ** 2))
    return failed, 0
