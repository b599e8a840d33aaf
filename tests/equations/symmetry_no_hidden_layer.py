"""The equations of docs/symmetry/no-hidden-layer.md: one gradient for three models, its first step, and convexity.

The losses are written from their definitions; their slopes come from algebra by machine or from complex steps.
"""

import numpy as np
import sympy

from equations import numerical, symbolic
from equations._common import gradient, worst

CLASSES = 3


def _softmax(z):
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


# Algebra goes faster on fractions: E stands for e^z, and with it d/dz = E d/dE.
E = sympy.symbols(f"E:{CLASSES}", positive=True)
A = [one / sum(E) for one in E]  # softmax


def _slope(f, *directions):
    """The derivative of f as the logits move in a direction; of softmax's first logit alone, when none is given."""
    return sum(d * e * sympy.diff(f, e) for d, e in zip(directions or [1], E, strict=False))


def _unit(k):
    return [int(j == k) for j in range(CLASSES)]


def _unequal(pairs):
    """How many pairs of fractions are not equal."""
    return sum(sympy.cancel(left - right) != 0 for left, right in pairs), 0


@symbolic(
    "eq-sigmoid-slope",
    tex=r"""\frac{\partial a}{\partial z} = \frac{e^{-z}}{(1 + e^{-z})^2}
= \underbrace{\frac{1}{1 + e^{-z}}}_{a} \cdot \underbrace{\frac{e^{-z}}{1 + e^{-z}}}_{1 - a} = a (1 - a).""",
    right=lambda e, a: (e / (1 + e) ** 2, 1 / (1 + e) * (e / (1 + e)), a * (1 - a)),
    wrong=lambda e, a: (-e / (1 + e) ** 2, 1 / (1 + e) * (e / (1 + e)), a * (1 - a)),
    mistake="the minus sign of $-z$ is forgotten",
)
def sigmoid_slope(formula):
    """The derivative of $a = 1/(1 + e^{-z})$, found by machine, minus each of the three: how many are not zero."""
    a = 1 / (1 + 1 / E[0])
    return _unequal((_slope(a), claimed) for claimed in formula(1 / E[0], a))


@symbolic(
    "eq-softmax-slope",
    tex=r"\frac{\partial \ln a_j}{\partial z_k} = [j = k] - a_k,",
    right=lambda j, k, a: int(j == k) - a[k], wrong=lambda j, k, a: int(j == k) - a[j],
    mistake="$a_j$ in place of $a_k$",
)
def softmax_slope(formula):
    r"""The derivatives of $\ln a_j$ for three classes, found by machine: how many of the nine differ."""
    return _unequal((_slope(sympy.log(A[j]), *_unit(k)), formula(j, k, A))
                    for j in range(CLASSES) for k in range(CLASSES))


@symbolic(
    "eq-a-minus-y",
    tex=r"\frac{\partial L}{\partial z} = a - y.",
    right=lambda a, y: a - y, wrong=lambda a, y: a * (1 - a) * (a - y),
    mistake="the slope of the sigmoid stays, as with a squared error",
)
def a_minus_y(formula):
    """The derivatives of the three losses of the table with respect to the logits, found by machine: for any label in
    linear and logistic regression, for three classes and any of them in softmax regression."""
    z, y, a = *sympy.symbols("z y"), 1 / (1 + 1 / E[0])
    cases = [(sympy.diff((z - y) ** 2 / 2, z), formula(z, y)),
             (_slope(-y * sympy.log(a) - (1 - y) * sympy.log(1 - a)), formula(a, y))]
    cases += [(_slope(-sympy.log(A[true]), *_unit(k)), formula(A[k], int(k == true)))
              for true in range(CLASSES) for k in range(CLASSES)]
    return _unequal(cases)


def _samples():
    """Inputs of three classes that all occur, their one-hot labels, and weights."""
    rng = np.random.default_rng(0)
    y = np.eye(CLASSES)[[0, 0, 0, 1, 1, 2, 2]]
    return rng.normal(size=(len(y), 4)), y, rng.normal(size=(4, CLASSES)), rng.normal(size=CLASSES)


def _linear_loss(z, y):
    return ((z - y) ** 2).sum() / (2 * len(y))


def _logistic_loss(z, y):
    a = 1 / (1 + np.exp(-z))
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum() / len(y)


def _softmax_loss(z, y):
    return -(y * np.log(_softmax(z))).sum() / len(y)


@numerical(
    "eq-regression-gradient",
    tex=r"""\frac{\partial L}{\partial W} = \frac1m\, x^\top (a - y), \qquad
\frac{\partial L}{\partial b} = \frac1m \sum_{i=1}^m (a_i - y_i).""",
    right=lambda m, x, a, y: (1 / m * x.T @ (a - y), 1 / m * sum(a[i] - y[i] for i in range(m))),
    wrong=lambda m, x, a, y: (1 / m * x.T @ (a - y), sum(a[i] - y[i] for i in range(m))),
    mistake="the bias gets the sum over the samples, not the mean",
)
def regression_gradient(formula):
    """The slope of the mean loss of each of the three models in every weight and every bias, by complex steps, at
    random weights."""
    x, y, W, b = _samples()
    z = x @ W + b
    pairs = []
    for loss, a in [(_linear_loss, z), (_logistic_loss, 1 / (1 + np.exp(-z))), (_softmax_loss, _softmax(z))]:
        slopes = [gradient(lambda W, loss=loss: loss(x @ W + b, y), W),
                  gradient(lambda b, loss=loss: loss(x @ W + b, y), b)]
        pairs += zip(formula(len(x), x, a, y), slopes, strict=True)
    return worst(pairs)


@numerical(
    "eq-first-step",
    tex=r"W_{\cdot k} = \eta \left( p_k\, \bar x_k - \frac{\bar x}{C} \right).",
    right=lambda eta, p_k, mean_k, mean, C: eta * (p_k * mean_k - mean / C),
    wrong=lambda eta, p_k, mean_k, mean, C: eta * (mean_k - mean / C),
    mistake="the share of the class is forgotten",
)
def first_step(formula):
    """A step from zero on seven random samples in three classes of unequal size: minus the learning rate times the
    slope of the mean loss, by complex steps."""
    x, y, W, _ = _samples()
    eta = 0.3
    step = -eta * gradient(lambda W: _softmax_loss(x @ W, y), 0 * W)
    members = [x[y[:, k] == 1] for k in range(CLASSES)]
    return worst((step[:, k], formula(eta, len(own) / len(x), own.mean(axis=0), x.mean(axis=0), CLASSES))
                 for k, own in enumerate(members))


def _mean(a, values):
    return sum(share * value for share, value in zip(a, values, strict=True))


@symbolic(
    "eq-softmax-curvature",
    tex=r"""\begin{aligned}
\frac{d}{dt} \ln s &= \frac{s'}{s} = \sum_j a_j u_j, \\
\frac{d^2}{dt^2} \ln s &= \frac{s''}{s} - \left(\frac{s'}{s}\right)^2 = \sum_j a_j u_j^2 - \Bigl(\sum_j a_j u_j\Bigr)^2,
\end{aligned}""",
    right=lambda a, u: (_mean(a, u), _mean(a, [v**2 for v in u]) - _mean(a, u) ** 2),
    wrong=lambda a, u: (_mean(a, u), _mean(a, [v**2 for v in u])),
    mistake="the mean square in place of the variance",
)
def softmax_curvature(formula):
    r"""Both derivatives of $\ln s$ along a line, for three classes, found by machine."""
    u = sympy.symbols(f"u:{CLASSES}")
    once = _slope(sympy.log(sum(E)), *u)
    return _unequal(zip((once, _slope(once, *u)), formula(A, u), strict=True))
