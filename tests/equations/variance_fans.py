"""The equations of docs/variance/fans.md, held against layers whose sums are written out, in whole numbers."""

from fractions import Fraction
from math import cos, pi

import numpy as np

from equations import exact, numerical
from equations._common import EPS, signs
from initbook import convolution


def _convolved(x, W, s):
    """z[p, k]: the sum over kernel positions u and channels c of x[s p + u, c] W[u, c, k]."""
    p = (len(x) - len(W)) // s + 1
    return np.array([np.einsum("uc,uck->k", x[s * i:s * i + len(W)], W) for i in range(p)])


@exact("eq-conv-backward", package="convolution.convolve_transpose convolution.exchange_channels",
       right=lambda t, c, s, dz, W: (
           sum(dz[p, k] * W[u, c, k] for p, u, k in np.ndindex(len(dz), len(W), W.shape[2]) if s * p + u == t),
           convolution.convolve_transpose(dz[None], convolution.exchange_channels(W), s)[0, t, c]),
       wrong=("s * p + u == t", "p + s * u == t"), mistake="the stride at the position in the kernel")
def conv_backward(formula):
    """A convolution of 9 positions with 2 channels to 3, kernel size 3, stride 2, is linear in its input: one input set
    to 1 at a time gives the derivatives of all outputs."""
    rng = np.random.default_rng(0)
    W, dz = rng.integers(-5, 6, size=(3, 2, 3)) * 1.0, rng.integers(-5, 6, size=(4, 3)) * 1.0
    off = 0
    for t, c in np.ndindex(9, 2):
        x = np.zeros((9, 2))
        x[t, c] = 1
        off = max(off, *(abs(np.sum(dz * _convolved(x, W, s=2)) - found) for found in formula(t, c, 2, dz, W)))
    return off, 0


@exact("eq-border",
       right=lambda q, p, window: Fraction(1, 9) * sum(q[p[0] + u[0], p[1] + u[1]] for u in window),
       wrong=lambda q, p, window: np.mean([v for u in window if (v := q[p[0] + u[0], p[1] + u[1]])]),
       mistake="the mean over the positions that lie in the image")
def border(formula):
    r"""Every position of a $3 \times 3$ image of one channel, padded with zeros: weights $\pm\frac13$, all 512 outcomes
    of their signs."""
    x, kernels, off = np.pad(np.arange(1, 10).reshape(3, 3), 1), signs(3, 3), 0
    q = {(i - 1, j - 1): int(x[i, j]) ** 2 for i, j in np.ndindex(5, 5)}
    window = [(i - 1, j - 1) for i, j in np.ndindex(3, 3)]
    for i, j in np.ndindex(3, 3):
        z = np.sum(kernels * x[i:i + 3, j:j + 3], axis=(1, 2))
        off = max(off, abs(Fraction(int(np.sum(z**2)), 512 * 9) - formula(q, (i, j), window)))
    return off, 0


@numerical("eq-border-slowest",
           right=lambda S: (1 / 3 + 2 / 3 * cos(pi / (S + 1)))**2,
           wrong=("(S + 1)", "S"), mistake="a pattern that vanishes at the border, and not one step beyond it")
def border_slowest(formula):
    r"""The largest eigenvalue of {eq}`eq-border` as a matrix of shape $(S^2, S^2)$, for $S$ from 2 to 8."""
    steps = {S: (np.eye(S) + np.eye(S, k=1) + np.eye(S, k=-1)) / 3 for S in range(2, 9)}
    return max(abs(np.linalg.eigvalsh(np.kron(step, step)).max() - formula(S)) for S, step in steps.items()), 100 * EPS
