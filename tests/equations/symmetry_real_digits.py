r"""The equations of docs/symmetry/real-digits.md.

Approximations are held to the order of what they leave out: a tolerance that shrinks with the square (or the cube) of a
small step, while the equation's own terms shrink more slowly.
"""

import numpy as np
from numpy import exp, log, sqrt

from equations import numerical, simulation
from equations._common import EPS, cross_entropy, gradient, mean_within, sigmoid, softmax
from initbook import losses, theory

P = np.array([0.5, 0.3, 0.2])
"""Shares of three classes."""


def _entropy(p):
    return -np.sum(p * log(p))


def _loss(c, p):
    """The cross-entropy of the shares p when softmax(c) is predicted for every sample."""
    return log(np.sum(exp(c), axis=-1)) - c @ p


def _J(p):
    return np.diag(p) - np.outer(p, p)


def _pictures():
    """Ten samples of three classes with four pixels."""
    y = np.eye(3)[[0, 0, 0, 0, 0, 1, 1, 1, 2, 2]]
    return np.random.default_rng(0).random((10, 4)), y


@numerical("eq-bias-step", package="losses.softmax",
           right=lambda c, eta, p: c - eta * (losses.softmax(c) - p),
           wrong=("eta *", "10 * eta *"), mistake="the sum over the samples in place of their mean")
def bias_step(formula):
    r"""A network with a hidden layer of $\tanh$ and $W = 0$, on ten random pictures: the slope of its loss in $c$ by
    complex steps."""
    (x, y), c, eta = _pictures(), np.array([[0.3, -0.1, 0.2]]), 0.5
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
    return abs(_loss(log(P) + d, P) - _entropy(P) - formula(d, _J(P))), np.max(abs(d)) ** 3


@numerical("eq-fall",
           right=lambda C, H, eta, t: (log(C) - H) * (1 - eta / C)**(2 * t),
           wrong=("(2 * t)", "t"), mistake="the loss shrinks like the distance and not like its square")
def fall(formula):
    r"""40 steps from zero with $C = 10$, $\eta = \frac12$ and shares that differ from $1/C$ by at most one part in a
    thousand. The relative error is of that order, times the number of factors."""
    C, eta, steps, uneven = 10, 0.5, 40, 1e-3
    p, c, worst = (1 + uneven * np.append(1, np.full(9, -1 / 9))) / C, np.zeros(C), 0
    for t in range(steps + 1):
        worst = max(worst, abs((_loss(c, p) - _entropy(p)) / formula(C, _entropy(p), eta, t) - 1))
        c = c - eta * (softmax(c) - p)
    return worst, uneven * (1 + 2 * steps * eta / C)


@simulation("eq-jitter",
            right=lambda eta, B, J, p: (eta / (4 * B) * np.trace(J), eta / (4 * B) * (1 - sum(p**2))),
            wrong=("4 * B) * np", "2 * B) * np"), mistake="twice the noise: the half of the quadratic loss forgotten")
def jitter(formula):
    r"""500 runs on independent draws with batches of 10 samples and $\eta = \frac1{10}$, each averaged over 200 steps
    after as many in which it settles. What the derivation drops is less than the sampling error."""
    rng, eta, B, c, above = np.random.default_rng(0), 0.1, 10, np.tile(log(P), (500, 1)), []
    for _ in range(400):
        above.append(_loss(c, P) - _entropy(P))
        c = c - eta * (softmax(c) - rng.multinomial(B, P, size=len(c)) / B)
    above = np.mean(above[200:], axis=0)
    return mean_within(np.stack([above, above], axis=1), formula(eta, B, _J(P), P))


@simulation("eq-printed",
            right=lambda eta, B, J: eta / (2 * B) * np.trace(J),
            wrong=("(2 * B)", "(4 * B)"), mistake="the jitter over all labels alone")
def printed(formula):
    r"""50 runs of ten shuffled epochs on two classes of 700 and 300 samples, with batches of 10 and $\eta =
    \frac1{20}$; the last five epochs count. What the derivation drops is less than the sampling error."""
    rng, eta, B, counts = np.random.default_rng(0), 0.05, 10, np.array([700, 300])
    p, c, total = counts / 1000, np.tile(log(counts / 1000), (50, 1)), []
    for _ in range(10):
        left, epoch = np.tile(counts, (len(c), 1)), 0
        for _ in range(100):
            ones = rng.hypergeometric(*left.T, B)
            batch = np.stack([ones, B - ones], axis=1)
            epoch = epoch + log(np.sum(exp(c), axis=1)) - np.sum(c * batch, axis=1) / B + _loss(c, p)
            c, left = c - eta * (softmax(c) - batch / B), left - batch
        total.append(epoch / 100 - 2 * _entropy(p))
    return mean_within(np.mean(total[5:], axis=0), formula(eta, B, _J(p)))


@numerical("eq-deck",
           right=lambda eta, C, m, B: 2 / (r := eta / C * m / B)**2 * (r - 1 + exp(-r)),
           wrong=("eta / C", "eta"), mistake="the pull of one direction taken as 1 in place of 1/C")
def deck(formula):
    r"""One direction of the linear step $\delta \leftarrow (1 - \eta/C)\,\delta + (\eta/C)\,\xi$: its mean variance
    over an epoch of $N = m/B = 2000$ steps whose noise sums to zero, against that of independent noise. Both are sums
    of powers. What is left out is of the order $1/N$."""
    N, C, off = 2000, 10, []
    for eta in (0.005, 0.02, 0.1):
        a = 1 - eta / C
        powers = (1 - a) * a ** np.arange(N)
        fresh = np.append(0, np.cumsum(powers**2) - np.cumsum(powers) ** 2 / N)  # after 0, 1, …, N steps of an epoch
        start = fresh[N] / (1 - a ** (2 * N))
        variance = np.mean(a ** (2 * np.arange(N)) * start + fresh[:N])
        off.append(abs(1 - variance * (1 + a) / (1 - a) - formula(eta, C, m=N * 5, B=5)))
    return max(off), 10 / N


@numerical("eq-class-covariance",
           right=lambda m, x, y, p, x_bar, k: ((1 / m * x.T @ (y - p))[:, k], p[k] * (x_bar[k] - x_bar["all"])),
           wrong=(" - p)", ")"), mistake="the mean shares are not taken off")
def class_covariance(formula):
    """numpy's covariance of pixels and classes, for ten random pictures, column by column."""
    x, y = _pictures()
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
    (x, y), rng, n, eta, small = _pictures(), np.random.default_rng(1), 5, 0.5, 1e-5
    w, b, v, c = (small * rng.normal(size=size) for size in (4, 1, 3, 3))
    c = c + log(P)
    after_w, after_b, after_v, after_c = _tied_step(w, b, v, c, x, y, n, eta)
    claimed = formula(w, eta, x.T @ (y - P) / len(x), v, _J(P), c, P, n)
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
        w, v, c = _saddle_map(w, eta, S, v, _J(p), c + log(p), p, n)
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
    (x, y), rng, n1, n2, eta, small = _pictures(), np.random.default_rng(0), 3, 4, 0.5, 1e-6
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
    (x, y), n1, n2, eta, small, step = _pictures(), 3, 4, 0.5, 1e-5, 1e-3
    v = small * np.array([1, -0.2, -0.8])

    def slopes(at):
        return np.append(*_deep_gradient(at[:4], at[4], v, x, y, n1, n2))

    curvature = [(slopes(step * e) - slopes(-step * e)) / (2 * step) for e in np.eye(5)]
    growth = np.linalg.eigvals(-eta * np.array(curvature)).real.max()
    return abs(formula(eta, n2, x.T @ (y - P) / len(x), v) / growth - 1), n1 * n2 * 10 * small
