"""The equations of docs/symmetry/three-updates.md: backward by hand, the tie that lasts, and the one unit it leaves.

Derivatives are held against complex steps through a plain forward pass, never against the package's backward pass.
"""

from fractions import Fraction
from math import exp

import numpy as np
import sympy

from equations import exact, numerical, symbolic
from equations._common import gradient, worst


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _cross_entropy(z, y):
    """Summed over the questions, averaged over the samples."""
    a = _sigmoid(z)
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum() / len(y)


def _draws(*shapes):
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape) for shape in shapes]


def _problem():
    """The page's data, with random weights and biases in place of its zeros."""
    x, y = (np.array(a, float) for a in _data())
    return x, y, *_draws((3, 4), 4, (4, 2), 2)


def _data():
    return [(1, 0, 2), (1, 1, 2), (0, 0, 3), (0, 0, 0), (2, 0, 1)], [(1, 1), (1, 0), (1, 0), (0, 1), (1, 0)]


@exact(
    "eq-three-data",
    tex=r"""x = \begin{pmatrix} 1 & 0 & 2 \\ 1 & 1 & 2 \\ 0 & 0 & 3 \\ 0 & 0 & 0 \\ 2 & 0 & 1 \end{pmatrix}, \qquad
y = \begin{pmatrix} 1 & 1 \\ 1 & 0 \\ 1 & 0 \\ 0 & 1 \\ 1 & 0 \end{pmatrix}.""",
    right=_data, wrong=lambda: (_data()[0], [(1, 1), (1, 0), (1, 0), (1, 0), (1, 0)]),
    mistake="the labels of sample 4 change places",
)
def data(formula):
    r"""Update 2 in fractions: from these data follow the column sums, the three derivatives for $W^1$ and the one for
    $b^1$ that the page works out by hand, and that its snippets print."""
    x, y = formula()
    v = Fraction(15, 10_000), Fraction(-5, 10_000)
    error = [[(Fraction(1, 2) + v[k] - row[k]) / 5 for k in range(2)] for row in y]
    e = [10**6 * (row[0] * v[0] + row[1] * v[1]) / 4 for row in error]
    found = [sum(row[k] for row in error) for k in range(2)]
    found += [sum(row[r] * one for row, one in zip(x, e, strict=True)) for r in range(3)] + [sum(e)]
    by_hand = ["-0.2985", "0.0995", "-174.5", "-49.875", "-349", "-124.375"]
    return max(abs(a - Fraction(b)) for a, b in zip(found, by_hand, strict=True)), 0


def _forward(x, W1, b1, W2, b2, top=_sigmoid):
    z1 = x @ W1 + b1
    h1 = _sigmoid(z1)
    z2 = h1 @ W2 + b2
    a = top(z2)
    return z1, h1, z2, a


@numerical(
    "eq-three-forward",
    tex=r"z^1 = x W^1 + b^1, \qquad h^1 = \sigma(z^1), \qquad z^2 = h^1 W^2 + b^2, \qquad a = \sigma(z^2).",
    right=_forward, wrong=lambda *given: _forward(*given, top=lambda z: z), mistake="the outputs have no sigmoid",
)
def forward(formula):
    """Unit by unit and sample by sample, in sums over the weights that each unit owns."""
    x, _, W1, b1, W2, b2 = _problem()

    def layer(rows, W, b):
        return [[b[j] + sum(row[i] * W[i, j] for i in range(len(W))) for j in range(len(b))] for row in rows]

    def squashed(rows):
        return [[1 / (1 + exp(-z)) for z in row] for row in rows]

    z1 = layer(x, W1, b1)
    h1 = squashed(z1)
    z2 = layer(h1, W2, b2)
    return worst(zip(formula(x, W1, b1, W2, b2), (z1, h1, z2, squashed(z2)), strict=True))


def _backward(x, y, m, a, h1, W2, slope=lambda h: h * (1 - h)):
    dz2 = (a - y) / m
    dW2 = h1.T @ dz2
    dh1 = dz2 @ W2.T
    dz1 = dh1 * slope(h1)
    dW1 = x.T @ dz1
    return dz2, dW2, dh1, dz1, dW1


def _slopes():
    """The network of the page at random weights, and the slopes of its loss in z², W², h¹, z¹ and W¹."""
    x, y, W1, b1, W2, b2 = _problem()
    z1, h1, z2, a = _forward(x, W1, b1, W2, b2)
    losses = [
        (lambda z: _cross_entropy(z, y), z2),
        (lambda W: _cross_entropy(h1 @ W + b2, y), W2),
        (lambda h: _cross_entropy(h @ W2 + b2, y), h1),
        (lambda z: _cross_entropy(_sigmoid(z) @ W2 + b2, y), z1),
        (lambda W: _cross_entropy(_sigmoid(x @ W + b1) @ W2 + b2, y), W1),
    ]
    return (x, y, len(y), a, h1, W2), [gradient(loss, at) for loss, at in losses]


@numerical(
    "eq-three-backward",
    tex=r"""\begin{aligned}
\frac{\partial L}{\partial z^2} &= \frac{a - y}{m} & (5, 2) \\[4pt]
\frac{\partial L}{\partial W^2} &= (h^1)^\top \frac{\partial L}{\partial z^2} & (4, 2) \\[4pt]
\frac{\partial L}{\partial h^1} &= \frac{\partial L}{\partial z^2}\, (W^2)^\top & (5, 4) \\[4pt]
\frac{\partial L}{\partial z^1} &= \frac{\partial L}{\partial h^1} \odot h^1 \odot (1 - h^1) & (5, 4) \\[4pt]
\frac{\partial L}{\partial W^1} &= x^\top \frac{\partial L}{\partial z^1} & (3, 4)
\end{aligned}""",
    right=_backward, wrong=lambda *given: _backward(*given, slope=lambda h: h),
    mistake="the slope of the sigmoid is $h$, without $1 - h$",
)
def backward(formula):
    """The slope of the loss in every entry of all five, by a complex step, at random weights."""
    given, slopes = _slopes()
    return worst(zip(formula(*given), slopes, strict=True))


@numerical(
    "eq-three-between",
    tex=r"""\frac{\partial L}{\partial W^1}
= x^\top \left[ \frac{a - y}{m}\, (W^2)^\top \odot h^1 \odot (1 - h^1) \right],
\qquad \text{regression:} \quad \frac{\partial L}{\partial W} = x^\top\, \frac{a - y}{m}.""",
    right=lambda x, y, m, a, h1, W2, p: (x.T @ ((a - y) / m @ W2.T * h1 * (1 - h1)), x.T @ (p - y) / m),
    wrong=lambda x, y, m, a, h1, W2, p: (x.T @ ((a - y) / m @ W2.T), x.T @ (p - y) / m),
    mistake="the hidden layer's slope is forgotten",
)
def between(formula):
    """Complex steps in the first weights of the network, and in those of a logistic regression on the same data."""
    (x, y, *given), slopes = _slopes()
    W, = _draws((3, 2))
    regression = gradient(lambda W: _cross_entropy(x @ W, y), W)
    return worst(zip(formula(x, y, *given, _sigmoid(x @ W)), (slopes[-1], regression), strict=True))


@symbolic(
    "eq-three-sigmoid-line",
    tex=r"\sigma(r) = \tfrac12 + \tfrac14\, r - \tfrac1{48}\, r^3 + O(r^5).",
    right=lambda r: sympy.Rational(1, 2) + r / 4 - r**3 / 48, wrong=lambda r: sympy.Rational(1, 2) + r / 4 + r**3 / 48,
    mistake="plus before the cube",
)
def sigmoid_line(formula):
    """Times the power series of $1 + e^{-r}$ it must be 1, up to the fourth power of $r$: the number of coefficients
    that are not."""
    r = sympy.Symbol("r")
    below = 1 + sum((-r) ** k / sympy.factorial(k) for k in range(5))
    rest = sympy.Poly(formula(r) * below - 1, r)
    return sum(rest.coeff_monomial(r**k) != 0 for k in range(5)), 0


def _stepped(params, x, y, rates):
    """One step of gradient descent with tanh units and half the squared error, by complex steps."""
    def loss(W1, b1, W2):
        return ((np.tanh(x @ W1 + b1) @ W2 - y) ** 2).sum() / (2 * len(y))

    slopes = [gradient(lambda a, i=i: loss(*params[:i], a, *params[i + 1:]), params[i]) for i in range(3)]
    return [a - rate * slope for a, rate, slope in zip(params, rates, slopes, strict=True)]


@numerical(
    "eq-three-tied",
    tex=r"W^1 = w \mathbf{1}^\top, \qquad b^1 = \beta \mathbf{1}^\top, \qquad W^2 = \mathbf{1} v",
    right=lambda w, beta, v, ones: (np.outer(w, ones), beta * ones, np.outer(ones, v)),
    wrong=lambda w, beta, v, ones: (w[0] * np.ones((len(w), len(ones))), beta * ones, np.outer(ones, v)),
    mistake="all entries of $W^1$ are equal",
)
def tied(formula):
    """A network with tanh units and a squared error begins in this form and takes three steps, each array with its own
    rate. After each it must have the form again, with the $w$, $β$ and $v$ of its first unit."""
    x, y, w, beta, v = _draws((6, 3), (6, 2), 3, (), 2)
    params, pairs = formula(w, beta, v, np.ones(4)), []
    for _ in range(3):
        params = _stepped(params, x, y, rates=(0.3, 0.2, 0.1))
        W1, b1, W2 = params
        pairs += zip(params, formula(W1[:, 0], b1[0], W2[0], np.ones(4)), strict=True)
    return worst(pairs)


def _one_unit_step(u, w, n, eta, x, g, f, df, rates=lambda n, eta: (n * eta, eta / n)):
    outgoing, incoming = rates(n, eta)
    return u - outgoing * (f.T @ g), w - incoming * x.T @ (g @ u.T * df)


@numerical(
    "eq-three-one-unit",
    tex=r"""u \leftarrow u - n \eta\; f(t)^\top g, \qquad
w \leftarrow w - \frac{\eta}{n}\; x^\top \bigl(g u^\top \odot f'(t)\bigr).""",
    right=_one_unit_step, wrong=lambda *given: _one_unit_step(*given, rates=lambda n, eta: (eta, eta)),
    mistake="the learning rate does not change with the width",
)
def one_unit(formula):
    """A whole network of four tied tanh units takes a step, by complex steps; its first unit is read off, with four
    times its outgoing weights."""
    n, eta = 4, 0.3
    x, y, w, beta, v = _draws((6, 3), (6, 2), 3, (), 2)
    ones = np.ones(n)
    W1, _, W2 = _stepped((np.outer(w, ones), beta * ones, np.outer(ones, v)), x, y, rates=(eta, eta, eta))
    t, u = (x @ w + beta)[:, None], n * v[None]
    g = (np.tanh(t) @ u - y) / len(y)
    new_u, new_w = formula(u, w[:, None], n, eta, x, g, np.tanh(t), 1 - np.tanh(t) ** 2)
    return worst([(new_u[0], n * W2[0]), (new_w[:, 0], W1[:, 0])])


@numerical(
    "eq-three-bound",
    tex=r"L \ge \tfrac25 \ln 2.",
    right=lambda: 2 / 5 * np.log(2), wrong=lambda: 2 * np.log(2), mistake="the mean over five samples is forgotten",
)
def bound(formula):
    """The cost of question 2 on samples 1, 3 and 5, searched over all predictions in hundredths of which the first lies
    between the others, has this as its least value. No loss of 1000 random networks with tied units is below it."""
    x, y = (np.array(a, float) for a in _data())
    p = np.linspace(0, 1, 101)
    p1, p3, p5 = p[1:-1, None, None], p[:-1, None], p[:-1]
    cost = np.where((np.minimum(p3, p5) <= p1) & (p1 <= np.maximum(p3, p5)),
                    -np.log(p1) - np.log(1 - p3) - np.log(1 - p5), np.inf) / 5
    w, beta, u, c = _draws((1000, 3, 1), (1000, 1, 1), (1000, 1, 2), (1000, 1, 2))
    losses = [_cross_entropy(z, y) for z in _sigmoid(10 * (x @ w + beta)) @ (3 * u) + c]
    below = max(0, formula() - np.min(losses))
    return max(abs(cost.min() - formula()), below), 10 * np.finfo(float).eps


def _columns(X, Y, m, A1, A2, W2, mean=True):
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    dA1 = W2.T @ dZ2
    dZ1 = dA1 * A1 * (1 - A1)
    dW1 = dZ1 @ X.T / (m if mean else 1)
    return dZ2, dW2, dA1, dZ1, dW1


@numerical(
    "eq-three-columns",
    tex=r"""\begin{aligned}
\mathrm{d}Z^{[2]} &= A^{[2]} - Y & (2, 5) \\
\mathrm{d}W^{[2]} &= \tfrac1m\, \mathrm{d}Z^{[2]} A^{[1]\top} & (2, 4) \\
\mathrm{d}A^{[1]} &= W^{[2]\top}\, \mathrm{d}Z^{[2]} & (4, 5) \\
\mathrm{d}Z^{[1]} &= \mathrm{d}A^{[1]} \odot A^{[1]} \odot (1 - A^{[1]}) & (4, 5) \\
\mathrm{d}W^{[1]} &= \tfrac1m\, \mathrm{d}Z^{[1]} X^\top & (4, 3)
\end{aligned}""",
    right=_columns, wrong=lambda *given: _columns(*given, mean=False),
    mistake="the second $1/m$ is left out, as if it had come down with $\\mathrm{d}Z$",
)
def columns(formula):
    """The slopes of the loss by complex steps, with rows as samples, then transposed; three of the five times $m$."""
    (x, y, m, a, h1, W2), (z2, V2, h, z1, V1) = _slopes()
    found = formula(x.T, y.T, m, h1.T, a.T, W2.T)
    return worst(zip(found, (m * z2.T, V2.T, m * h.T, m * z1.T, V1.T), strict=True))
