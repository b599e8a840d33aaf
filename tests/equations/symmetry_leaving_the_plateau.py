r"""The equations of docs/symmetry/leaving-the-plateau.md: sigmoid networks near zero.

Approximations are held to the order of what they leave out: a tolerance that shrinks with the square (or the cube) of a
small step, while the equation's own terms shrink more slowly.
"""

import numpy as np
from numpy import log, sqrt

from equations import numerical
from equations._common import EPS, sigmoid, softmax
from equations.symmetry_real_digits import P, jacobian, pictures


@numerical("eq-class-covariance",
           right=lambda m, x, y, p, x_bar, k: ((1 / m * x.T @ (y - p))[:, k], p[k] * (x_bar[k] - x_bar["all"])),
           wrong=(" - p)", ")"), mistake="the mean shares are not taken off")
def class_covariance(formula):
    """numpy's covariance of pixels and classes, for ten random pictures, column by column."""
    x, y = pictures()
    x_bar = {k: x[y[:, k] == 1].mean(axis=0) for k in range(3)} | {"all": x.mean(axis=0)}
    covariance = np.cov(x.T, y.T, ddof=0)[:4, 4:]
    return max(np.max(abs(found - covariance[:, k]))
               for k in range(3) for found in formula(len(x), x, y, P, x_bar, k)), 10 * EPS


def _tied_step(w, b, v, c, x, y, n, eta):
    """A step of gradient descent of n equal sigmoid units, each with the gradient of one unit."""
    h = sigmoid(x @ w + b)
    delta = (softmax(c + n * np.outer(h, v)) - y) / len(x)
    dz = delta @ v * h * (1 - h)
    return w - eta * x.T @ dz, b - eta * np.sum(dz), v - eta * h @ delta, c - eta * np.sum(delta, axis=0)


def _saddle_map(w, eta, S, v, J, c, p, n):
    u = c - log(p) + n / 2 * v
    return (w + eta / 4 * S @ v,
            v + eta / 4 * S.T @ w - eta / 2 * J @ u,
            c - eta * J @ u)


@numerical("eq-saddle-map",
           right=_saddle_map, wrong=("n / 2", "n"),
           mistake="a hidden unit that puts out 1 in place of one half at the start")
def saddle_map(formula):
    r"""A step of the network itself, five equal units on ten random pictures, at a distance $\epsilon = 10^{-5}$ from
    the saddle in a random direction. The hidden bias must stay. What is left out is of the order $\epsilon^2$, times
    the number of units."""
    (x, y), rng, n, eta, small = pictures(), np.random.default_rng(1), 5, 0.5, 1e-5
    w, b, v, c = (small * rng.normal(size=size) for size in (4, 1, 3, 3))
    c = c + log(P)
    after_w, after_b, after_v, after_c = _tied_step(w, b, v, c, x, y, n, eta)
    claimed = formula(w, eta, x.T @ (y - P) / len(x), v, jacobian(P), c, P, n)
    off = [np.max(abs(a - b)) for a, b in zip((after_w, after_v, after_c, after_b), (*claimed, b), strict=True)]
    return max(off), n * small**2


@numerical("eq-escape-rate",
           right=lambda g, n, C, s: (g**2 * (1 + n / (4 * (1 + C * g))), (s / 4)**2),
           wrong=("(4 * (1 + C * g))", "4"), mistake="a bias that stands still")
def escape_rate(formula):
    r"""The largest eigenvalue $1 + \eta g$ of the linear map of $(w, v, c)$, for random pictures of five balanced
    classes and three widths; $s$ is the largest singular value of $S$."""
    rng, C, eta, off = np.random.default_rng(0), 5, 0.5, []
    y, p = np.tile(np.eye(C), (4, 1)), np.full(C, 1 / C)
    S = rng.random((20, 6)).T @ (y - p) / 20

    def image(n, start):
        w, v, c = np.split(start, [6, 6 + C])
        w, v, c = _saddle_map(w, eta, S, v, jacobian(p), c + log(p), p, n)
        return np.concatenate([w, v, c - log(p)])

    for n in (1, 8, 64):
        growth = np.linalg.eigvals([image(n, e) for e in np.eye(6 + 2 * C)]).real.max() - 1
        left, right = formula(growth / eta, n, C, s=np.linalg.norm(S, ord=2))
        off.append(abs(left / right - 1))
    return max(off), 1e-10


def _deep_gradient(w, theta, v, x, y, n1, n2):
    """Of one of n1 equal units, in w, and of one of the weights between them and n2 equal units. With this output bias
    the network puts out the shares P when the layers below are zero."""
    h1 = sigmoid(x @ w)
    h2 = sigmoid(n1 * theta * h1)
    delta = (softmax(log(P) - n2 * v / 2 + n2 * np.outer(h2, v)) - y) / len(x)
    dz2 = delta @ v * h2 * (1 - h2)
    return n2 * theta * x.T @ (dz2 * h1 * (1 - h1)), h1 @ dz2


@numerical("eq-deep-map",
           right=lambda w, eta, n_2, theta, S, v: (w + eta / 16 * n_2 * theta * S @ v, theta + eta / 16 * w @ S @ v),
           wrong=("eta / 16 * n_2", "eta / 4 * n_2"), mistake="the slope of a single layer in place of two")
def deep_map(formula):
    r"""A step of the network itself, on ten random pictures with widths 3 and 4, at a distance $\epsilon = 10^{-6}$
    from the saddle, where the update is of the order $\epsilon^2$. What is left out is of the order $\epsilon^3$,
    times the numbers of units."""
    (x, y), rng, n1, n2, eta, small = pictures(), np.random.default_rng(0), 3, 4, 0.5, 1e-6
    w, v, theta = small * rng.normal(size=4), small * np.array([1, -0.2, -0.8]), small
    dw, dtheta = _deep_gradient(w, theta, v, x, y, n1, n2)
    after_w, after_theta = formula(w, eta, n2, theta, x.T @ (y - P) / len(x), v)
    off = max(np.max(abs(w - eta * dw - after_w)), abs(theta - eta * dtheta - after_theta))
    return off, n1 * n2 * small**3


@numerical("eq-deep-rate",
           right=lambda eta, n_2, S, v: eta * sqrt(n_2) / 16 * np.linalg.norm(S @ v),
           wrong=("sqrt(n_2)", "n_2"), mistake="the width itself in place of its root")
def deep_rate(formula):
    r"""The largest eigenvalue of the network's own step in $(w, \theta)$ at zero, by central differences of its
    gradient, with $|v_k| \le \epsilon = 10^{-5}$. The relative error is of the order $\epsilon$, times the numbers of
    units."""
    (x, y), n1, n2, eta, small, step = pictures(), 3, 4, 0.5, 1e-5, 1e-3
    v = small * np.array([1, -0.2, -0.8])

    def slopes(at):
        return np.append(*_deep_gradient(at[:4], at[4], v, x, y, n1, n2))

    curvature = [(slopes(step * e) - slopes(-step * e)) / (2 * step) for e in np.eye(5)]
    growth = np.linalg.eigvals(-eta * np.array(curvature)).real.max()
    return abs(formula(eta, n2, x.T @ (y - P) / len(x), v) / growth - 1), n1 * n2 * 10 * small
