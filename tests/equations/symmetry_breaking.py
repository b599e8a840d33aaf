"""The equations of docs/symmetry/breaking.md.

Those of the growing differences are held against a small network in plain numpy, whose slopes are complex steps.
"""

import numpy as np
import sympy as sp
from scipy.fft import dct

from equations import numerical, symbolic
from equations._common import gradient, worst
from initbook.initializers import cosine

FEATURES, OUTPUTS, UNITS, ETA = 3, 2, 4, 0.5
WEIGHTS = FEATURES + 1 + OUTPUTS
"""Of one unit: incoming weights, bias, outgoing weights."""

X = np.random.default_rng(0).normal(size=(6, FEATURES))
PLACE = np.random.default_rng(1).normal(size=WEIGHTS)
"""Where all units of the tied network stand."""


def _phi(unit):
    """What one tanh unit adds to the pre-activations of the output, shape (samples, outputs)."""
    return np.outer(np.tanh(X @ unit[:FEATURES] + unit[FEATURES]), unit[FEATURES + 1:])


def _output_loss(z):
    """Softmax cross-entropy, all samples in class 0."""
    return (np.log(np.exp(z).sum(axis=1)) - z[:, 0]).mean()


def _squared_error(z):
    """Of targets that sum to zero."""
    y = X[:, :OUTPUTS] - X[:, :OUTPUTS].mean(axis=0)
    return ((z - y) ** 2).sum() / 2 / len(y)


def _cut(theta):
    """All parameters in one vector, as the units, one a row, and the output biases."""
    return theta[:-OUTPUTS].reshape(-1, WEIGHTS), theta[-OUTPUTS:]


def _join(units, bias=(0,) * OUTPUTS):
    return np.concatenate([units.ravel(), bias])


def _loss(theta, output_loss=_output_loss):
    units, bias = _cut(theta)
    return output_loss(sum(map(_phi, units)) + bias)


def _g(z):
    """The slope of the loss in each pre-activation of the output."""
    return gradient(lambda t: _output_loss(t.reshape(z.shape)), z.ravel()).reshape(z.shape)


def _slopes(unit):
    """The slopes of each φ by complex steps, shape (samples, outputs, weights)."""
    return np.stack([_phi(unit + 1e-30j * weight).imag for weight in np.eye(WEIGHTS)], axis=-1) / 1e-30


def _hessians(unit):
    """The second derivatives of each φ: differences of complex steps, off by about 1e-10."""
    return np.stack([_slopes(unit + e) - _slopes(unit - e) for e in 1e-5 * np.eye(WEIGHTS)], axis=-1) / 2e-5


def _train(theta, steps, output_loss=_output_loss):
    """The parameters before each step of gradient descent, and after the last."""
    path = [theta]
    for _ in range(steps):
        path.append(path[-1] - ETA * gradient(lambda t: _loss(t, output_loss), path[-1]))
    return path


def _displacements():
    d = np.random.default_rng(2).normal(size=(UNITS, WEIGHTS))
    return d - d.mean(axis=0)


def _unexplained(claimed, steps):
    """How far the units of the whole network are from where `claimed` takes them, per first displacement. That must go
    to zero with the first displacement: a tenth of it may leave a fifth."""
    tied, _ = _cut(_train(_join(np.tile(PLACE, (UNITS, 1))), steps)[-1])
    off = []
    for epsilon in (1e-3, 1e-4):
        d = epsilon * _displacements()
        moved, _ = _cut(_train(_join(PLACE + d), steps)[-1])
        off.append(np.abs(moved - tied - d @ claimed.T).max() / epsilon)
    return off[1], off[0] / 5


@numerical("eq-unit-gradient",
           tex=r"\nabla_{\theta_j} L = \sum_{i,k} g_{ik}\, \nabla \varphi_{ik}(\theta_j).",
           right=lambda g, slopes: np.einsum("ik,ikp->p", g, slopes),
           wrong=lambda g, slopes: np.einsum("ik,ikp->p", g, slopes) / len(g),
           mistake="the mean over the samples is taken twice")
def unit_gradient(formula):
    r"""Four different tanh units, six samples and two outputs: the slopes of the whole network's loss, the $g_{ik}$ and
    the slopes of each $\varphi_{ik}$, all by complex steps."""
    units = PLACE + _displacements()
    found, _ = _cut(gradient(_loss, _join(units)))
    g = _g(sum(map(_phi, units)))
    return worst((of_unit, formula(g, _slopes(unit))) for of_unit, unit in zip(found, units, strict=True))


@numerical("eq-tie-opens",
           tex=r"""\begin{aligned}
d'_j &= (I - \eta M)\, d_j + o(\varepsilon), \\
M &= \sum_{i,k} g_{ik}\, \nabla^2 \varphi_{ik}(\theta),
\end{aligned}""",
           right=lambda I, eta, g, hessians: I - eta * np.einsum("ik,ikpq->pq", g, hessians),
           wrong=lambda I, eta, g, hessians: I - eta * np.einsum("ik,ikpq->pq", g, hessians) / 2,
           mistake="the one half of Taylor's formula")
def tie_opens(formula):
    r"""One step of gradient descent on a whole network, whose four tied units are moved by about a thousandth and by a
    tenth of that. The residual is what is left unexplained of the smaller move, relative to it. The tolerance is a
    fifth of the same for the larger one: what is left must be $o(\varepsilon)$."""
    return _unexplained(formula(np.eye(WEIGHTS), ETA, _g(UNITS * _phi(PLACE)), _hessians(PLACE)), steps=1)


@numerical("eq-propagator",
           tex=r"""\begin{aligned}
d_j(t) &= P_t\, d_j(0), \\
P_t &= (I - \eta M_{t-1}) \cdots (I - \eta M_0).
\end{aligned}""",
           right=lambda I, eta, M: np.linalg.multi_dot([I - eta * M_t for M_t in M[::-1]]),
           wrong=lambda I, eta, M: np.linalg.multi_dot([I - eta * M_t for M_t in M]),
           mistake="the factors in the opposite order")
def propagator(formula):
    """Five steps of the same network, each $M$ taken from the tied network alone. Residual and tolerance as for one
    step."""
    path = [_cut(theta) for theta in _train(_join(np.tile(PLACE, (UNITS, 1))), 4)]
    M = [np.einsum("ik,ikpq->pq", _g(UNITS * _phi(units[0]) + bias), _hessians(units[0])) for units, bias in path]
    return _unexplained(formula(np.eye(WEIGHTS), ETA, M), steps=5)


def _escape(epsilon):
    """The spread of units that start near zero, step by step until it exceeds 0.01."""
    theta, spread = _join(epsilon * _displacements()), [0.0]
    while spread[-1] <= 0.01:
        spread.append(np.ptp(_cut(theta)[0], axis=0).max())
        theta = _train(theta, 1, _squared_error)[-1]
    return spread[1:]


@numerical("eq-tie-rate",
           tex=r"""\begin{aligned}
\text{spread} &\propto \varepsilon\, e^{\lambda t}, \\
\lambda &= \ln \bigl(1 + \eta\, |\mu_{\min}|\bigr), \\
t_{\text{escape}} &\approx \frac1\lambda \ln \frac1\varepsilon + \text{constant}.
\end{aligned}""",
           right=lambda epsilon, eta, mu: (np.log(1 + eta * abs(mu)), np.log(1 / epsilon) / np.log(1 + eta * abs(mu))),
           wrong=lambda epsilon, eta, mu: (eta * abs(mu), np.log(1 / epsilon) / (eta * abs(mu))),
           mistake="the rate of continuous time, $\\lambda = \\eta\\, |\\mu_{\\min}|$")
def tie_rate(formula):
    r"""A tanh network at zero, a saddle where $M$ stays as it is, left from two $\varepsilon$. All in steps, of which
    one is allowed: how far off the difference of the two escape times is, and what the error of the rate, seen over the
    last three steps, amounts to by then."""
    g = gradient(lambda t: _squared_error(t.reshape(-1, OUTPUTS)), np.zeros(len(X) * OUTPUTS)).reshape(-1, OUTPUTS)
    mu = np.linalg.eigvalsh(np.einsum("ik,ikpq->pq", g, _hessians(np.zeros(WEIGHTS))))[0]
    (rate, early), (_, late) = (formula(epsilon, ETA, mu) for epsilon in (1e-4, 1e-8))
    sooner, later = _escape(1e-4), _escape(1e-8)
    seen = np.log(later[-1] / later[-4]) / 3
    return max(abs(len(later) - len(sooner) - (late - early)), abs(seen / rate - 1) * len(later)), 1


class _f(sp.Function):
    """Any activation, with a name for each derivative."""

    def fdiff(self, argindex=1):
        return _df(self.args[0])


class _df(sp.Function):
    def fdiff(self, argindex=1):
        return sp.Function("d2f")(self.args[0])


@symbolic("eq-curvature-blocks",
          tex=r"""\begin{aligned}
M &= \begin{pmatrix} A & B \\ B^\top & 0 \end{pmatrix}, \\
A &= \sum_i (g_i^\top v)\, f''(z_i)\, \tilde h_i \tilde h_i^\top, \\
B &= \sum_i f'(z_i)\, \tilde h_i\, g_i^\top .
\end{aligned}""",
          right=lambda g, v, df, d2f, h: (sum(((g[i].T * v)[0] * d2f[i] * h[i] * h[i].T for i in h), sp.zeros(3)),
                                          sum((df[i] * h[i] * g[i].T for i in h), sp.zeros(3, 2))),
          wrong=lambda g, v, df, d2f, h: (sum((sum(g[i]) * d2f[i] * h[i] * h[i].T for i in h), sp.zeros(3)),
                                          sum((df[i] * h[i] * g[i].T for i in h), sp.zeros(3, 2))),
          mistake="the outgoing weights are left out of $A$")
def curvature_blocks(formula):
    r"""Two samples, two features and two outputs, all symbols: $\sum_{i,k} g_{ik} v_k\, f(h_i w + b)$ is differentiated
    twice by sympy, for an $f$ of which nothing is known. How many entries of $M$ differ."""
    w1, w2, b, v1, v2 = weights = sp.symbols("w1 w2 b v1 v2")
    v, samples = sp.Matrix([v1, v2]), range(2)
    h = {i: sp.Matrix([*sp.symbols(f"h{i}1 h{i}2"), 1]) for i in samples}
    g = {i: sp.Matrix(sp.symbols(f"g{i}1 g{i}2")) for i in samples}
    z = {i: (h[i].T * sp.Matrix([w1, w2, b]))[0] for i in samples}
    M = sp.hessian(sum((g[i].T * v)[0] * _f(z[i]) for i in samples), weights)
    A, B = formula(g, v, {i: _df(z[i]) for i in samples}, {i: sp.Function("d2f")(z[i]) for i in samples}, h)
    claimed = sp.BlockMatrix([[A, B], [B.T, sp.zeros(2)]]).as_explicit()
    return sum(sp.expand(entry) != 0 for entry in M - claimed), 0


@numerical("eq-one-output",
           tex=r"M = \begin{pmatrix} A & 0 \\ 0 & 0 \end{pmatrix}, \qquad "
               r"A = v \sum_i g_i f''(z_i)\, \tilde h_i \tilde h_i^\top .",
           right=lambda v, g, d2f, h: v * np.einsum("i,i,ij,ik->jk", g, d2f, h, h),
           wrong=lambda v, g, d2f, h: np.einsum("i,i,ij,ik->jk", g, d2f, h, h),
           mistake="the outgoing weight is left out of $A$")
def one_output(formula):
    r"""A tanh unit on six samples, with $g_i$ for which its incoming weights and bias stand still. The second
    derivatives of $\sum_i g_i \varphi_i$ are differences of complex steps, whose error is of the order of the square of
    the step."""
    unit, h, step = PLACE[:FEATURES + 2], np.column_stack([X, np.ones(len(X))]), 1e-5
    f = np.tanh(h @ unit[:-1])
    g = np.linalg.svd(((1 - f**2)[:, None] * h).T)[2][-1]  # orthogonal to all f'(z) h

    def slopes(theta):
        return gradient(lambda t: g @ _phi(t)[:, 0], theta)
    M = np.array([slopes(unit + e) - slopes(unit - e) for e in step * np.eye(len(unit))]) / (2 * step)
    claimed = np.zeros_like(M)
    claimed[:-1, :-1] = formula(unit[-1], g, -2 * f * (1 - f**2), h)
    return np.abs(M - claimed).max(), 10 * step**2


def _from_both_ends(size):
    """0, size − 1, 1, size − 2, …"""
    ends = list(range(size))
    return np.array([ends.pop(0 if k % 2 == 0 else -1) for k in range(size)])


@numerical("eq-cosine",
           tex=r"""\begin{aligned}
W_{ij} &= \sqrt{\frac{2}{n_\text{in}}}\, \cos\, (2 r_i + 1)\, \alpha_j, \\
\alpha_j &= \frac{\pi\, (2 r_j + 1)}{4N},
\end{aligned}""",
           right=lambda n_in, N, r_i, r_j: np.sqrt(2 / n_in) * np.cos((2 * r_i + 1) * np.pi * (2 * r_j + 1) / (4 * N)),
           wrong=lambda n_in, N, r_i, r_j: np.sqrt(2 / n_in) * np.cos((2 * r_i + 1) * np.pi * (2 * r_j) / (4 * N)),
           mistake="the discrete cosine transform II")
def cosine_start(formula):
    """Three shapes. `scipy.fft.dct` transforms the unit vectors into an orthogonal matrix, the transform IV, whose rows
    and columns are put in order; and `initbook.initializers.cosine`, which the page uses."""
    pairs = []
    for n_in, n_out in [(8, 8), (2, 7), (7, 3)]:
        N = max(n_in, n_out)
        r = _from_both_ends(N)
        claimed = formula(n_in, N, r[:n_in, None], r[None, :n_out])
        transform = dct(np.eye(N), type=4, norm="ortho")[np.ix_(r[:n_in], r[:n_out])]
        pairs += [(transform * np.sqrt(N / n_in), claimed), (cosine()(None, (n_in, n_out)), claimed)]
    return worst(pairs)


@numerical("eq-end-frequencies",
           tex=r"""\begin{aligned}
&\bigl(\cos \alpha_j,\ \cos (2N - 1) \alpha_j\bigr) \\
&\quad = \bigl(\cos \alpha_j,\ (-1)^{r_j} \sin \alpha_j\bigr),
\end{aligned}""",
           right=lambda alpha, r: (np.cos(alpha), (-1) ** r * np.sin(alpha)),
           wrong=lambda alpha, r: (np.cos(alpha), np.sin(alpha)),
           mistake="the sign forgotten")
def end_frequencies(formula):
    r"""All units of layers with up to 20 units, $\alpha_j = \pi (2 r_j + 1)/(4N)$: both cosines in place."""
    pairs = []
    for N in range(1, 21):
        r = np.arange(N)
        alpha = np.pi * (2 * r + 1) / (4 * N)
        pairs.append(((np.cos(alpha), np.cos((2 * N - 1) * alpha)), formula(alpha, r)))
    return worst(pairs)
