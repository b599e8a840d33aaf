r"""The equations of docs/symmetry/real-digits.md.

Approximations are held to the order of what they leave out: a tolerance that shrinks with the square (or the cube) of a
small step, while the equation's own terms shrink more slowly.
"""

import numpy as np

from equations import numerical, simulation
from equations._common import mean_within

EPS = np.finfo(float).eps
P = np.array([0.5, 0.3, 0.2])
"""Shares of three classes."""


def _softmax(c):
    e = np.exp(c - np.max(c, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def _loss(c, p):
    """The cross-entropy of the shares p when softmax(c) is predicted for every sample."""
    return np.log(np.sum(np.exp(c), axis=-1)) - c @ p


def _entropy(p):
    return -np.sum(p * np.log(p))


def _J(p):
    return np.diag(p) - np.outer(p, p)


def _slope(loss, c, step=1e-5):
    """Central differences of a function of a vector."""
    return np.array([(loss(c + step * e) - loss(c - step * e)) / (2 * step) for e in np.eye(len(c))])


def _pictures():
    """Ten samples of three classes with four pixels."""
    y = np.eye(3)[[0, 0, 0, 0, 0, 1, 1, 1, 2, 2]]
    return np.random.default_rng(0).random((10, 4)), y


@numerical("eq-bias-step",
           tex=r"c \leftarrow c - \eta\,(a - p), \quad a = \mathrm{softmax}(c).",
           right=lambda c, eta, a, p, m: c - eta * (a - p),
           wrong=lambda c, eta, a, p, m: c - eta * m * (a - p),
           mistake="the sum over the samples in place of their mean")
def bias_step(formula):
    r"""A network with a hidden layer of $\tanh$ and $W = 0$, on ten random pictures: the slope of its loss in $c$ by
    central differences, whose error is about the square of their step."""
    (x, y), c, eta = _pictures(), np.array([0.3, -0.1, 0.2]), 0.5

    def loss(c):
        a = _softmax(np.tanh(x @ np.zeros((4, 2))) @ np.zeros((2, 3)) + c)
        return -np.mean(np.sum(y * np.log(a), axis=1))

    claimed = formula(c, eta, _softmax(c), np.mean(y, axis=0), len(y))
    return np.max(abs(c - eta * _slope(loss, c) - claimed)), eta * (1e-5**2 + 2 * EPS / 1e-5)


@numerical("eq-plateau",
           tex=r"\begin{aligned} L(a) &= H(p) + \mathrm{KL}(p \,\|\, a), \\ \mathrm{KL}(p \,\|\, a) &="
               r" \sum_k p_k \ln \frac{p_k}{a_k} \ge 0 . \end{aligned}",
           right=lambda p, a: (_entropy(p), np.sum(p * np.log(p / a))),
           wrong=lambda p, a: (_entropy(p), np.sum(a * np.log(a / p))),
           mistake="the two lists of shares exchanged")
def plateau(formula):
    r"""The mean of $-\ln a_k$ over ten labels, for 200 random predictions $a$, far from $p$ and near it. Below 0 the
    divergence may only be by rounding."""
    rng, labels, off = np.random.default_rng(0), [0, 0, 0, 0, 0, 1, 1, 1, 2, 2], [0]
    for size in (1, 1e-3):
        for a in _softmax(np.log(P) + size * rng.normal(size=(100, 3))):
            H, KL = formula(P, a)
            off += [abs(-np.mean(np.log(a[labels])) - H - KL), -KL]
    return max(off), 50 * EPS


@numerical("eq-softmax-jacobian",
           tex=r"a - p \approx J d, \quad J = \operatorname{diag}(p) - p\,p^\top .",
           right=lambda p, d: (np.diag(p) - np.outer(p, p)) @ d,
           wrong=lambda p, d: np.diag(p) @ d,
           mistake="each class on its own, as if the shares did not have to sum to 1")
def softmax_jacobian(formula):
    r"""Softmax itself, at $c = \ln p + d$ with $|d_k| \le \epsilon = 10^{-4}$. What is left out is of the order
    $\epsilon^2$."""
    d = 1e-4 * np.array([1, -0.2, -0.8])
    return np.max(abs(_softmax(np.log(P) + d) - P - formula(P, d))), np.max(abs(d)) ** 2


@numerical("eq-quadratic-loss",
           tex=r"L - H \approx \tfrac12\, d^\top J d .",
           right=lambda d, J: d @ J @ d / 2, wrong=lambda d, J: d @ J @ d,
           mistake="the half of Taylor's formula forgotten")
def quadratic_loss(formula):
    r"""The loss itself, at $c = \ln p + d$ with $|d_k| \le \epsilon = 10^{-3}$. What is left out is of the order
    $\epsilon^3$."""
    d = 1e-3 * np.array([1, -0.2, -0.8])
    return abs(_loss(np.log(P) + d, P) - _entropy(P) - formula(d, _J(P))), np.max(abs(d)) ** 3


@numerical("eq-fall",
           tex=r"L_t - H \approx (\ln C - H)\left(1 - \frac{\eta}{C}\right)^{2t} .",
           right=lambda C, H, eta, t: (np.log(C) - H) * (1 - eta / C) ** (2 * t),
           wrong=lambda C, H, eta, t: (np.log(C) - H) * (1 - eta / C) ** t,
           mistake="the loss shrinks like the distance and not like its square")
def fall(formula):
    r"""40 steps from zero with $C = 10$, $\eta = \frac12$ and shares that differ from $1/C$ by at most one part in a
    thousand. The relative error is of that order, times the number of factors."""
    C, eta, steps, uneven = 10, 0.5, 40, 1e-3
    p, c, worst = (1 + uneven * np.append(1, np.full(9, -1 / 9))) / C, np.zeros(C), 0
    for t in range(steps + 1):
        claimed = formula(C, _entropy(p), eta, t)
        worst = max(worst, abs((_loss(c, p) - _entropy(p)) / claimed - 1))
        c = c - eta * (_softmax(c) - p)
    return worst, uneven * (1 + 2 * steps * eta / C)


@simulation("eq-jitter",
            tex=r"\mathbb{E}[L - H] \approx \frac{\eta}{4B} \operatorname{tr} J ="
                r" \frac{\eta}{4B} \Bigl(1 - \sum_k p_k^2\Bigr),",
            right=lambda eta, B, p: (eta / (4 * B) * np.trace(_J(p)), eta / (4 * B) * (1 - np.sum(p**2))),
            wrong=lambda eta, B, p: (eta / (2 * B) * np.trace(_J(p)), eta / (2 * B) * (1 - np.sum(p**2))),
            mistake="twice the noise: the half of the quadratic loss forgotten")
def jitter(formula):
    r"""500 runs on independent draws with batches of 10 samples and $\eta = \frac1{10}$, each averaged over 200 steps
    after as many in which it settles. What the derivation drops is less than the sampling error."""
    rng, eta, B, c, above = np.random.default_rng(0), 0.1, 10, np.tile(np.log(P), (500, 1)), []
    for _ in range(400):
        above.append(_loss(c, P) - _entropy(P))
        c = c - eta * (_softmax(c) - rng.multinomial(B, P, size=len(c)) / B)
    above = np.mean(above[200:], axis=0)
    return mean_within(np.stack([above, above], axis=1), formula(eta, B, P))


@simulation("eq-printed",
            tex=r"\underbrace{(\text{printed} - H)}_{\text{mean over batches}} + \underbrace{\mathbb{E}[L - H]}"
                r"_{\text{over all labels}} \approx \frac{\eta}{2B} \operatorname{tr} J .",
            right=lambda eta, B, J: eta / (2 * B) * np.trace(J),
            wrong=lambda eta, B, J: eta / (4 * B) * np.trace(J),
            mistake="the jitter over all labels alone")
def printed(formula):
    r"""50 runs of ten shuffled epochs on two classes of 700 and 300 samples, with batches of 10 and $\eta =
    \frac1{20}$; the last five epochs count. What the derivation drops is less than the sampling error."""
    rng, eta, B, counts = np.random.default_rng(0), 0.05, 10, np.array([700, 300])
    p, c, total = counts / 1000, np.tile(np.log(counts / 1000), (50, 1)), []
    for _ in range(10):
        left, epoch = np.tile(counts, (len(c), 1)), 0
        for _ in range(100):
            ones = rng.hypergeometric(*left.T, B)
            batch = np.stack([ones, B - ones], axis=1)
            epoch = epoch + np.log(np.sum(np.exp(c), axis=1)) - np.sum(c * batch, axis=1) / B + _loss(c, p)
            c, left = c - eta * (_softmax(c) - batch / B), left - batch
        total.append(epoch / 100 - 2 * _entropy(p))
    return mean_within(np.mean(total[5:], axis=0), formula(eta, B, _J(p)))


@numerical("eq-deck",
           tex=r"D(r) = \frac{2}{r^2} \left(r - 1 + e^{-r}\right), \qquad r = \frac{\eta}{C} \cdot \frac{m}{B},",
           right=lambda eta, C, m, B: _deck(eta / C * m / B),
           wrong=lambda eta, C, m, B: _deck(eta * m / B),
           mistake="the pull of one direction taken as 1 in place of 1/C")
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


def _deck(r):
    return 2 / r**2 * (r - 1 + np.exp(-r))


@numerical("eq-class-covariance",
           tex=r"\begin{aligned} S &= \frac1m\, x^\top (y - p), \\"
               r" S_{\cdot k} &= p_k\, (\bar x_k - \bar x) . \end{aligned}",
           right=lambda x, y, p: (x.T @ (y - p) / len(x),
                                  [p[k] * (_mean(x, y, k) - np.mean(x, axis=0)) for k in range(3)]),
           wrong=lambda x, y, p: (x.T @ y / len(x), [p[k] * _mean(x, y, k) for k in range(3)]),
           mistake="the means are not taken off")
def class_covariance(formula):
    """numpy's covariance of pixels and classes, for ten random pictures."""
    x, y = _pictures()
    covariance = np.cov(x.T, y.T, ddof=0)[:4, 4:]
    S, columns = formula(x, y, P)
    return max(np.max(abs(S - covariance)), np.max(abs(np.transpose(columns) - covariance))), 10 * EPS


def _mean(x, y, k):
    return np.mean(x[y[:, k] == 1], axis=0)


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _tied_step(w, b, v, c, x, y, n, eta):
    """A step of gradient descent of n equal sigmoid units, each with the gradient of one unit."""
    h = _sigmoid(x @ w + b)
    delta = (_softmax(c + n * np.outer(h, v)) - y) / len(x)
    dz = delta @ v * h * (1 - h)
    return w - eta * x.T @ dz, b - eta * np.sum(dz), v - eta * h @ delta, c - eta * np.sum(delta, axis=0)


def _saddle_map(w, v, c, p, S, n, eta, constant=1 / 2):
    u = c - np.log(p) + n * constant * v
    return (w + eta / 4 * S @ v,
            v + eta / 4 * S.T @ w - eta / 2 * _J(p) @ u,
            c - eta * _J(p) @ u)


@numerical("eq-saddle-map",
           tex=r"\begin{aligned} w &\leftarrow w + \tfrac{\eta}{4} S v, \\ v &\leftarrow v + \tfrac{\eta}{4} S^\top w -"
               r" \tfrac{\eta}{2} J u, \\ c &\leftarrow c - \eta J u, \\ \text{with}\quad u &= c - \ln p +"
               r" \tfrac{n}{2} v . \end{aligned}",
           right=_saddle_map,
           wrong=lambda *given: _saddle_map(*given, constant=1),
           mistake="a hidden unit that puts out 1 in place of one half at the start")
def saddle_map(formula):
    r"""A step of the network itself, five equal units on ten random pictures, at a distance $\epsilon = 10^{-5}$ from
    the saddle in a random direction. The hidden bias must stay. What is left out is of the order $\epsilon^2$, times
    the number of units."""
    (x, y), rng, n, eta, small = _pictures(), np.random.default_rng(1), 5, 0.5, 1e-5
    w, b, v, c = (small * rng.normal(size=size) for size in (4, 1, 3, 3))
    c = c + np.log(P)
    after_w, after_b, after_v, after_c = _tied_step(w, b, v, c, x, y, n, eta)
    claimed = formula(w, v, c, P, x.T @ (y - P) / len(x), n, eta)
    off = [np.max(abs(a - b)) for a, b in zip((after_w, after_v, after_c, after_b), (*claimed, b), strict=True)]
    return max(off), n * small**2


@numerical("eq-escape-rate",
           tex=r"g^2 \left(1 + \frac{n}{4 (1 + C g)}\right) = \left(\frac{s}{4}\right)^2 .",
           right=lambda g, n, C, s: (g**2 * (1 + n / (4 * (1 + C * g))), (s / 4) ** 2),
           wrong=lambda g, n, C, s: (g**2 * (1 + n / 4), (s / 4) ** 2),
           mistake="a bias that stands still")
def escape_rate(formula):
    r"""The largest eigenvalue $1 + \eta g$ of the linear map of $(w, v, c)$, for random pictures of five balanced
    classes and three widths."""
    rng, C, eta, off = np.random.default_rng(0), 5, 0.5, []
    y, p = np.tile(np.eye(C), (4, 1)), np.full(C, 1 / C)
    S = rng.random((20, 6)).T @ (y - p) / 20

    def image(n, start):
        w, v, c = np.split(start, [6, 6 + C])
        w, v, c = _saddle_map(w, v, c + np.log(p), p, S, n, eta)
        return np.concatenate([w, v, c - np.log(p)])

    for n in (1, 8, 64):
        growth = np.linalg.eigvals([image(n, e) for e in np.eye(6 + 2 * C)]).real.max() - 1
        left, right = formula(growth / eta, n, C, s=np.linalg.norm(S, ord=2))
        off.append(abs(left / right - 1))
    return max(off), 1e-10


def _deep_gradient(w, theta, v, c, x, y, n1, n2):
    """Of one of n1 equal units, in w, and of one of the weights between them and n2 equal units."""
    h1 = _sigmoid(x @ w)
    h2 = _sigmoid(n1 * theta * h1)
    delta = (_softmax(c + n2 * np.outer(h2, v)) - y) / len(x)
    dz2 = delta @ v * h2 * (1 - h2)
    return n2 * theta * x.T @ (dz2 * h1 * (1 - h1)), h1 @ dz2


def _settled(v, n2):
    """The output bias at which the network puts out the shares P when the layers below are zero."""
    return np.log(P) - n2 * v / 2


@numerical("eq-deep-map",
           tex=r"\begin{aligned} w &\leftarrow w + \tfrac{\eta}{16}\, n_2\, \theta\, S v, \\"
               r" \theta &\leftarrow \theta + \tfrac{\eta}{16}\, w \cdot S v . \end{aligned}",
           right=lambda w, theta, v, S, n2, eta: (w + eta / 16 * n2 * theta * S @ v, theta + eta / 16 * w @ S @ v),
           wrong=lambda w, theta, v, S, n2, eta: (w + eta / 4 * n2 * theta * S @ v, theta + eta / 4 * w @ S @ v),
           mistake="the slope of a single layer in place of two")
def deep_map(formula):
    r"""A step of the network itself, on ten random pictures with widths 3 and 4, at a distance $\epsilon = 10^{-4}$
    from the saddle, where the update is of the order $\epsilon^2$. What is left out is of the order $\epsilon^3$,
    times the numbers of units."""
    (x, y), rng, n1, n2, eta, small = _pictures(), np.random.default_rng(0), 3, 4, 0.5, 1e-4
    w, v, theta = small * rng.normal(size=4), small * np.array([1, -0.2, -0.8]), small
    dw, dtheta = _deep_gradient(w, theta, v, _settled(v, n2), x, y, n1, n2)
    after_w, after_theta = formula(w, theta, v, x.T @ (y - P) / len(x), n2, eta)
    off = max(np.max(abs(w - eta * dw - after_w)), abs(theta - eta * dtheta - after_theta))
    return off, n1 * n2 * small**3


@numerical("eq-deep-rate",
           tex=r"\eta g = \frac{\eta \sqrt{n_2}}{16}\, \lVert S v \rVert .",
           right=lambda eta, n2, S, v: eta * np.sqrt(n2) / 16 * np.linalg.norm(S @ v),
           wrong=lambda eta, n2, S, v: eta * n2 / 16 * np.linalg.norm(S @ v),
           mistake="the width itself in place of its root")
def deep_rate(formula):
    r"""The largest eigenvalue of the network's own step in $(w, \theta)$ at zero, by central differences of its
    gradient, with $|v_k| \le \epsilon = 10^{-5}$. The relative error is of the order $\epsilon$, times the numbers of
    units."""
    (x, y), n1, n2, eta, small, step = _pictures(), 3, 4, 0.5, 1e-5, 1e-3
    v = small * np.array([1, -0.2, -0.8])

    def gradient(at):
        return np.append(*_deep_gradient(at[:4], at[4], v, _settled(v, n2), x, y, n1, n2))

    curvature = [(gradient(step * e) - gradient(-step * e)) / (2 * step) for e in np.eye(5)]
    growth = np.linalg.eigvals(-eta * np.array(curvature)).real.max()
    return abs(formula(eta, n2, x.T @ (y - P) / len(x), v) / growth - 1), n1 * n2 * 10 * small
