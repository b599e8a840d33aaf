"""The equations of docs/variance/fans.md, held against layers whose sums are written out, in whole numbers."""

from fractions import Fraction
from math import cos, pi

import numpy as np

from equations import exact, numerical
from equations._common import signs


def _convolution(x, W, s):
    """z[p, k]: the sum over kernel positions u and channels c of x[s p + u, c] W[u, c, k]."""
    p = (len(x) - len(W)) // s + 1
    return np.array([np.einsum("uc,uck->k", x[s * i:s * i + len(W)], W) for i in range(p)])


@exact("eq-conv-backward",
       tex=r"""\frac{\partial L}{\partial x_{t,c}} = \sum_{p, u:\; sp + u = t} \; \sum_k
               \frac{\partial L}{\partial z_{p,k}}\, W_{u,c,k}.""",
       right=lambda t, c, s, dz, W: sum(dz[p] @ W[u, c] for p, u in np.ndindex(len(dz), len(W)) if s * p + u == t),
       wrong=lambda t, c, s, dz, W: sum(dz[p] @ W[u, c] for p, u in np.ndindex(len(dz), len(W)) if p + s * u == t),
       mistake="the stride at the position in the kernel")
def conv_backward(formula):
    """A convolution of 9 positions with 2 channels to 3, kernel size 3, stride 2, is linear in its input: one input set
    to 1 at a time gives the derivatives of all outputs."""
    rng = np.random.default_rng(0)
    W, dz = rng.integers(-5, 6, size=(3, 2, 3)), rng.integers(-5, 6, size=(4, 3))
    off = 0
    for t, c in np.ndindex(9, 2):
        x = np.zeros((9, 2), dtype=int)
        x[t, c] = 1
        off = max(off, abs(np.sum(dz * _convolution(x, W, s=2)) - formula(t, c, 2, dz, W)))
    return int(off), 0


@exact("eq-border",
       tex=r"q^{l+1}(p) = \frac19 \sum_{u} q^l(p + u)",
       right=lambda window: Fraction(1, 9) * sum(window),
       wrong=lambda window: Fraction(1, len(window)) * sum(window),
       mistake="the mean over the positions that lie in the image")
def border(formula):
    r"""Every position of a $3 \times 3$ image of one channel, padded with zeros: weights $\pm\frac13$, all 512 outcomes
    of their signs."""
    q = np.arange(1, 10).reshape(3, 3) ** 2
    x, kernels, off = np.pad(np.sqrt(q).astype(int), 1), signs(3, 3), 0
    for i, j in np.ndindex(3, 3):
        z = np.sum(kernels * x[i:i + 3, j:j + 3], axis=(1, 2))
        inside = q[max(i - 1, 0):i + 2, max(j - 1, 0):j + 2].ravel()
        off = max(off, abs(Fraction(int(np.sum(z**2)), 512 * 9) - formula(inside.tolist())))
    return off, 0


@numerical("eq-border-slowest",
           tex=r"\lambda(S) = \Bigl( \tfrac13 + \tfrac23 \cos \tfrac{\pi}{S + 1} \Bigr)^2 .",
           right=lambda S: (1 / 3 + 2 / 3 * cos(pi / (S + 1))) ** 2,
           wrong=lambda S: (1 / 3 + 2 / 3 * cos(pi / S)) ** 2,
           mistake="a pattern that vanishes at the border, and not one step beyond it")
def border_slowest(formula):
    r"""The largest eigenvalue of {eq}`eq-border` as a matrix of shape $(S^2, S^2)$, for $S$ from 2 to 8."""
    off = 0
    for S in range(2, 9):
        step = (np.eye(S) + np.eye(S, k=1) + np.eye(S, k=-1)) / 3
        off = max(off, abs(np.linalg.eigvalsh(np.kron(step, step)).max() - formula(S)))
    return off, 100 * np.finfo(float).eps
