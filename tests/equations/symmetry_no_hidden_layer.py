"""The equations of docs/symmetry/no-hidden-layer.md: one gradient for three models, its first step, and convexity."""

import numpy as np
import sympy
from numpy import exp

from equations import numerical, symbolic
from equations._common import cross_entropy, gradient, gradients, logistic, sigmoid, softmax, worst
from initbook import activations, losses, training

CLASSES = 3

# Algebra goes faster on fractions: E stands for e^z, and with it d/dz = E d/dE.
E = sympy.symbols(f"E:{CLASSES}", positive=True)
A = [one / sum(E) for one in E]  # softmax


def _slope(f, *directions):
    """The derivative of f as the logits move in a direction."""
    return sum(d * e * sympy.diff(f, e) for d, e in zip(directions, E, strict=True))


def _unequal(pairs):
    """How many pairs of fractions are not equal."""
    return sum(sympy.cancel(left - right) != 0 for left, right in pairs), 0


@numerical("eq-sigmoid-slope", package="activations.sigmoid.df",
           right=lambda z, a: (exp(-z) / (1 + exp(-z))**2, 1 / (1 + exp(-z)) * (exp(-z) / (1 + exp(-z))), a * (1 - a),
                               activations.sigmoid.df(z)),
           wrong=(": (exp", ": (-exp"), mistake="the minus sign of $-z$ is forgotten")
def sigmoid_slope(formula):
    """The slope of $a = 1/(1 + e^{-z})$ by complex steps, for 101 values of $z$ from $-9$ to 9."""
    z = np.linspace(-9, 9, 101)
    slope = gradient(lambda z: sigmoid(z).sum(), z)
    return worst((slope, claimed) for claimed in formula(z, 1 / (1 + np.exp(-z))))


@symbolic("eq-softmax-slope",
          right=lambda j, k, a: int(j == k) - a[k],
          wrong=("a[k]", "a[j]"), mistake="$a_j$ in place of $a_k$")
def softmax_slope(formula):
    r"""The derivatives of $\ln a_j$ for three classes, found by machine: how many of the nine differ."""
    unit = np.eye(CLASSES, dtype=int).tolist()
    return _unequal((_slope(sympy.log(A[j]), *unit[k]), formula(j, k, A))
                    for j in range(CLASSES) for k in range(CLASSES))


MODELS = [(lambda z, y: ((z - y) ** 2).sum() / (2 * len(y)), lambda z: z, losses.squared_error),
          (logistic, sigmoid, losses.sigmoid_cross_entropy),
          (cross_entropy, softmax, losses.softmax_cross_entropy)]
"""For each of the three models: its loss, how its prediction comes from z, and what the package calls the loss."""


def _samples(model):
    """Inputs of three classes that all occur, their labels one-hot and as the package takes them, and weights."""
    rng, numbers = np.random.default_rng(0), np.array([0, 0, 0, 1, 1, 2, 2])
    y = np.eye(CLASSES)[numbers]
    labels = numbers if model is losses.softmax_cross_entropy else y
    return rng.normal(size=(len(y), 4)), y, labels, rng.normal(size=(4, CLASSES)), rng.normal(size=CLASSES)


@numerical("eq-a-minus-y", package="losses.squared_error.grad losses.sigmoid_cross_entropy.grad "
                                   "losses.softmax_cross_entropy.grad",
           right=lambda a, y, package, z, labels: (a - y, package.grad(z, labels)),
           wrong=("(a - y", "(a * (1 - a) * (a - y)"),
           mistake="the slope of the sigmoid stays, as with a squared error")
def a_minus_y(formula):
    """The slopes of the three losses of the table in each $z$ by complex steps, one sample at a time."""
    pairs = []
    for loss, predict, package in MODELS:
        x, y, labels, W, b = _samples(package)
        for i in range(len(x)):
            z, one = x[i:i + 1] @ W + b, slice(i, i + 1)
            slope = gradient(lambda z, loss=loss, y=y[one]: loss(z, y), z)
            pairs += [(slope, claimed) for claimed in formula(predict(z), y[one], package, z, labels[one])]
    return worst(pairs)


@numerical("eq-regression-gradient", package="training.loss_and_grads network.backward",
           right=lambda m, x, a, y, W, b, labels, loss: (
               1 / m * x.T @ (a - y), 1 / m * sum(a[i] - y[i] for i in range(m)),
               *training.loss_and_grads([(W, b)], x, labels, activations.identity, loss)[1].params[0]),
           wrong=("1 / m * sum", "sum"), mistake="the bias gets the sum over the samples, not the mean")
def regression_gradient(formula):
    """The slope of the mean loss of each of the three models in every weight and every bias, by complex steps, at
    random weights."""
    pairs = []
    for loss, predict, package in MODELS:
        x, y, labels, W, b = _samples(package)
        slopes = gradients(lambda W, b, x=x, y=y, loss=loss: loss(x @ W + b, y), (W, b))
        claimed = formula(len(x), x, predict(x @ W + b), y, W, b, labels, package)
        pairs += zip([*slopes, *slopes], claimed, strict=True)
    return worst(pairs)


@numerical("eq-first-step",
           right=lambda eta, p, x_bar, C, k: eta * (p[k] * x_bar[k] - x_bar["all"] / C),
           wrong=("p[k] * ", ""), mistake="the share of the class is forgotten")
def first_step(formula):
    """A step from zero on seven random samples in three classes of unequal size: minus the learning rate times the
    slope of the mean loss, by complex steps."""
    x, y, _, W, _ = _samples(None)
    step = -0.3 * gradient(lambda W: cross_entropy(x @ W, y), 0 * W)
    x_bar = {k: x[y[:, k] == 1].mean(axis=0) for k in range(CLASSES)} | {"all": x.mean(axis=0)}
    return worst((step[:, k], formula(0.3, y.mean(axis=0), x_bar, CLASSES, k)) for k in range(CLASSES))


@symbolic("eq-softmax-curvature",
          right=lambda s, ds, d2s, a, u, classes: (
              (ds / s, sum(a[j] * u[j] for j in classes)),
              (d2s / s - (ds / s)**2, sum(a[j] * u[j]**2 for j in classes) - sum(a[j] * u[j] for j in classes)**2)),
          wrong=(" - sum(a[j] * u[j] for j in classes)**2", ""), mistake="the mean square in place of the variance")
def softmax_curvature(formula):
    r"""Both derivatives of $\ln s$ along a line, for three classes, found by machine."""
    u, s = sympy.symbols(f"u:{CLASSES}"), sum(E)
    once, ds = (_slope(f, *u) for f in (sympy.log(s), s))
    claimed = formula(s, ds, _slope(ds, *u), A, u, range(CLASSES))
    return _unequal((found, one) for found, ones in zip((once, _slope(once, *u)), claimed, strict=True) for one in ones)


@numerical("eq-convex-descent",
           right=lambda L, theta, T, eta: (L(theta[T]) - L(theta["any"]),
                                           ((theta[0] - theta["any"])**2).sum() / (2 * eta * T)),
           wrong=("**2", ""), mistake="the square of the distance is forgotten")
def convex_descent(formula):
    r"""Gradient descent on seven random samples in three classes, by complex steps, with the largest step that the
    bound on the curvature allows, $1/K$. After 1, 10 and 100 steps the loss is held against that of 300 random
    points, near and far: by how much the left side exceeds the right one at most."""
    x, y, _, _, _ = _samples(None)
    x1 = np.column_stack([x, np.ones(len(x))])

    def L(W):
        return cross_entropy(x1 @ W, y)

    eta, W, path = 2 / (x1**2).sum(axis=1).mean(), np.zeros((5, CLASSES)), {}
    rng, excess = np.random.default_rng(1), 0.0
    for t in range(101):
        path[t] = W
        W = W - eta * gradient(L, W)
    for size in np.repeat([0.1, 1.0, 10.0], 100):
        points = path | {"any": path[100] + size * rng.normal(size=W.shape)}
        for T in (1, 10, 100):
            left, right = formula(L, points, T, eta)
            excess = max(excess, float(left - right))
    return excess, 1e-12
