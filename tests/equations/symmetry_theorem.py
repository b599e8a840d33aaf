"""The equations of docs/symmetry/theorem.md: names of units do not matter, and tied units are one unit."""

from fractions import Fraction
from itertools import combinations, permutations, product

import numpy as np
import sympy as sp

from equations import exact, numerical, symbolic
from equations._common import cross_entropy, gradient, gradients, relu, worst
from initbook import symmetry


@exact("eq-permuted", package="symmetry.permute_units",
       right=lambda W, b, V, c, P, order: ((W @ P, b @ P, P.T @ V),
                                           sum(symmetry.permute_units([(W, b), (V, c)], 1, order), ())[:3]),
       wrong=("P.T @ V", "P @ V"), mistake="the outgoing weights move the other way")
def renamed_layer(formula):
    """All orders of four units. Column, bias and row of each unit are moved by hand, one unit at a time."""
    W, b, V, off = np.arange(12).reshape(3, 4), np.arange(4), np.arange(8).reshape(4, 2), 0
    for order in permutations(range(4)):
        P = np.zeros((4, 4), dtype=int)
        for new, old in enumerate(order):
            P[old, new] = 1
        by_hand = [np.transpose([W[:, j] for j in order]), [b[j] for j in order], [V[j] for j in order]]
        for claimed in formula(W, b, V, np.zeros(2), P, order):
            off += sum(np.abs(found - moved).sum() for found, moved in zip(claimed, by_hand, strict=True))
    return off, 0


class _f(sp.Function):
    """Any activation: a function of which nothing is known but the name of its derivative."""

    def fdiff(self, argindex=1):
        return sp.Function("df")(*self.args)


class _loss(sp.Function):
    """Any loss of two outputs."""

    def fdiff(self, argindex=1):
        return sp.Function(f"dloss{argindex}")(*self.args)


# One row a unit: its incoming weight, its bias, its two outgoing weights. A renaming Π exchanges rows.
_THETA = sp.Matrix(3, 4, sp.symbols("theta:12"))
_RENAMINGS = [sp.Matrix(3, 3, lambda i, j, order=order: int(order[i] == j)) for order in permutations(range(3))]


def _any_network(theta):
    """The loss of a network with three hidden units, for any input, activation, output biases and loss."""
    x, c1, c2 = sp.symbols("x c1 c2")
    h = [_f(x * theta[j, 0] + theta[j, 1]) for j in range(3)]
    return _loss(*(c + sum(h[j] * theta[j, k] for j in range(3)) for c, k in ((c1, 2), (c2, 3))))


def _differ(a, b):
    return sp.expand(a) != sp.expand(b)


@symbolic("eq-invariant-loss",
          right=lambda L, Pi, theta: (L(Pi * theta), L(theta)),
          wrong=("L(Pi * theta)", "L((Pi * theta)[:, :2].row_join(theta[:, 2:]))"),
          mistake="the outgoing weights stay where they are")
def invariant_loss(formula):
    """Three hidden units and two outputs; all weights, the activation $f$ and the loss are symbols of which nothing is
    known. All six renamings."""
    return sum(_differ(*formula(_any_network, Pi, _THETA)) for Pi in _RENAMINGS), 0


@symbolic("eq-equivariant-gradient",
          right=lambda grad_L, Pi, theta: (grad_L(Pi * theta), Pi * grad_L(theta)),
          wrong=("Pi * grad_L", "Pi.T * grad_L"), mistake="the gradient is renamed the other way")
def equivariant_gradient(formula):
    """The same network, differentiated by sympy for each of its weights; then the renamed weights are put in."""
    slopes = sp.Matrix(3, 4, [sp.diff(_any_network(_THETA), weight) for weight in _THETA])

    def grad(point):
        return slopes.xreplace(dict(zip(_THETA, point, strict=True)))

    return sum(_differ(*formula(grad, Pi, _THETA)) for Pi in _RENAMINGS), 0


def _swap(j, k):
    order = {j: k, k: j}
    return lambda units: tuple(units[order.get(i, i)] for i in range(len(units)))


@exact("eq-fixed-points",
       right=lambda theta, T, swaps: (theta in T) == all(Pi(theta) == theta for Pi in swaps),
       wrong=("all", "any"), mistake="one of the swaps is enough")
def fixed_points(formula):
    """Five units in a group of three and a group of two; the incoming and the outgoing weight of each is 0 or 1. All
    1024 such networks; $\\mathcal T$ is the set of those whose groups are tied."""
    groups = [(0, 1, 2), (3, 4)]
    swaps = [_swap(j, k) for group in groups for j, k in combinations(group, 2)]
    networks = list(product(product([0, 1], repeat=2), repeat=5))
    T = {theta for theta in networks if all(len({theta[j] for j in group}) == 1 for group in groups)}
    return sum(not formula(theta, T, swaps) for theta in networks), 0


_SIZES = (3, 4, 3, 2)
_N = (1, 4, 3, 1)  # units of the two tied hidden layers, between an input and an output that count as 1


def _tied_and_collapsed():
    """For each layer l: l, w of a tied tanh network with its gradient g, W of the one-unit network with its G, all by
    complex steps."""
    rng = np.random.default_rng(0)
    x, one = rng.normal(size=(5, 3)), [rng.normal(size=shape) for shape in [(3, 1), (1, 1), (1, 2)]]
    # Outgoing weights add up to those of the one unit.
    tied = [np.tile(W, (below, n)) / below for W, below, n in zip(one, _N, _N[1:], strict=False)]

    def loss(*weights):
        h = x
        for W in weights[:-1]:
            h = np.tanh(h @ W)
        return cross_entropy(h @ weights[-1], [1, 0])

    return zip((1, 2, 3), tied, gradients(loss, tied), one, gradients(loss, one), strict=True)


@numerical("eq-collapsed-gradient",
           right=lambda n, l, g: (n[l - 1] * n[l] * g / n[l - 1], n[l] * g),
           wrong=(" / n[l - 1]", ""), mistake="each copy moves by all of $\\delta$")
def collapsed_gradient(formula):
    """A tanh network with tied layers of 4 and 3 units, and the one-unit network that computes the same function. Every
    entry of both gradients, in all three layers, by complex steps."""
    return worst((G, found) for l, _, g, _, G in _tied_and_collapsed() for found in formula(_N, l, g))


@numerical("eq-collapsed-step", package="symmetry.collapsed_rates",
           right=lambda W, eta, n, l, g, G, sizes: (W - eta * n[l - 1] * g, W - eta * n[l - 1] / n[l] * G,
                                                    W - symmetry.collapsed_rates(sizes, eta)[l - 1][0] * G),
           wrong=("n[l - 1] / n[l]", "n[l] / n[l - 1]"), mistake="the two widths change places")
def collapsed_step(formula):
    """The same two networks. The tied one takes a step of gradient descent; then the outgoing weights of each layer's
    units are added up."""
    eta, pairs = 0.3, []
    for l, w, g, W, G in _tied_and_collapsed():
        stepped = w - eta * g
        added = stepped if l == 1 else stepped.sum(axis=0, keepdims=True)
        pairs += [(added, found) for found in formula(W, eta, _N, l, g, G, _SIZES)]
    return worst(pairs)


def _one_hidden_layer():
    """An input and the weights of a network with four hidden units."""
    rng = np.random.default_rng(1)
    return [rng.normal(size=shape) for shape in [(6, 3), (3, 4), 4, (4, 2)]]


def _slopes(f, x, W, b, V):
    """The derivatives of the loss for W and V, and for the output, by complex steps."""
    dW, _, dV = gradients(lambda W, b, V: cross_entropy(f(x @ W + b) @ V, [1, 0]), (W, b, V))
    return dW, dV, gradient(lambda z: cross_entropy(z, [1, 0]), f(x @ W + b) @ V)


@numerical("eq-incoming-gradient",
           right=lambda h, g, v, df, z, j: h.T @ ((g @ v[j]) * df(z[j])),
           wrong=("df(z[j])", "df(z[j]).mean()"), mistake="the mean of $f'$ stands before the sum")
def incoming_gradient(formula):
    """Four tanh units, three features, two outputs. Each incoming weight by a complex step, and $g$ as well."""
    x, W, b, V = _one_hidden_layer()
    dW, _, g = _slopes(np.tanh, x, W, b, V)
    return worst((dW[:, j], formula(x, g, V, lambda z: 1 - np.tanh(z) ** 2, (x @ W + b).T, j)) for j in range(4))


@numerical("eq-untied-gradient",
           right=lambda h, df, z, g, v, j, k: h.T @ (df(z[j]) * (g @ (v[j] - v[k]))),
           wrong=("v[j] - v[k]", "v[j] + v[k]"), mistake="a plus for the minus")
def untied_gradient(formula):
    """The same network with equal incoming weights and biases, and different outgoing weights; all pairs of units."""
    x, W, b, V = _one_hidden_layer()
    W[:], b[:] = W[:, :1], b[0]
    dW, _, g = _slopes(np.tanh, x, W, b, V)
    z = (x @ W + b).T
    return worst((dW[:, j] - dW[:, k], formula(x, lambda z: 1 - np.tanh(z) ** 2, z, g, V, j, k))
                 for j, k in combinations(range(4), 2))


@numerical("eq-multiples-gradient",
           right=lambda h, g, alpha, f, zeta, x, v, df, z, nu: (
               (h.T @ g, alpha * f(zeta).T @ g),
               (x.T @ ((g @ v) * df(z)), alpha * x.T @ ((g @ nu) * df(zeta)))),
           wrong=("* df(zeta)", "* alpha * df(zeta)"), mistake="$f'$ is scaled as $f$ is")
def multiples_gradient(formula):
    """Four ReLU units that are positive multiples of one unit, each with its own factor. All weights by complex
    steps."""
    x, W, b, V = _one_hidden_layer()
    omega, nu, alpha = W[:, 0].copy(), V[0].copy(), np.array([0.25, 0.5, 1.5, 3.0])
    beta = -np.median(x @ omega)  # so that the units are open for half of the samples
    W[:], b[:], V[:] = np.outer(omega, alpha), beta * alpha, np.outer(alpha, nu)
    dW, dV, g = _slopes(relu, x, W, b, V)
    z, zeta, pairs = x @ W + b, x @ omega + beta, []
    for j in range(4):
        for_v, for_w = formula(relu(z[:, j]), g, alpha[j], relu, zeta, x, V[j], lambda z: z > 0, z[:, j], nu)
        pairs += [(dV[j], found) for found in for_v] + [(dW[:, j], found) for found in for_w]
    return worst(pairs)


@exact("eq-tied-mean",
       right=lambda L, theta_bar, renamings, theta: (
           L(theta_bar) <= sum(L(renamed) for renamed in renamings) / len(renamings) == L(theta)),
       wrong=("<=", "<"), mistake="< for ≤, which fails where $\\theta$ is tied already")
def tied_mean(formula):
    """A convex loss of three weights that does not see their names, the sum of their squares plus the largest of
    them, at all points with entries 0 to 4. How often one of the two relations fails, in fractions."""
    def L(theta):
        return sum(t**2 for t in theta) + max(theta)

    failed = 0
    for theta in product(map(Fraction, range(5)), repeat=3):
        renamed = list(permutations(theta))
        theta_bar = [sum(entries) / 6 for entries in zip(*renamed, strict=True)]
        failed += not formula(L, theta_bar, renamed, theta)
    return failed, 0
