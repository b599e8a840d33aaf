"""The equations of docs/symmetry/theorem.md."""

from fractions import Fraction
from itertools import combinations, permutations, product

import numpy as np
import sympy as sp

from equations import exact, numerical, symbolic
from equations._common import gradient, worst
from initbook.symmetry import permute_units


@exact("eq-permuted",
       tex=r"""\begin{aligned}
W^l &\to W^l P, \\
b^l &\to b^l P, \\
W^{l+1} &\to P^\top W^{l+1}.
\end{aligned}""",
       right=lambda W, b, V, P: (W @ P, b @ P, P.T @ V),
       wrong=lambda W, b, V, P: (W @ P, b @ P, P @ V),
       mistake="the outgoing weights move the other way")
def renamed_layer(formula):
    """All orders of four units. Column, bias and row of each unit are moved by hand, one unit at a time, and by
    `initbook.symmetry.permute_units`."""
    W, b, V = np.arange(12).reshape(3, 4), np.arange(4), np.arange(8).reshape(4, 2)
    off = 0
    for order in permutations(range(4)):
        P = np.zeros((4, 4), dtype=int)
        for new, old in enumerate(order):
            P[old, new] = 1
        by_hand = [[W[:, j] for j in order], [b[j] for j in order], [V[j] for j in order]]
        (Wp, bp), (Vp, _) = permute_units([(W, b), (V, np.zeros(2))], 1, order)
        for found, moved, package in zip(formula(W, b, V, P), by_hand, (Wp.T, bp, Vp), strict=True):
            found = found.T if found.shape == W.shape else found
            off += np.abs(found - moved).sum() + np.abs(found - package).sum()
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
          tex=r"L(\Pi \theta) = L(\theta) \qquad \text{for all } \theta.",
          right=lambda L, Pi, theta: (L(Pi * theta), L(theta)),
          wrong=lambda L, Pi, theta: (L((Pi * theta)[:, :2].row_join(theta[:, 2:])), L(theta)),
          mistake="the outgoing weights stay where they are")
def invariant_loss(formula):
    """Three hidden units and two outputs; the activation $f$ and the loss are symbols of which nothing is known. All
    six renamings."""
    return sum(_differ(*formula(_any_network, Pi, _THETA)) for Pi in _RENAMINGS), 0


@symbolic("eq-equivariant-gradient",
          tex=r"\nabla L(\Pi \theta) = \Pi\, \nabla L(\theta).",
          right=lambda grad, Pi, theta: (grad(Pi * theta), Pi * grad(theta)),
          wrong=lambda grad, Pi, theta: (grad(Pi * theta), Pi.T * grad(theta)),
          mistake="the gradient is renamed the other way")
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
       tex=r"\theta \in \mathcal T \iff \Pi \theta = \theta .",
       right=lambda swaps, theta: all(Pi(theta) == theta for Pi in swaps),
       wrong=lambda swaps, theta: any(Pi(theta) == theta for Pi in swaps),
       mistake="one of the swaps is enough")
def fixed_points(formula):
    """Five units in a group of three and a group of two; the incoming and the outgoing weight of each is 0 or 1. All
    1024 such networks, against the definition of tied."""
    groups = [(0, 1, 2), (3, 4)]
    swaps = [_swap(j, k) for group in groups for j, k in combinations(group, 2)]
    networks = product(list(product([0, 1], repeat=2)), repeat=5)
    return sum(formula(swaps, theta) != all(len({theta[j] for j in group}) == 1 for group in groups)
               for theta in networks), 0


def _cross_entropy(z):
    """Of softmax, all samples in class 0; written so that it can be differentiated by complex steps."""
    return (np.log(np.exp(z).sum(axis=1)) - z[:, 0]).mean()


def _cut(theta, shapes):
    """A long vector as arrays of these shapes."""
    ends = np.cumsum([np.prod(shape) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(np.split(theta, ends), shapes, strict=False)]


def _flat(arrays):
    return np.concatenate([array.ravel() for array in arrays])


def _gradients(weights, x):
    """dL/dW for each W of a tanh network without biases, by complex steps."""
    shapes = [W.shape for W in weights]

    def loss(theta):
        *hidden, last = _cut(theta, shapes)
        h = x
        for W in hidden:
            h = np.tanh(h @ W)
        return _cross_entropy(h @ last)

    return _cut(gradient(loss, _flat(weights)), shapes)


_N = (1, 4, 3, 1)  # units of two tied hidden layers, between an input and an output that count as 1


def _tied_and_collapsed():
    """For each layer: w of a tied network with its gradient g, W of the one-unit network with its G."""
    rng = np.random.default_rng(0)
    x, one = rng.normal(size=(5, 3)), [rng.normal(size=shape) for shape in [(3, 1), (1, 1), (1, 2)]]
    # Outgoing weights add up to those of the one unit.
    tied = [np.tile(W, (below, n)) / below for W, below, n in zip(one, _N, _N[1:], strict=False)]
    return zip(tied, _gradients(tied, x), one, _gradients(one, x), strict=True)


@numerical("eq-collapsed-gradient",
           tex=r"G = n_{l-1} n_l \cdot \frac{g}{n_{l-1}} = n_l\, g .",
           right=lambda n_below, n, g: (n_below * n * (g / n_below), n * g),
           wrong=lambda n_below, n, g: (n_below * n * g, n * g),
           mistake="each copy moves by all of $\\delta$")
def collapsed_gradient(formula):
    """A tanh network with tied layers of 4 and 3 units, and the one-unit network that computes the same function. Every
    entry of both gradients, in all three layers, by complex steps."""
    layers = zip(_tied_and_collapsed(), _N, _N[1:], strict=False)
    return worst((G, found) for (_, g, _, G), below, n in layers for found in formula(below, n, g))


@numerical("eq-collapsed-step",
           tex=r"""\begin{aligned}
W' &= W - \eta\, n_{l-1}\, g \\
&= W - \eta\, \frac{n_{l-1}}{n_l}\, G .
\end{aligned}""",
           right=lambda W, eta, n_below, n, g, G: (W - eta * n_below * g, W - eta * n_below / n * G),
           wrong=lambda W, eta, n_below, n, g, G: (W - eta * n_below * g, W - eta * n / n_below * G),
           mistake="the two widths change places")
def collapsed_step(formula):
    """The same two networks. The tied one takes a step of gradient descent; then the outgoing weights of each layer's
    units are added up."""
    eta, pairs = 0.3, []
    for l, (w, g, W, G) in enumerate(_tied_and_collapsed()):
        stepped = w - eta * g
        added = stepped.sum(axis=0, keepdims=True) if l else stepped
        pairs += [(added, found) for found in formula(W, eta, _N[l], _N[l + 1], g, G)]
    return worst(pairs)


def _one_hidden_layer(f):
    """A network with four hidden units, and the parts that the chain rule takes apart."""
    rng = np.random.default_rng(1)
    x, W, b, V = (rng.normal(size=shape) for shape in [(6, 3), (3, 4), 4, (4, 2)])
    return x, W, b, V, lambda W, b, V: f(x @ W + b) @ V


def _slopes(output, W, b, V):
    """The derivatives of the loss for W and V, and for the output, by complex steps."""
    shapes = [W.shape, b.shape, V.shape]
    found = gradient(lambda theta: _cross_entropy(output(*_cut(theta, shapes))), _flat([W, b, V]))
    z = output(W, b, V)
    dW, _, dV = _cut(found, shapes)
    return dW, dV, gradient(lambda t: _cross_entropy(t.reshape(z.shape)), z.ravel()).reshape(z.shape)


@numerical("eq-incoming-gradient",
           tex=r"\frac{\partial L}{\partial w_j} = (h^{l-1})^\top \bigl[ (g\, v_j^\top) \odot f'(z_j) \bigr].",
           right=lambda h, g, v, df, z: h.T @ ((g @ v) * df(z)),
           wrong=lambda h, g, v, df, z: h.T @ (g @ v) * df(z).mean(),
           mistake="the mean of $f'$ stands before the sum")
def incoming_gradient(formula):
    """Four tanh units, three features, two outputs. Each incoming weight by a complex step, and $g$ as well."""
    x, W, b, V, output = _one_hidden_layer(np.tanh)
    dW, _, g = _slopes(output, W, b, V)
    z = x @ W + b
    return worst((dW[:, j], formula(x, g, V[j], lambda z: 1 - np.tanh(z) ** 2, z[:, j])) for j in range(4))


@numerical("eq-untied-gradient",
           tex=r"""\begin{aligned}
&\frac{\partial L}{\partial w_j} - \frac{\partial L}{\partial w_k} \\
&\quad = (h^{l-1})^\top \bigl[ f'(z_j) \\
&\qquad \odot \bigl(g\, (v_j - v_k)^\top\bigr) \bigr].
\end{aligned}""",
           right=lambda h, g, v_j, v_k, df, z: h.T @ (df(z) * (g @ (v_j - v_k))),
           wrong=lambda h, g, v_j, v_k, df, z: h.T @ (df(z) * (g @ (v_j + v_k))),
           mistake="a plus for the minus")
def untied_gradient(formula):
    """The same network with equal incoming weights and biases, and different outgoing weights; all pairs of units."""
    x, W, b, V, output = _one_hidden_layer(np.tanh)
    W[:], b[:] = W[:, :1], b[0]
    dW, _, g = _slopes(output, W, b, V)
    z = (x @ W + b)[:, 0]
    return worst((dW[:, j] - dW[:, k], formula(x, g, V[j], V[k], lambda z: 1 - np.tanh(z) ** 2, z))
                 for j, k in combinations(range(4), 2))


def _relu(z):
    return z * (z.real > 0)


@numerical("eq-multiples-gradient",
           tex=r"""\begin{aligned}
\frac{\partial L}{\partial v_j} &= h_j^\top g = \alpha_j\, f(\zeta)^\top g, \\
\frac{\partial L}{\partial w_j} &= x^\top \bigl[(g\, v_j^\top) \odot f'(z_j)\bigr] \\
&= \alpha_j\, x^\top \bigl[(g\, \nu^\top) \odot f'(\zeta)\bigr],
\end{aligned}""",
           right=lambda h, g, x, v, z, alpha, zeta, nu, f, df: (
               (h.T @ g, alpha * f(zeta).T @ g),
               (x.T @ ((g @ v) * df(z)), alpha * x.T @ ((g @ nu) * df(zeta)))),
           wrong=lambda h, g, x, v, z, alpha, zeta, nu, f, df: (
               (h.T @ g, alpha * f(zeta).T @ g),
               (x.T @ ((g @ v) * df(z)), alpha * x.T @ ((g @ nu) * alpha * df(zeta)))),
           mistake="$f'$ is scaled as $f$ is")
def multiples_gradient(formula):
    """Four ReLU units that are positive multiples of one unit, each with its own factor. All weights by complex
    steps."""
    x, W, b, V, output = _one_hidden_layer(_relu)
    omega, beta, nu, alpha = W[:, 0].copy(), b[0], V[0].copy(), np.array([0.25, 0.5, 1.5, 3.0])
    W[:], b[:], V[:] = np.outer(omega, alpha), beta * alpha, np.outer(alpha, nu)
    dW, dV, g = _slopes(output, W, b, V)
    z, zeta, pairs = x @ W + b, x @ omega + beta, []
    for j in range(4):
        for_v, for_w = formula(_relu(z[:, j]), g, x, V[j], z[:, j], alpha[j], zeta, nu, _relu, lambda z: z > 0)
        pairs += [(dV[j], found) for found in for_v] + [(dW[:, j], found) for found in for_w]
    return worst(pairs)


@exact("eq-tied-mean",
       tex=r"L(\bar\theta) \le \text{mean of } L(\Pi\theta) = L(\theta),",
       right=lambda L_bar, mean_L, L_theta: L_bar <= mean_L == L_theta,
       wrong=lambda L_bar, mean_L, L_theta: L_bar < mean_L == L_theta,
       mistake="< for ≤, which fails where $\\theta$ is tied already")
def tied_mean(formula):
    """A convex loss of three weights that does not see their names, the sum of their squares plus the largest of
    them, at all points with entries 0 to 4. How often one of the two relations fails, in fractions."""
    def L(theta):
        return sum(t**2 for t in theta) + max(theta)

    failed = 0
    for theta in product(map(Fraction, range(5)), repeat=3):
        renamed = list(permutations(theta))
        theta_bar = [sum(entries) / 6 for entries in zip(*renamed, strict=True)]
        failed += not formula(L(theta_bar), sum(map(L, renamed)) / 6, L(theta))
    return failed, 0
