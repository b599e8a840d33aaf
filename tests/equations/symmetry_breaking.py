"""The equations of docs/symmetry/breaking.md: how differences of tied units grow, in a small network in plain numpy."""

import numpy as np
from numpy import cos, log, pi, sin, sqrt
from scipy.fft import dct

from equations import numerical
from equations._common import cross_entropy, gradient, worst
from initbook import activations, initializers, network, symmetry

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
    return cross_entropy(z, np.eye(OUTPUTS)[0])


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
    return gradient(_output_loss, z)


def _slopes(unit):
    """The slopes of each φ by complex steps, shape (samples, outputs, weights)."""
    return np.stack([_phi(unit + 1e-30j * weight).imag for weight in np.eye(WEIGHTS)], axis=-1) / 1e-30


def _hessians(unit):
    """The second derivatives of each φ: differences of complex steps, off by about 1e-10."""
    return np.stack([_slopes(unit + e) - _slopes(unit - e) for e in 1e-5 * np.eye(WEIGHTS)], axis=-1) / 2e-5


def _curvature(units, g):
    """The package's M of a network of these units, when the slopes in the output's pre-activations are g."""
    W, b, V = units[:, :FEATURES].T, units[:, FEATURES], units[:, FEATURES + 1:]
    params = [(W, b), (V, np.zeros(V.shape[1]))]
    trace = network.forward(params, X, activations.tanh)
    return symmetry.curvature(params, trace, network.Grads([], [None, None, g], []), activations.tanh, 1)


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
        off.append(np.max([np.abs(moved - tied - after.T) for after in claimed(d.T)]) / epsilon)
    return off[1], off[0] / 5


@numerical("eq-unit-gradient",
           right=lambda g, nabla_phi: sum(g[i, k] * nabla_phi[i, k] for i, k in np.ndindex(g.shape)),
           wrong=("g[i, k] *", "g[i, k] / len(g) *"), mistake="the mean over the samples is taken twice")
def unit_gradient(formula):
    r"""Four different tanh units, six samples and two outputs: the slopes of the whole network's loss, the $g_{ik}$ and
    the slopes of each $\varphi_{ik}$, all by complex steps."""
    units = PLACE + _displacements()
    found, _ = _cut(gradient(_loss, _join(units)))
    g = _g(sum(map(_phi, units)))
    return worst((of_unit, formula(g, _slopes(unit))) for of_unit, unit in zip(found, units, strict=True))


def _opens(d, I, eta, g, nabla2_phi, units):
    M = sum(g[i, k] * nabla2_phi[i, k] for i, k in np.ndindex(g.shape))
    return (I - eta * M) @ d, (I - eta * _curvature(units, g)) @ d


@numerical("eq-tie-opens", package="symmetry.curvature network.forward",
           right=_opens, wrong=("sum(g[i", "1 / 2 * sum(g[i"), mistake="the one half of Taylor's formula")
def tie_opens(formula):
    r"""One step of gradient descent on a whole network, whose four tied units are moved by about a thousandth and by a
    tenth of that. The residual is what is left unexplained of the smaller move, relative to it. The tolerance is a
    fifth of the same for the larger one: what is left must be $o(\varepsilon)$."""
    g, units = _g(UNITS * _phi(PLACE)), np.tile(PLACE, (UNITS, 1))
    return _unexplained(lambda d: formula(d, np.eye(WEIGHTS), ETA, g, _hessians(PLACE), units), steps=1)


@numerical("eq-propagator",
           right=lambda I, eta, M, d: np.linalg.multi_dot([*(I - eta * M_s for M_s in reversed(M)), d]),
           wrong=("reversed(M)", "M"), mistake="the factors in the opposite order")
def propagator(formula):
    """Five steps of the same network, each $M$ taken from the tied network alone. Residual and tolerance as for one
    step."""
    path = [_cut(theta) for theta in _train(_join(np.tile(PLACE, (UNITS, 1))), 4)]
    M = [np.einsum("ik,ikpq->pq", _g(UNITS * _phi(units[0]) + bias), _hessians(units[0])) for units, bias in path]
    return _unexplained(lambda d: [formula(np.eye(WEIGHTS), ETA, M, d)], steps=5)


def _escape(epsilon):
    """The spread of units that start near zero, step by step until it exceeds 0.01."""
    theta, spread = _join(epsilon * _displacements()), [0.0]
    while spread[-1] <= 0.01:
        spread.append(np.ptp(_cut(theta)[0], axis=0).max())
        theta = _train(theta, 1, _squared_error)[-1]
    return np.array(spread[1:])


def _tie_rate(epsilon, t, eta, mu_min):
    rate = log(1 + eta * abs(mu_min))
    return epsilon * np.exp(rate * t), rate, 1 / rate * log(1 / epsilon)


@numerical("eq-tie-rate",
           right=_tie_rate, wrong=("log(1 + eta * abs(mu_min))", "eta * abs(mu_min)"),
           mistake="the rate of continuous time, $\\lambda = \\eta\\, |\\mu_{\\min}|$")
def tie_rate(formula):
    r"""A tanh network at zero, a saddle where $M$ stays as it is, left from two $\varepsilon$. All in steps, of which
    one is allowed: how far off the difference of the two escape times is, and what the error of the rate, and of the
    spread's growth, seen over the last three steps, amounts to by then."""
    g = gradient(_squared_error, np.zeros((len(X), OUTPUTS)))
    mu = np.linalg.eigvalsh(np.einsum("ik,ikpq->pq", g, _hessians(np.zeros(WEIGHTS))))[0]
    sooner, later = _escape(1e-4), _escape(1e-8)
    t = np.arange(len(later))
    (_, _, early), (spread, rate, late) = formula(1e-4, t, ETA, mu), formula(1e-8, t, ETA, mu)
    seen, growth = (log(of[-1] / of[-4]) / 3 for of in (later, spread))
    return max(abs(len(later) - len(sooner) - (late - early)),
               *(abs(seen / claimed - 1) * len(later) for claimed in (rate, growth))), 1


def _blocks(g, v, df, d2f, h):
    A = sum((g[i] @ v) * d2f[i] * np.outer(h[i], h[i]) for i in range(len(h)))
    B = sum(df[i] * np.outer(h[i], g[i]) for i in range(len(h)))
    return np.block([[A, B], [B.T, np.zeros((len(v), len(v)))]])


@numerical("eq-curvature-blocks", package="symmetry.curvature network.forward",
           right=lambda g, v, df, d2f, h, units: (_blocks(g, v, df, d2f, h), _curvature(units, g)),
           wrong=lambda g, v, df, d2f, h, units: (_blocks(g, np.ones_like(v), df, d2f, h), _curvature(units, g)),
           mistake="the outgoing weights are left out of $A$")
def curvature_blocks(formula):
    r"""A tanh unit on six samples with two outputs, and $g$ drawn at random: the second derivatives of $\sum_{i,k}
    g_{ik} \varphi_{ik}$ in each pair of its weights, as differences of complex steps, whose error is of the order of
    the square of the step."""
    h, g = np.column_stack([X, np.ones(len(X))]), np.random.default_rng(3).normal(size=(len(X), OUTPUTS))
    f = np.tanh(h @ PLACE[:FEATURES + 1])
    M = np.einsum("ik,ikpq->pq", g, _hessians(PLACE))
    claimed = formula(g, PLACE[FEATURES + 1:], 1 - f**2, -2 * f * (1 - f**2), h, PLACE[None])
    return max(np.abs(M - found).max() for found in claimed), 100 * 1e-5**2


@numerical("eq-one-output", package="symmetry.curvature network.forward",
           right=lambda v, g, d2f, h, units: (
               np.pad(v * sum(g[i] * d2f[i] * np.outer(h[i], h[i]) for i in range(len(h))), (0, 1)),
               _curvature(units, g[:, None])),
           wrong=("v * sum", "sum"), mistake="the outgoing weight is left out of $A$")
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
    claimed = formula(unit[-1], g, -2 * f * (1 - f**2), h, unit[None])
    return max(np.abs(M - found).max() for found in claimed), 10 * step**2


def _from_both_ends(size):
    """0, size − 1, 1, size − 2, …"""
    ends = list(range(size))
    return np.array([ends.pop(0 if k % 2 == 0 else -1) for k in range(size)])


@numerical("eq-cosine", package="initializers.cosine",
           right=lambda n_in, n_out, r_i, r_j, N: (
               sqrt(2 / n_in) * cos((2 * r_i + 1) * (pi * (2 * r_j + 1) / (4 * N))),
               initializers.cosine()(None, (n_in, n_out))),
           wrong=("(2 * r_j + 1)", "(2 * r_j)"), mistake="the discrete cosine transform II")
def cosine_start(formula):
    """Three shapes. `scipy.fft.dct` transforms the unit vectors into an orthogonal matrix, the transform IV, whose rows
    and columns are put in order."""
    pairs = []
    for n_in, n_out in [(8, 8), (2, 7), (7, 3)]:
        N = max(n_in, n_out)
        r = _from_both_ends(N)
        transform = dct(np.eye(N), type=4, norm="ortho")[np.ix_(r[:n_in], r[:n_out])]
        claimed = formula(n_in, n_out, r[:n_in, None], r[None, :n_out], N)
        pairs += [(transform * sqrt(N / n_in), one) for one in claimed]
    return worst(pairs)


@numerical("eq-end-frequencies",
           right=lambda alpha, N, r: ((cos(alpha), cos((2 * N - 1) * alpha)), (cos(alpha), (-1)**r * sin(alpha))),
           wrong=("(-1)**r * ", ""), mistake="the sign forgotten")
def end_frequencies(formula):
    r"""All units of layers with up to 20 units, $\alpha_j = \pi (2 r_j + 1)/(4N)$: both pairs."""
    units = [(N, np.arange(N)) for N in range(1, 21)]
    return worst(formula(pi * (2 * r + 1) / (4 * N), N, r) for N, r in units)
