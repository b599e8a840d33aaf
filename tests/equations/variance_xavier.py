"""The equations of docs/variance/xavier.md: those of linear layers are means over all signs, added up."""

from fractions import Fraction
from math import erf, exp, log, pi, sqrt
from statistics import harmonic_mean

import numpy as np
import sympy
from scipy.integrate import quad

from equations import exact, numerical, quadrature, symbolic
from equations._common import signs

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(80)


def _mean(values):
    """The mean of whole numbers, as a fraction."""
    return Fraction(int(np.sum(values)), np.size(values))


def _mean_tanh2(q):
    """E tanh(z)² for z ~ N(0, q), by Gauss and Hermite."""
    return _WEIGHTS @ np.tanh(sqrt(q) * _NODES) ** 2 / sqrt(2 * pi)


@exact("eq-xavier-forward",
       tex=r"q^l = n_\text{in}\, \sigma^2\, q^{l-1}, \quad \text{so } n_\text{in}\, \sigma^2 = 1.",
       right=lambda n_in, n_out, sigma2, q: n_in * sigma2 * q, wrong=lambda n_in, n_out, sigma2, q: n_out * sigma2 * q,
       mistake="the number of units in place of the number of inputs")
def forward(formula):
    """A linear layer of shape (3, 2), all 64 outcomes of signs as weights, for an input whose mean is not zero."""
    h = np.array([1, 2, 5])
    return abs(_mean((h @ signs(3, 2)) ** 2) - formula(3, 2, 1, _mean(h**2))), 0


@exact("eq-xavier-backward",
       tex=r"g^{l-1} = n_\text{out}\, \sigma^2\, g^l, \quad \text{so } n_\text{out}\, \sigma^2 = 1.",
       right=lambda n_in, n_out, sigma2, g: n_out * sigma2 * g, wrong=lambda n_in, n_out, sigma2, g: n_in * sigma2 * g,
       mistake="the number of inputs in place of the number of units")
def backward(formula):
    """The same layer, backwards."""
    dz = np.array([3, 4])
    return abs(_mean((signs(3, 2) @ dz) ** 2) - formula(3, 2, 1, _mean(dz**2))), 0


@symbolic("eq-xavier",
          tex=r"\sigma^2 = \frac{2}{n_\text{in} + n_\text{out}}",
          right=lambda n_in, n_out: 2 / (n_in + n_out), wrong=lambda n_in, n_out: 1 / (n_in + n_out),
          mistake="the sum of the fans in place of their mean")
def xavier(formula):
    """Solved for the variance: the mean of both factors is 1."""
    n_in, n_out, sigma2 = sympy.symbols("n_in n_out sigma2", positive=True)
    (solution,) = sympy.solve((n_in * sigma2 + n_out * sigma2) / 2 - 1, sigma2)
    return int(sympy.simplify(solution - formula(n_in, n_out)) != 0), 0


@exact("eq-xavier-harmonic",
       tex=r"\frac{2}{\dfrac{1}{1/n_\text{in}} + \dfrac{1}{1/n_\text{out}}} = \frac{2}{n_\text{in} + n_\text{out}} .",
       right=lambda n_in, n_out: Fraction(2, n_in + n_out), wrong=lambda n_in, n_out: Fraction(n_in + n_out, 2),
       mistake="the mean of the fans, not its reciprocal")
def harmonic(formula):
    """Python's own harmonic mean of the two variances, for all widths up to 20."""
    widths = range(1, 21)
    return max(abs(harmonic_mean([Fraction(1, a), Fraction(1, b)]) - formula(a, b)) for a in widths for b in widths), 0


@exact("eq-xavier-errors",
       tex=r"""\begin{aligned} F &= \frac{2\, n_\text{in}}{n_\text{in} + n_\text{out}}, \\
               B &= \frac{2\, n_\text{out}}{n_\text{in} + n_\text{out}}, \end{aligned} \qquad F + B = 2 .""",
       right=lambda n_in, n_out: (Fraction(2 * n_in, n_in + n_out), Fraction(2 * n_out, n_in + n_out)),
       wrong=lambda n_in, n_out: (Fraction(2 * n_out, n_in + n_out), Fraction(2 * n_in, n_in + n_out)),
       mistake="the two directions exchanged")
def errors(formula):
    r"""The layer of shape (3, 2) with signs as weights, times Xavier's variance $\frac25$, in both directions; and the
    sum of the two."""
    h, dz, W, sigma2 = np.array([1, 2, 5]), np.array([3, 4]), signs(3, 2), Fraction(2, 5)
    F, B = formula(3, 2)
    up, down = sigma2 * _mean((h @ W) ** 2), sigma2 * _mean((W @ dz) ** 2)
    return max(abs(up - F * _mean(h**2)), abs(down - B * _mean(dz**2)), abs(F + B - 2)), 0


@exact("eq-xavier-products",
       tex=r"""\begin{aligned}
               \frac{q^L}{q^0} &= \prod_{l=1}^{L} \frac{2\, n_{l-1}}{n_{l-1} + n_l}, \\
               \frac{g^0}{g^L} &= \prod_{l=1}^{L} \frac{2\, n_l}{n_{l-1} + n_l} .
               \end{aligned}""",
       right=lambda n: (_product(n, lambda a, b: Fraction(2 * a, a + b)),
                        _product(n, lambda a, b: Fraction(2 * b, a + b))),
       wrong=lambda n: (Fraction(2 * n[0], n[0] + n[-1]), Fraction(2 * n[-1], n[0] + n[-1])),
       mistake="the inner widths cancel")
def products(formula):
    """A linear network of widths 2, 4, 1: all 4096 outcomes of signs as weights, times the two variances."""
    V, w = signs(2, 4), signs(4, 1)
    x, dy = np.array([1, 3]), np.array([5])
    M = np.einsum("aij,bjk->abik", V, w)
    sigma2 = Fraction(2, 2 + 4) * Fraction(2, 4 + 1)
    up = sigma2 * _mean((x @ M) ** 2) / _mean(x**2)
    down = sigma2 * _mean((M @ dy) ** 2) / _mean(dy**2)
    return max(abs(a - b) for a, b in zip((up, down), formula([2, 4, 1]), strict=True)), 0


def _product(n, factor):
    result = Fraction(1)
    for below, above in zip(n, n[1:], strict=False):
        result *= factor(below, above)
    return result


@symbolic("eq-xavier-loss",
          tex=r"""\begin{aligned}
                  F B &= \frac{4\, n_\text{in}\, n_\text{out}}{(n_\text{in} + n_\text{out})^2} \\
                  &= 1 - \left(\frac{n_\text{in} - n_\text{out}}{n_\text{in} + n_\text{out}}\right)^2 \le 1 .
                  \end{aligned}""",
          right=lambda a, b: (4 * a * b / (a + b) ** 2, 1 - ((a - b) / (a + b)) ** 2),
          wrong=lambda a, b: (4 * a * b / (a + b) ** 2, 1 - (a - b) ** 2 / (a + b)),
          mistake="the denominator is not squared")
def loss(formula):
    """The product of the two factors of {eq}`eq-xavier-errors`, simplified."""
    n_in, n_out = sympy.symbols("n_in n_out", positive=True)
    F, B = 2 * n_in / (n_in + n_out), 2 * n_out / (n_in + n_out)
    return sum(sympy.simplify(F * B - side) != 0 for side in formula(n_in, n_out)), 0


@symbolic("eq-xavier-uniform",
          tex=r"""\frac{a^2}{3} = \frac{2}{n_\text{in} + n_\text{out}} \;\Longrightarrow\;
                  a = \frac{\sqrt 6}{\sqrt{n_\text{in} + n_\text{out}}},""",
          right=lambda n_in, n_out: sympy.sqrt(6) / sympy.sqrt(n_in + n_out),
          wrong=lambda n_in, n_out: sympy.sqrt(2) / sympy.sqrt(n_in + n_out),
          mistake="the standard deviation as the bound")
def uniform(formula):
    """The variance of the uniform law is integrated, set equal to Xavier's and solved for the bound."""
    n_in, n_out, a, w = sympy.symbols("n_in n_out a w", positive=True)
    variance = sympy.integrate(w**2, (w, -a, a)) / (2 * a)
    (bound,) = sympy.solve(variance - 2 / (n_in + n_out), a)
    return int(sympy.simplify(bound - formula(n_in, n_out)) != 0), 0


@quadrature("eq-truncated",
            tex=r"v = 1 - \frac{2t\, \varphi(t)}{2\Phi(t) - 1} .",
            right=lambda t: 1 - 2 * t * _density(t) / erf(t / sqrt(2)),
            wrong=lambda t: 1 - 2 * t * _density(t),
            mistake="the share that is kept is left out")
def truncated(formula):
    r"""The second moment and the mass of the normal density between $-t$ and $t$, by adaptive quadrature, for $t$ from
    $\frac12$ to 3."""
    def variance(t):
        return quad(lambda x: x**2 * _density(x), -t, t)[0] / quad(_density, -t, t)[0]
    return max(abs(variance(t) - formula(t)) for t in (0.5, 1, 2, 3)), 1e-9


def _density(x):
    return exp(-x**2 / 2) / sqrt(2 * pi)


@symbolic("eq-tanh-square",
          tex=r"\tanh^2 z = z^2 - \tfrac23 z^4 + \dots",
          right=lambda z: z**2 - sympy.Rational(2, 3) * z**4, wrong=lambda z: z**2 - sympy.Rational(1, 3) * z**4,
          mistake="the mixed term is counted once")
def tanh_square(formula):
    """The series of the square at 0."""
    z = sympy.symbols("z")
    return int(sympy.expand(sympy.series(sympy.tanh(z) ** 2, z, 0, 6).removeO() - formula(z)) != 0), 0


@quadrature("eq-tanh-step",
            tex=r"q^{l} = q - 2 q^2 + \dots, \qquad q = q^{l-1} .",
            right=lambda q: q - 2 * q**2, wrong=lambda q: q - 2 / 3 * q**2,
            mistake=r"$\mathrm{E}\, z^4 = q^2$ in place of $3 q^2$")
def tanh_step(formula):
    r"""The remainder, divided by $q^3$, at three small $q$: the next term of the series is $\frac{17}{3} q^3$, so it
    stays below 6."""
    return max(abs(_mean_tanh2(q) - formula(q)) / q**3 for q in (0.01, 0.003, 0.001)), 6


@numerical("eq-tanh-decay",
           tex=r"q^l \approx \frac{1}{2l} .",
           right=lambda l: 1 / (2 * l), wrong=lambda l: 1 / l,
           mistake="each layer adds 1 to the reciprocal")
def tanh_decay(formula):
    r"""The recursion by quadrature over 2000 layers, from $q = 1$. Relative to the law, the rest falls like
    $\frac{5 \ln l}{12\, l}$; it may be $\frac{\ln l}{l}$."""
    q, layers = 1.0, 2000
    for _ in range(layers):
        q = _mean_tanh2(q)
    return abs(q / formula(layers) - 1), log(layers) / layers
