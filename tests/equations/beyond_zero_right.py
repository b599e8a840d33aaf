"""The equations of docs/beyond/zero-right.md: an adapter's gradients, its first step, and the length of Adam's."""

import numpy as np

from equations import numerical, simulation


def adapter(seed=0, n=7, r=3, m=5):
    """Inputs, targets, a frozen matrix and the two thin ones."""
    rng = np.random.default_rng(seed)
    shapes = (m, n), (m, n), (n, n), (n, r), (r, n)
    return [rng.normal(size=shape) for shape in shapes]


def full_gradient(x, y, W, A, B, s):
    return x.T @ (x @ W + s * x @ A @ B - y)


@numerical("eq-lora-gradient", right=lambda s, G, A, B: (s * G @ B.T, s * A.T @ G), wrong=("s * A.T @ G", "A.T @ G"),
           mistake="the factor is forgotten in one of the two")
def lora_gradient(formula):
    r"""Central differences of half a squared error in every entry of $A$ and $B$, with $s = 0.7$."""
    x, y, W, A, B = adapter()
    s, h = 0.7, 1e-5

    def loss(A, B):
        return ((x @ W + s * x @ A @ B - y) ** 2).sum() / 2

    def slope(of, M):
        found = np.empty_like(M)
        for i in np.ndindex(M.shape):
            step = np.zeros_like(M)
            step[i] = h
            found[i] = (of(M + step) - of(M - step)) / (2 * h)
        return found
    claimed = formula(s, full_gradient(x, y, W, A, B, s), A, B)
    measured = slope(lambda A: loss(A, B), A), slope(lambda B: loss(A, B), B)
    return max(np.abs(a - b).max() for a, b in zip(claimed, measured, strict=True)), 1e-5


@numerical("eq-lora-step", right=lambda eta, s, A, B, G: (-eta * s**2 * A @ A.T @ G, -eta * s**2 * G @ B.T @ B),
           wrong=("s**2 * A", "s * A"), mistake="the factor of the forward pass is forgotten")
def lora_step(formula):
    r"""The change of $s A B$ in one step on both matrices, by the chain rule through $h = xA$, from $B = 0$ and from
    $A = 0$; $\eta = 0.01$, $s = 1.7$."""
    x, y, W, A, B = adapter()
    eta, s = 0.01, 1.7
    off = []
    for which, (P, Q) in enumerate([(A, 0 * B), (0 * A, B)]):
        h = x @ P
        delta = x @ W + s * h @ Q - y
        P_new, Q_new = P - eta * x.T @ (s * delta @ Q.T), Q - eta * s * h.T @ delta
        claimed = formula(eta, s, A, B, full_gradient(x, y, W, P, Q, s))[which]
        off.append(np.abs(s * P_new @ Q_new - claimed).max())
    return max(off), 1e-12


@simulation("eq-lora-rank", right=lambda eta, s, r, n: eta * s * (r / n) ** 0.5, wrong=("r / n", "r * r / n"),
            mistake="the terms add up as if all had one sign")
def lora_rank(formula):
    r"""Adam's first step from $B = 0$: signs of $A^\top G$ for a $G$ of rank 6 and size 400, $A$ with variance $1/n$,
    $r = 10$; 20 draws. The entries of $A$ and the signs are not quite independent: a tenth is granted."""
    n, r, eta, s = 400, 10, 0.01, 3.0
    sizes = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        G, A = rng.normal(size=(n, 6)) @ rng.normal(size=(6, n)), rng.normal(size=(n, r)) / n**0.5
        sizes.append(((s * A @ (eta * np.sign(A.T @ G))) ** 2).mean() ** 0.5)
    claimed = formula(eta, s, r, n)
    return abs(np.mean(sizes) / claimed - 1), 0.1
