"""The equations of docs/beyond/attention.md: layers of signs, exactly, and drawn layers, tables and gates."""

from math import exp, log, sqrt

import numpy as np

from equations import exact, numerical, simulation
from equations._common import mean_within, normal_mean, sigmoid, signs, softmax
from initbook import attention


@exact("eq-scores", right=lambda n, sigma2_q, sigma2_k: n * sigma2_q * n * sigma2_k,
       wrong=("n * sigma2_k", "sigma2_k"), mistake="the keys' fan-in is forgotten")
def scores(formula):
    r"""All weights of $\pm 1$ for queries and of $\pm 2$ for keys, two inputs and two columns, two tokens of mean
    square 1: the mean of $S^2$, times the $d = 2$ that divides it."""
    x, other = np.array([1, 1]), np.array([1, -1])
    q, k = x @ signs(2, 2), 2 * (other @ signs(2, 2))
    products = (q[:, None] * k[None, :]).sum(axis=-1)
    return abs(int((products**2).sum()) - 2 * products.size * formula(2, 1, 4)), 0


@simulation("eq-attended", right=lambda T, s: (T * exp(-s**2), log(T) - s**2 / 2),
            wrong=("T * exp(-s**2)", "T * exp(-s**2 / 2)"), mistake="half of the variance")
def attended(formula):
    r"""200 rows of 20 000 independent scores of standard deviation $\frac7{10}$."""
    rng, T, s = np.random.default_rng(0), 20_000, 0.7
    P = [softmax(s * rng.normal(size=T)) for _ in range(200)]
    return mean_within([(1 / np.sum(p**2), -np.sum(p * np.log(p))) for p in P], formula(T, s))


@simulation("eq-token-map",
            right=lambda c, s, T: (p := c + (1 - c) / T * exp(c * (1 - c) * s**2),
                                   q := c + (1 - c) / T * exp((1 - c) * s**2), p / q),
            wrong=("exp(c * (1 - c) * s**2)", "exp(c * s**2)"), mistake="what a row has in common counts, too")
def token_map(formula):
    r"""Six layers of one head, 400 tokens with a cosine of $\frac25$, width 800, $s = 0.8$. Given the shares, the mean
    over the values is exact: $x_k \cdot x_l$ in place of $V_k \cdot V_l$. Compared is what exceeds $c$, to a
    twentieth, and $1 - c'$, to three."""
    rng, n, T, c, s = np.random.default_rng(0), 800, 400, 0.4, 0.8
    found = []
    for _ in range(6):
        u = np.linalg.qr(rng.normal(size=(n, T + 1)))[0].T * sqrt(n)
        x = sqrt(c) * u[:1] + sqrt(1 - c) * u[1:]
        Q, K = (x @ rng.normal(0, sqrt(s / n), (n, n)) for _ in range(2))
        P = softmax(Q @ K.T / sqrt(n))
        products = P @ (x @ x.T / n) @ P.T
        q = np.trace(products) / T
        found.append([(np.sum(products) / T - q) / (T - 1), q])
    p, q = np.mean(found, axis=0)
    claimed = formula(c, s, T)
    return max(abs((p - c) / (claimed[0] - c) - 1), abs((q - c) / (claimed[1] - c) - 1),
               abs((1 - p / q) / (1 - claimed[2]) - 1) / 3), 0.05


@numerical("eq-token-cubic", right=lambda s, T, epsilon: s**2 / T * epsilon**3,
           wrong=("epsilon**3", "epsilon**2"), mistake="the queries' factor is forgotten")
def token_cubic(formula):
    r"""One step of the map from $\varepsilon = 10^{-3}$, by differences of exponentials that do not cancel."""
    s, T, e = 1.3, 50, 1e-3
    apart = e / T * exp((1 - e) * e * s**2) * np.expm1(e * e * s**2)
    q = 1 - e + e / T * exp(e * s**2)
    return abs(apart / q / formula(s, T, e) - 1), 5 * e


@simulation("eq-routes", right=lambda s: (s**2, s**2, 1), wrong=("(s**2, s**2, 1)", "(s, s, 1)"),
            mistake="sizes in place of mean squares")
def routes(formula):
    r"""Ten layers of four heads, 64 tokens at right angles, width 256, $s = \frac12$: mean squares of what comes back
    through queries, keys and values, over the last, to a tenth."""
    rng, n, s = np.random.default_rng(0), 256, 0.5
    found = []
    for _ in range(10):
        x = np.linalg.qr(rng.normal(size=(n, 64)))[0].T * sqrt(n)
        weights = attention.Weights(*[rng.normal(0, sqrt(v / n), (n, n)) for v in (s, s, 1, 1)])
        trace = attention.forward(weights, x, 4)
        grads = attention.backward(weights, trace, rng.normal(size=x.shape))
        found.append([np.mean(part**2) for part in (grads.through_q, grads.through_k, grads.through_v)])
    means = np.mean(found, axis=0)
    return np.max(abs(means / means[2] / formula(s) - 1)), 0.1


@simulation("eq-tied-loss",
            right=lambda C, n, sigma, B: log(C * exp(n * sigma**2 / 2)
                                             + exp(sigma / sqrt(sigma**2 + B) * n * sigma)),
            wrong=("sigma / sqrt(sigma**2 + B) * n * sigma", "0"), mistake="the word just read is one of many")
def tied_loss(formula):
    r"""Tables of 1000 words and width 200: rows plus a random part of mean square $B$, normalized, times the table; the
    next word is another. Mean loss of 2000 rows, for a table that is small beside $B$, and one that is not, to three
    in a hundred."""
    rng, C, n = np.random.default_rng(0), 1000, 200
    errors = []
    for sigma, B in ((0.05, 1.0), (0.2, 0.1)):
        E = rng.normal(0, sigma, (C, n))
        word = rng.integers(C, size=2000)
        h = E[word] + rng.normal(0, sqrt(B), (2000, n))
        logits = h / np.sqrt(np.mean(h**2, axis=1, keepdims=True)) @ E.T
        other = (word + rng.integers(1, C, size=2000)) % C
        loss = np.log(np.sum(np.exp(logits), axis=1)) - logits[np.arange(2000), other]
        errors.append(abs(np.mean(loss) / formula(C, n, sigma, B) - 1))
    return max(errors), 0.03


@simulation("eq-forget", right=lambda t, b, s: exp(-t * -normal_mean(lambda z: np.log(sigmoid(b + z)), s**2)),
            wrong=("np.log(sigmoid(b + z))", "np.log(sigmoid(b))"), mistake="a gate without inputs")
def forget(formula):
    r"""The geometric mean of the products of 20 gates, 4000 draws, bias $\frac12$, pre-activations of standard
    deviation $\frac65$."""
    rng, b, s = np.random.default_rng(0), 0.5, 1.2
    gates = sigmoid(b + s * rng.normal(size=(4000, 20)))
    return mean_within(np.sum(np.log(gates), axis=1), log(formula(20, b, s)))
