"""The equations of docs/symmetry/three-updates.md: backward by hand, the tie that lasts, and the one unit it leaves."""

from fractions import Fraction
from math import exp

import numpy as np
import sympy

from equations import exact, numerical, symbolic
from equations._common import EPS, gradient, gradients, logistic, sigmoid, worst
from initbook import activations, losses, network, symmetry


def _draws(*shapes):
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape) for shape in shapes]


@exact("eq-three-data",
       right=lambda: ([(1, 0, 2), (1, 1, 2), (0, 0, 3), (0, 0, 0), (2, 0, 1)],
                      [(1, 1), (1, 0), (1, 0), (0, 1), (1, 0)]),
       wrong=("(0, 1)", "(1, 0)"), mistake="the labels of sample 4 change places")
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


def _problem():
    """The page's data, with random weights and biases in place of its zeros."""
    x, y = (np.array(a, float) for a in data.right())
    return x, y, *_draws((3, 4), 4, (4, 2), 2)


def _forward(x, W1, b1, W2, b2):
    trace = network.forward([(W1, b1), (W2, b2)], x, [activations.sigmoid, activations.sigmoid])
    return trace.z[1], trace.h[1], trace.z[2], trace.h[2]


@numerical("eq-three-forward", package="network.forward activations.sigmoid.f",
           right=_forward, wrong=("[activations.sigmoid, ", "[activations.tanh, "),
           mistake="another activation in the hidden layer")
def forward(formula):
    """Unit by unit and sample by sample, in sums over the weights that each unit owns."""
    x, _, W1, b1, W2, b2 = _problem()

    def layer(rows, W, b):
        return [[b[j] + sum(row[i] * W[i, j] for i in range(len(W))) for j in range(len(b))] for row in rows]

    def squashed(rows):
        return [[1 / (1 + exp(-z)) for z in row] for row in rows]

    z1 = layer(x, W1, b1)
    z2 = layer(squashed(z1), W2, b2)
    return worst(zip((z1, squashed(z1), z2, squashed(z2)), formula(x, W1, b1, W2, b2), strict=True))


def _slopes():
    """The network of the page at random weights, and the slopes of its loss in z², W², h¹, z¹ and W¹."""
    x, y, W1, b1, W2, b2 = _problem()
    z1 = x @ W1 + b1
    h1 = sigmoid(z1)
    losses = [(lambda z: logistic(z, y), h1 @ W2 + b2),
              (lambda W: logistic(h1 @ W + b2, y), W2),
              (lambda h: logistic(h @ W2 + b2, y), h1),
              (lambda z: logistic(sigmoid(z) @ W2 + b2, y), z1),
              (lambda W: logistic(sigmoid(x @ W + b1) @ W2 + b2, y), W1)]
    return x, y, h1, sigmoid(h1 @ W2 + b2), [gradient(loss, at) for loss, at in losses]


def _backward(x, y, W1, b1, W2, b2, model):
    trace = network.forward([(W1, b1), (W2, b2)], x, model)
    dz2 = losses.sigmoid_cross_entropy.grad(trace.z[2], y)
    grads = network.backward([(W1, b1), (W2, b2)], trace, model, dz2)
    return dz2, grads.params[1][0], grads.h[1], grads.z[1], grads.params[0][0]


@numerical("eq-three-backward",
           package="network.backward losses.sigmoid_cross_entropy.grad activations.sigmoid.df network.forward",
           right=_backward, wrong=("dz2)\n", "dz2 * trace.h[2])\n"),
           mistake="the gradient at the top is multiplied by $a$ on its way down")
def backward(formula):
    """The slope of the loss in every entry of all five, by a complex step, at random weights."""
    return worst(zip(formula(*_problem(), activations.sigmoid), _slopes()[-1], strict=True))


@numerical("eq-three-between",
           right=lambda x, a, y, m, W2, h1, p: (x.T @ ((a - y) / m @ W2.T * h1 * (1 - h1)), x.T @ ((p - y) / m)),
           wrong=(" * h1 * (1 - h1)", ""), mistake="the hidden layer's slope is forgotten")
def between(formula):
    """Complex steps in the first weights of the network, and in those of a logistic regression on the same data, whose
    prediction is `p`."""
    (x, y, h1, a, slopes), (W,) = _slopes(), _draws((3, 2))
    regression = gradient(lambda W: logistic(x @ W, y), W)
    claimed = formula(x, a, y, len(y), _problem()[4], h1, sigmoid(x @ W))
    return worst(zip(claimed, (slopes[-1], regression), strict=True))


@symbolic("eq-three-sigmoid-line",
          right=lambda r: sympy.Rational(1, 2) + sympy.Rational(1, 4) * r - sympy.Rational(1, 48) * r**3,
          wrong=(" - ", " + "), mistake="plus before the cube")
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

    return [a - rate * slope for a, rate, slope in zip(params, rates, gradients(loss, params), strict=True)]


@numerical("eq-three-tied",
           right=lambda w, beta, v, ones: (w[:, None] * ones, beta * ones, ones[:, None] * v),
           wrong=("w[:, None]", "w[:1, None] + 0 * w[:, None]"), mistake="all entries of $W^1$ are equal")
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


def _one_unit(u, w, n, eta, x, g, f, df, t):
    (rate_w, _), (rate_u, _) = symmetry.collapsed_rates([len(w), n, u.shape[1]], eta)
    return (u - n * eta * f(t).T @ g, w - eta / n * x.T @ (g @ u.T * df(t)),
            u - rate_u * f(t).T @ g, w - rate_w * x.T @ (g @ u.T * df(t)))


@numerical("eq-three-one-unit", package="symmetry.collapsed_rates",
           right=_one_unit, wrong=("n * eta", "eta"), mistake="the rate of the outgoing weights stays what it was")
def one_unit(formula):
    """A whole network of four tied tanh units takes a step, by complex steps; its first unit is read off, with four
    times its outgoing weights."""
    n, eta = 4, 0.3
    x, y, w, beta, v = _draws((6, 3), (6, 2), 3, (), 2)
    ones = np.ones(n)
    W1, _, W2 = _stepped((np.outer(w, ones), beta * ones, np.outer(ones, v)), x, y, rates=(eta, eta, eta))
    t, u = (x @ w + beta)[:, None], n * v[None]
    g = (np.tanh(t) @ u - y) / len(y)
    found = formula(u, w[:, None], n, eta, x, g, np.tanh, lambda t: 1 - np.tanh(t) ** 2, t)
    return worst(zip((n * W2[:1], W1[:, :1]) * 2, found, strict=True))


@numerical("eq-three-bound",
           right=lambda L: (L >= (least := 2 / 5 * np.log(2)), least),
           wrong=("2 / 5", "2"), mistake="the mean over five samples is forgotten")
def bound(formula):
    """The cost of question 2 on samples 1, 3 and 5, searched over all predictions in hundredths of which the first lies
    between the others: it is nowhere below the bound, and has the bound itself as its least value. No loss of 1000
    random networks with tied units is below it."""
    x, y = (np.array(a, float) for a in data.right())
    p = np.linspace(0, 1, 101)
    p1, p3, p5 = p[1:-1, None, None], p[:-1, None], p[:-1]
    cost = np.where((np.minimum(p3, p5) <= p1) & (p1 <= np.maximum(p3, p5)),
                    -np.log(p1) - np.log(1 - p3) - np.log(1 - p5), np.inf) / 5
    w, beta, u, c = _draws((1000, 3, 1), (1000, 1, 1), (1000, 1, 2), (1000, 1, 2))
    found = np.append(cost, [logistic(z, y) for z in sigmoid(10 * (x @ w + beta)) @ (3 * u) + c])
    above, least = formula(found + 10 * EPS)
    return np.sum(~above) + abs(cost.min() - least), 10 * EPS


def _columns(X, Y, m, A1, A2, W2):
    dZ2 = A2 - Y
    dW2 = 1 / m * dZ2 @ A1.T
    dA1 = W2.T @ dZ2
    dZ1 = dA1 * A1 * (1 - A1)
    dW1 = 1 / m * dZ1 @ X.T
    return dZ2, dW2, dA1, dZ1, dW1


@numerical("eq-three-columns",
           right=_columns, wrong=("1 / m * dZ1", "dZ1"),
           mistake="the second $1/m$ is left out, as if it had come down with $\\mathrm{d}Z$")
def columns(formula):
    """The slopes of the loss by complex steps, with rows as samples, then transposed; three of the five times $m$. The
    shapes are those that stand beside the lines."""
    x, y, h1, a, (z2, V2, h, z1, V1) = _slopes()
    m = len(y)
    found = formula(x.T, y.T, m, h1.T, a.T, _problem()[4].T)
    assert [d.shape for d in found] == [(2, 5), (2, 4), (4, 5), (4, 5), (4, 3)]
    return worst(zip(found, (m * z2.T, V2.T, m * h.T, m * z1.T, V1.T), strict=True))
