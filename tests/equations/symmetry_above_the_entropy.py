"""The equations of docs/symmetry/above-the-entropy.md: the output bias under mini-batches, in numpy alone."""

import numpy as np
from numpy import exp, log

from equations import numerical, simulation
from equations._common import mean_within, softmax
from equations.symmetry_real_digits import P, entropy, jacobian, loss


@simulation("eq-jitter",
            right=lambda eta, B, J, p: (eta / (4 * B) * np.trace(J), eta / (4 * B) * (1 - sum(p**2))),
            wrong=("4 * B) * np", "2 * B) * np"), mistake="twice the noise: the half of the quadratic loss forgotten")
def jitter(formula):
    r"""500 runs on independent draws with batches of 10 samples and $\eta = \frac1{10}$, each averaged over 200 steps
    after as many in which it settles. What the derivation drops is less than the sampling error."""
    rng, eta, B, c, above = np.random.default_rng(0), 0.1, 10, np.tile(log(P), (500, 1)), []
    for _ in range(400):
        above.append(loss(c, P) - entropy(P))
        c = c - eta * (softmax(c) - rng.multinomial(B, P, size=len(c)) / B)
    above = np.mean(above[200:], axis=0)
    return mean_within(np.stack([above, above], axis=1), formula(eta, B, jacobian(P), P))


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
            epoch = epoch + log(np.sum(exp(c), axis=1)) - np.sum(c * batch, axis=1) / B + loss(c, p)
            c, left = c - eta * (softmax(c) - batch / B), left - batch
        total.append(epoch / 100 - 2 * entropy(p))
    return mean_within(np.mean(total[5:], axis=0), formula(eta, B, jacobian(p)))


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
