"""The equations of docs/symmetry/what-moves.md: slopes of whole networks by complex steps, also at zero."""

from fractions import Fraction

import numpy as np

from equations import exact, numerical
from equations._common import cross_entropy, gradients, sigmoid, sigmoid_slope, softmax, worst
from initbook import activations, network

X, Y = np.random.default_rng(0).normal(size=(6, 3)), np.eye(3)[[0, 0, 0, 1, 1, 2]]
"""Six samples of three features, of three unequal classes."""


def _pass(arrays, moves=None):
    """z and h of every layer of a sigmoid network W, b, W, b, …; `moves` are added to its pre-activations."""
    z, h = [X], [X]
    for l, (W, b) in enumerate(zip(arrays[::2], arrays[1::2], strict=True)):
        z.append(h[-1] @ W + b + (moves[l] if moves else 0))
        h.append(sigmoid(z[-1]))
    return z, h


def _slopes(arrays):
    """The slopes of the cross-entropy in all weights and biases, and in all pre-activations."""
    moves = [np.zeros((6, len(b))) for b in arrays[1::2]]
    return (gradients(lambda *arrays: cross_entropy(_pass(arrays)[0][-1], Y), arrays),
            gradients(lambda *moves: cross_entropy(_pass(arrays, moves)[0][-1], Y), moves))


def _zeros(*sizes):
    return [np.zeros(shape) for n, k in zip(sizes, sizes[1:], strict=False) for shape in ((n, k), k)]


@numerical("eq-moves-chain", package="network.backward",
           right=lambda delta, W, df, z, h, l, params, trace, f, dh: (
               (delta[l] @ W[l].T * df(z[l - 1]), h[l - 1].T @ delta[l], np.sum(delta[l], axis=0)),
               ((grads := network.backward(params, trace, f, dh)).z[l - 1], *grads.params[l - 1])),
           wrong=(" * df(z[l - 1])", ""), mistake="the slope of the activation left out")
def moves_chain(formula):
    r"""A random sigmoid network with three layers of weights: every derivative, in $W^l$, $b^l$ and in each entry of
    each $z^l$, by complex steps."""
    rng = np.random.default_rng(1)
    arrays = [rng.normal(size=np.shape(zero)) for zero in _zeros(3, 4, 2, 3)]
    (by_array, by_z), (z, h), pairs = _slopes(arrays), _pass(arrays), []
    package = (list(zip(arrays[::2], arrays[1::2], strict=True)), network.Trace(z, [*h[:-1], z[-1]]),
               activations.sigmoid, (softmax(z[-1]) - Y) / 6)
    for l in (1, 2, 3):
        found = [by_z[l - 2], *by_array[2 * l - 2:2 * l]]
        for claimed in formula([None, *by_z], [None, *arrays[::2]], sigmoid_slope, z, h, l, *package):
            pairs += list(zip(found, claimed, strict=True))[l == 1:]
    return worst(pairs)


@numerical("eq-first-logit-update",
           right=lambda delta, C, p, f: ((np.sum(delta, axis=0), 1 / C - p), f(0) * (1 / C - p)),
           wrong=("f(0) * ", ""), mistake="a hidden unit that puts out 1 at the start")
def first_logit_update(formula):
    r"""A sigmoid network with five hidden units, all of it zero, on six samples of three unequal classes: the slope
    of its loss in every entry of $W^L$, $b^L$ and $z^L$ by complex steps."""
    (_, _, by_W, by_b), (_, delta) = _slopes(_zeros(3, 5, 3))
    for_b, for_W = formula(delta, 3, np.mean(Y, axis=0), sigmoid)
    return worst([(by_b, for_b[0]), (by_b, for_b[1]), (by_W, for_W + 0 * by_W)])


@numerical("eq-second-update",
           right=lambda df, eta, f, a, p, d: df(0) * eta * f(0) * sum((a[k] - p[k]) * d[k] for k in range(len(d))),
           wrong=("* f(0) ", ""),
           mistake="the last weights taken as $\\eta d$, without the $f(0)$ of the signal that they grew from")
def second_update(formula):
    r"""A sigmoid network with two hidden layers of five and four units, from zero: one step, and the slope in
    each entry of $z^{L-1}$ after it, summed over the samples, by complex steps. Its logits must be those of the
    line."""
    arrays, eta, p = _zeros(3, 5, 4, 3), 0.7, np.mean(Y, axis=0)
    arrays = [array - eta * slope for array, slope in zip(arrays, _slopes(arrays)[0], strict=True)]
    d = p - 1 / 3
    a = softmax(eta * (1 + 4 * sigmoid(0) ** 2) * d)
    claimed = formula(sigmoid_slope, eta, sigmoid, a, p, d)
    return worst([(np.sum(_slopes(arrays)[1][1], axis=0), claimed)])


@exact("eq-mean-predictor",
       right=lambda a, p, classes: (Fraction(1, 2) * sum((a[k] - p[k])**2 for k in classes)
                                    + Fraction(1, 2) * sum(p[k] * (1 - p[k]) for k in classes)),
       wrong=("p[k] * (1 - p[k])", "p[k]**2"), mistake="the mean square of a target in place of its variance")
def mean_predictor(formula):
    """The mean over the samples of half the squared distance, in fractions, for six samples of three classes and
    constant outputs in steps of a quarter."""
    labels, quarters = [0, 0, 0, 1, 1, 2], [Fraction(i, 4) for i in range(5)]
    p = [Fraction(labels.count(k), 6) for k in range(3)]
    off = [sum((a[k] - (k == label)) ** 2 for label in labels for k in range(3)) / 12 - formula(a, p, range(3))
           for a in ((i, j, k) for i in quarters for j in quarters for k in quarters)]
    return max(map(abs, off)), 0
