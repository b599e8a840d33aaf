"""The equations of docs/symmetry/what-moves.md."""

from fractions import Fraction

import numpy as np

from equations import exact, numerical

STEP = 1e-5
ROUNDING = 10 * (STEP**2 + np.finfo(float).eps / STEP)
"""How far a central difference with this step may be off: its own error, and that of the two losses."""


def _softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _loss(params, x, y, moves=None, f=_sigmoid):
    """The cross-entropy of a network; `moves` are added to its pre-activations, one array a layer."""
    h = x
    for l, (W, b) in enumerate(params):
        z = h @ W + b + (moves[l] if moves else 0)
        h = f(z)
    return -np.mean(np.sum(y * np.log(_softmax(z)), axis=1))


def _slope(loss, array):
    """Central differences of `loss` in every entry of an array, which is changed for each and changed back."""
    found = np.zeros_like(array)
    for at in np.ndindex(array.shape):
        for sign in (1, -1):
            array[at] += sign * STEP
            found[at] += sign * loss() / (2 * STEP)
            array[at] -= sign * STEP
    return found


def _data(classes):
    """Six samples of three features, with these classes of three."""
    return np.random.default_rng(0).normal(size=(6, 3)), np.eye(3)[classes]


@numerical("eq-moves-chain",
           tex=r"\begin{aligned} \delta^{l-1} &= \bigl(\delta^l\, (W^l)^\top\bigr) \odot f'(z^{l-1}), \\"
               r" \frac{\partial L}{\partial W^l} &= (h^{l-1})^\top \delta^l, \\"
               r" \frac{\partial L}{\partial b^l} &= \sum_{i=1}^m \delta^l_i . \end{aligned}",
           right=lambda delta, W, slope, h: ((delta @ W.T) * slope, h.T @ delta, np.sum(delta, axis=0)),
           wrong=lambda delta, W, slope, h: (delta @ W.T, h.T @ delta, np.sum(delta, axis=0)),
           mistake="the slope of the activation left out")
def moves_chain(formula):
    r"""A random sigmoid network with three layers of weights: every derivative, in $W^l$, $b^l$ and in each entry of
    each $z^l$, by central differences of its loss."""
    (x, y), rng = _data([0, 0, 0, 1, 1, 2]), np.random.default_rng(1)
    params = [(rng.normal(size=(n, k)), rng.normal(size=k)) for n, k in ((3, 4), (4, 2), (2, 3))]
    moves = [np.zeros((6, len(b))) for _, b in params]
    by_z = [_slope(lambda: _loss(params, x, y, moves), move) for move in moves]
    h, off = [x], []
    for W, b in params:
        h.append(_sigmoid(h[-1] @ W + b))
    for l, (W, b) in enumerate(params):
        below, by_W, by_b = formula(by_z[l], W, h[l] * (1 - h[l]), h[l])
        off += [by_W - _slope(lambda: _loss(params, x, y), W), by_b - _slope(lambda: _loss(params, x, y), b)]
        off += [below - by_z[l - 1]] if l else []
    return max(np.max(abs(difference)) for difference in off), ROUNDING


@numerical("eq-first-logit-update",
           tex=r"\begin{aligned} \frac{\partial L}{\partial b^L_k} &= \sum_i \delta^L_{ik} = \frac1C - p_k, \\"
               r" \frac{\partial L}{\partial W^L_{jk}} &= f(0) \left( \frac1C - p_k \right). \end{aligned}",
           right=lambda C, p, f0: (1 / C - p, f0 * (1 / C - p)),
           wrong=lambda C, p, f0: (1 / C - p, 1 / C - p),
           mistake="a hidden unit that puts out 1 at the start")
def first_logit_update(formula):
    r"""A sigmoid network with five hidden units, all of it zero, on six samples of three unequal classes: the slope
    of its loss in every entry of $W^L$ and $b^L$ by central differences, and the sum of those in $z^L$."""
    x, y = _data([0, 0, 0, 1, 1, 2])
    params = [(np.zeros((3, 5)), np.zeros(5)), (np.zeros((5, 3)), np.zeros(3))]
    moves = [np.zeros((6, 5)), np.zeros((6, 3))]
    by_b, by_W = formula(3, np.mean(y, axis=0), f0=1 / 2)
    off = [_slope(lambda: _loss(params, x, y), params[1][1]) - by_b,
           np.sum(_slope(lambda: _loss(params, x, y, moves), moves[1]), axis=0) - by_b,
           _slope(lambda: _loss(params, x, y), params[1][0]) - by_W]
    return max(np.max(abs(difference)) for difference in off), ROUNDING


@numerical("eq-second-update",
           tex=r"\sum_i \delta^{L-1}_{ij} = f'(0)\, \eta f(0) \sum_k (a_k - p_k)\, d_k .",
           right=lambda eta, f0, df0, a, p, d: df0 * eta * f0 * np.sum((a - p) * d),
           wrong=lambda eta, f0, df0, a, p, d: df0 * eta * np.sum((a - p) * d),
           mistake="the last weights taken as $\\eta d$, without the $f(0)$ of the signal that they grew from")
def second_update(formula):
    r"""A sigmoid network with two hidden layers of five and four units, from zero: one step of rate 1 along central
    differences of the loss, and the slope in each entry of $b^{L-1}$ after it. Its logits must be those of the
    line."""
    (x, y), eta = _data([0, 0, 0, 1, 1, 2]), 1.0
    params = [(np.zeros((n, k)), np.zeros(k)) for n, k in ((3, 5), (5, 4), (4, 3))]
    steps = [[_slope(lambda: _loss(params, x, y), array) for array in pair] for pair in params]
    for pair, slopes in zip(params, steps, strict=True):
        for array, slope in zip(pair, slopes, strict=True):
            array -= eta * slope
    p = np.mean(y, axis=0)
    d, s = p - 1 / 3, eta * (1 + 4 * (1 / 2) ** 2)
    claimed = formula(eta, 1 / 2, 1 / 4, _softmax((s * d)[None])[0], p, d)
    return np.max(abs(_slope(lambda: _loss(params, x, y), params[1][1]) - claimed)), ROUNDING


@exact("eq-mean-predictor",
       tex=r"\begin{aligned} L(a) &= \tfrac12 \sum_k (a_k - p_k)^2 \\ &\quad + \tfrac12"
           r" \sum_k p_k (1 - p_k) . \end{aligned}",
       right=lambda a, p: sum((a_k - p_k) ** 2 + p_k * (1 - p_k) for a_k, p_k in zip(a, p, strict=True)) / 2,
       wrong=lambda a, p: sum((a_k - p_k) ** 2 + p_k**2 for a_k, p_k in zip(a, p, strict=True)) / 2,
       mistake="the mean square of a target in place of its variance")
def mean_predictor(formula):
    """The mean over the samples of half the squared distance, in fractions, for six samples of three classes and
    constant outputs in steps of a quarter."""
    labels, quarters = [0, 0, 0, 1, 1, 2], [Fraction(i, 4) for i in range(5)]
    p = [Fraction(labels.count(k), 6) for k in range(3)]
    off = [sum((a[k] - (k == label)) ** 2 for label in labels for k in range(3)) / 12 - formula(a, p)
           for a in ((i, j, k) for i in quarters for j in quarters for k in quarters)]
    return max(map(abs, off)), 0
