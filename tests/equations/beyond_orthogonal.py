"""The equations of docs/beyond/orthogonal.md: volumes, moments of products, and draws of large matrices."""

from math import exp, lgamma, log, sqrt

import numpy as np
from scipy.integrate import quad
from scipy.special import digamma

from equations import numerical, simulation


@numerical("eq-orthogonal-typical",
           right=lambda u: 1 / 2 * np.log(1 - u),
           wrong=("1 - u", "1 - u / 2"), mistake="as if directions were drawn from twice as many")
def orthogonal_typical(formula):
    r"""The exact exponents of a product of normal matrices of 4000 rows: the mean logarithm of the root of
    $\chi^2_{n - i}/n$, by the digamma function, at nine tenths. At $u = \frac12$ the power of $L$ is $2^{-L/2}$."""
    n, u = 4000, np.arange(1, 10) / 10
    exact = (digamma((n - n * u) / 2) + log(2 / n)) / 2
    worst = max(abs(exact - formula(u)))
    return max(worst, abs(exp(7 * formula(1 / 2)) - 2 ** (-7 / 2))), 2 / (n * (1 - u[-1]))


@numerical("eq-orthogonal-largest",
           right=lambda L: (L + 1) ** (L + 1) / L**L,
           wrong=("/ L**L", "/ L ** (L - 1)"), mistake="the exponent of the wrong layer")
def orthogonal_largest(formula):
    r"""The mean of $s^{2k}$ of a product of $L$ normal matrices is a Fuss–Catalan number,
    $\binom{(L+1)k}{k}/(Lk + 1)$. The ratio of two neighbours goes to the largest $s^2$, up to $3/(2k)$."""
    def ln_moment(L, k):
        return lgamma((L + 1) * k + 1) - lgamma(k + 1) - lgamma(L * k + 1) - log(L * k + 1)
    k = 2000
    found = [exp(ln_moment(L, k + 1) - ln_moment(L, k)) / formula(L) for L in (1, 3, 10)]
    return max(abs(ratio - 1) for ratio in found), 2 / k


def haar(rng, n):
    q, r = np.linalg.qr(rng.normal(size=(n, n)))
    return q * np.sign(np.diag(r))


@simulation("eq-orthogonal-spread",
            right=lambda v_W, slopes: sum(v_W + np.mean(d**4) / np.mean(d**2) ** 2 - 1 for d in slopes),
            wrong=("np.mean(d**4)", "np.mean(d**2)"), mistake="a square too few")
def orthogonal_spread(formula):
    r"""Four layers with slopes drawn from 1, $\frac12$ and 0, normal and orthogonal weights, 120 rows, twenty draws.
    Five standard errors, and what four layers miss at this width."""
    rng, n = np.random.default_rng(0), 120
    shares = [1, 0, 0], [0.6, 0.4, 0], [0.5, 0, 0.5], [0.2, 0.8, 0]
    slopes = [rng.choice([1.0, 0.5, 0.0], size=n, p=p) for p in shares]
    off = []
    for v_W, draw in (1, lambda: rng.normal(size=(n, n)) / sqrt(n)), (0, lambda: haar(rng, n)):
        found = []
        for _ in range(20):
            J = np.eye(n)
            for d in slopes:
                J = (J * d) @ draw()
            G = J @ J.T
            found.append(n * (G * G).sum() / np.trace(G) ** 2 - 1)
        error = np.std(found, ddof=1) / sqrt(len(found))
        off.append((abs(np.mean(found) - formula(v_W, slopes)), 5 * error + 16 / n))
    return max(off, key=lambda pair: pair[0] / pair[1])


@numerical("eq-orthogonal-tanh",
           right=lambda q, L: 1 / (1 + 2 * q * L),
           wrong=("2 * q", "4 * q"), mistake="the factor of the gradient's square")
def orthogonal_tanh(formula):
    r"""The length map and its $\mathrm{E} f'^2$ by quadrature, 200 layers from $q = 1/200$: the product of the slopes,
    and $q^L/q$, each within four times the first $q$."""
    def mean(g, q):
        return quad(lambda u: g(sqrt(q) * u) * exp(-u * u / 2), -9, 9, epsabs=1e-12)[0] / sqrt(2 * np.pi)
    L, first = 200, 1 / 200
    q, product = first, 1.0
    for _ in range(L):
        product *= mean(lambda z: (1 - np.tanh(z) ** 2) ** 2, q)
        q = mean(lambda z: np.tanh(z) ** 2, q)
    claimed = formula(first, L)
    return max(abs(product / claimed - 1), abs(q / first / claimed - 1)), 4 * first


@simulation("eq-orthogonal-block",
            right=lambda rho: (rho, 2 * np.sqrt(rho * (1 - rho)), 1 - rho),
            wrong=("2 * np.sqrt(rho * (1 - rho))", "2 * np.sqrt(rho) * (1 - rho)"), mistake="the root is too short")
def orthogonal_block(formula):
    r"""The first 200 of 400, 600 and 800 columns of an orthogonal matrix with orthonormal rows, drawn once each: mean
    of $s^2$, largest $s$, spread. An end of a spectrum is off by about $n^{-2/3}$."""
    rng, n = np.random.default_rng(0), 200
    off = []
    for parts in (2, 3, 4):
        block = np.linalg.qr(rng.normal(size=(parts * n, n)))[0][:n]
        s2 = np.linalg.svd(block, compute_uv=False) ** 2
        found = s2.mean(), sqrt(s2.max()), s2.var() / s2.mean() ** 2
        off += [abs(a - b) for a, b in zip(found, formula(1 / parts), strict=True)]
    return max(off), 2 * n ** (-2 / 3)
