r"""The equations of docs/symmetry/real-digits.md.

Approximations are held to the order of what they leave out: a tolerance that shrinks with the square (or the cube) of a
small step, while the equation's own terms shrink more slowly.
"""

import numpy as np
from numpy import exp, log

from equations import numerical
from equations._common import EPS, cross_entropy, gradient, softmax
from initbook import losses, theory

P = np.array([0.5, 0.3, 0.2])
"""Shares of three classes."""


def entropy(p):
    return -np.sum(p * log(p))


def loss(c, p):
    """The cross-entropy of the shares p when softmax(c) is predicted for every sample."""
    return log(np.sum(exp(c), axis=-1)) - c @ p


def jacobian(p):
    return np.diag(p) - np.outer(p, p)


def pictures():
    """Ten samples of three classes with four pixels."""
    y = np.eye(3)[[0, 0, 0, 0, 0, 1, 1, 1, 2, 2]]
    return np.random.default_rng(0).random((10, 4)), y


@numerical("eq-bias-step", package="losses.softmax",
           right=lambda c, eta, p: c - eta * (losses.softmax(c) - p),
           wrong=("eta *", "10 * eta *"), mistake="the sum over the samples in place of their mean")
def bias_step(formula):
    r"""A network with a hidden layer of $\tanh$ and $W = 0$, on ten random pictures: the slope of its loss in $c$ by
    complex steps."""
    (x, y), c, eta = pictures(), np.array([[0.3, -0.1, 0.2]]), 0.5
    slope = gradient(lambda c: cross_entropy(np.tanh(x @ np.zeros((4, 2))) @ np.zeros((2, 3)) + c, y), c)
    return np.max(abs(c - eta * slope - formula(c, eta, np.mean(y, axis=0)))), 10 * EPS


@numerical("eq-plateau", package="theory.entropy theory.cross_entropy",
           right=lambda p, a: (theory.cross_entropy(p, a),
                               theory.entropy(p) + np.sum(p * log(p / a)), np.sum(p * log(p / a)) >= 0),
           wrong=("(p) + np.sum(p * log(p / a))", "(p) + np.sum(a * log(a / p))"),
           mistake="the two lists of shares exchanged")
def plateau(formula):
    r"""The mean of $-\ln a_k$ over ten labels, for 200 random predictions $a$, far from $p$ and near it."""
    rng, labels, off = np.random.default_rng(0), [0, 0, 0, 0, 0, 1, 1, 1, 2, 2], [0]
    for size in (1, 1e-3):
        for a in softmax(log(P) + size * rng.normal(size=(100, 3))):
            L, sum_, not_below = formula(P, a)
            mean = -np.mean(log(a[labels]))
            off += [abs(mean - L), abs(mean - sum_), not not_below]
    return max(off), 50 * EPS


@numerical("eq-softmax-jacobian",
           right=lambda p, d: (np.diag(p) - np.outer(p, p)) @ d,
           wrong=(" - np.outer(p, p)", ""), mistake="each class on its own, as if the shares did not have to sum to 1")
def softmax_jacobian(formula):
    r"""Softmax itself, at $c = \ln p + d$ with $|d_k| \le \epsilon = 10^{-4}$. What is left out is of the order
    $\epsilon^2$."""
    d = 1e-4 * np.array([1, -0.2, -0.8])
    return np.max(abs(softmax(log(P) + d) - P - formula(P, d))), np.max(abs(d)) ** 2


@numerical("eq-quadratic-loss",
           right=lambda d, J: 1 / 2 * d @ J @ d,
           wrong=("1 / 2 * ", ""), mistake="the half of Taylor's formula forgotten")
def quadratic_loss(formula):
    r"""The loss itself, at $c = \ln p + d$ with $|d_k| \le \epsilon = 10^{-3}$. What is left out is of the order
    $\epsilon^3$."""
    d = 1e-3 * np.array([1, -0.2, -0.8])
    return abs(loss(log(P) + d, P) - entropy(P) - formula(d, jacobian(P))), np.max(abs(d)) ** 3


@numerical("eq-fall",
           right=lambda C, H, eta, t: (log(C) - H) * (1 - eta / C)**(2 * t),
           wrong=("(2 * t)", "t"), mistake="the loss shrinks like the distance and not like its square")
def fall(formula):
    r"""40 steps from zero with $C = 10$, $\eta = \frac12$ and shares that differ from $1/C$ by at most one part in a
    thousand. The relative error is of that order, times the number of factors."""
    C, eta, steps, uneven = 10, 0.5, 40, 1e-3
    p, c, worst = (1 + uneven * np.append(1, np.full(9, -1 / 9))) / C, np.zeros(C), 0
    for t in range(steps + 1):
        worst = max(worst, abs((loss(c, p) - entropy(p)) / formula(C, entropy(p), eta, t) - 1))
        c = c - eta * (softmax(c) - p)
    return worst, uneven * (1 + 2 * steps * eta / C)
