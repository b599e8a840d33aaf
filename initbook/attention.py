r"""Self-attention, written out: forward and backward, with heads.

Rows are tokens. With :math:`n` the width and :math:`d` the columns of a head, each head computes

.. math::

   Q = x W_q, \quad K = x W_k, \quad V = x W_v, \qquad S = \frac{Q K^\top}{\sqrt d}, \qquad
   P = \mathrm{softmax}(S), \qquad M = P V,

softmax row by row, and :math:`z = M W_o` for all heads side by side (Vaswani et al., 2017). There are no biases: they
start at 0. The module chooses no weights. Everything is computed in the float type of the weights.

>>> import numpy as np
>>> weights = Weights(*[np.eye(4)] * 4)
>>> forward(weights, np.zeros((3, 4)), heads=2).shares.shape  # heads, tokens that look, tokens looked at
(2, 3, 3)
"""

from typing import NamedTuple

import numpy as np

from initbook._check import Array, count, floats, require
from initbook.losses import softmax

__all__ = ["Grads", "Trace", "Weights", "backward", "forward"]


class Weights(NamedTuple):
    """The four matrices: queries, keys and values ``(n, heads * d)``, output ``(heads * d, n)``.

    Heads lie side by side: head ``i`` owns the columns ``i * d`` to ``(i + 1) * d``, and these rows of ``out``.

    Examples
    --------
    >>> import numpy as np
    >>> Weights(*np.zeros((4, 8, 8))).out.shape
    (8, 8)
    """

    q: Array
    k: Array
    v: Array
    out: Array


class Trace(NamedTuple):
    """What a forward pass computed.

    ``x`` and ``z``, the output, have shape ``(…, tokens, n)``; ``q``, ``k``, ``v`` and ``mixed`` have
    ``(…, heads, tokens, d)``; ``scores`` and ``shares`` have ``(…, heads, tokens, tokens)``, and each row of ``shares``
    sums to 1.

    Examples
    --------
    >>> import numpy as np
    >>> trace = forward(Weights(*[np.eye(2)] * 4), np.array([[1.0, 0.0], [0.0, 1.0]]))
    >>> trace.scores.round(3).tolist()
    [[[0.707, 0.0], [0.0, 0.707]]]
    """

    x: Array
    q: Array
    k: Array
    v: Array
    scores: Array
    shares: Array
    mixed: Array
    z: Array


class Grads(NamedTuple):
    """What a backward pass computed: the derivatives of the loss for the four matrices, and what comes back to ``x``
    through queries, keys and values. Their sum is :math:`dL/dx`.

    Examples
    --------
    >>> import numpy as np
    >>> weights = Weights(*[np.eye(2)] * 4)
    >>> grads = backward(weights, forward(weights, np.eye(2)), dz=np.ones((2, 2)))
    >>> grads.dx.round(9).tolist()  # both tokens say the same for all that the loss asks
    [[1.0, 1.0], [1.0, 1.0]]
    """

    weights: Weights
    through_q: Array
    through_k: Array
    through_v: Array

    @property
    def dx(self) -> Array:
        """:math:`dL/dx`, of the shape of ``x``."""
        return self.through_q + self.through_k + self.through_v


def forward(weights: Weights, x: Array, heads: int = 1, causal: bool = False) -> Trace:
    r"""What every token takes from all tokens.

    Parameters
    ----------
    weights
        Queries, keys, values and output, as :class:`Weights`.
    x
        Tokens, shape ``(…, tokens, n)``, floats.
    heads
        How many heads share the columns of the first three matrices.
    causal
        Whether a token looks at itself and those before it only, as in a language model.

    Raises
    ------
    ValueError, TypeError
        If shapes do not chain, if an array holds integers, or if ``heads`` does not divide the columns.

    Examples
    --------
    From zero every token looks at all alike, and in a language model at all before it:

    >>> import numpy as np
    >>> weights = Weights(np.zeros((2, 2)), np.zeros((2, 2)), np.eye(2), np.eye(2))
    >>> forward(weights, np.array([[3.0, 0.0], [0.0, 1.0]])).z.tolist()
    [[1.5, 0.5], [1.5, 0.5]]
    >>> forward(weights, np.array([[3.0, 0.0], [0.0, 1.0]]), causal=True).z.tolist()
    [[3.0, 0.0], [1.5, 0.5]]
    """
    weights, x = _checked(weights, x, heads)
    q, k, v = (_split(x @ W, heads) for W in weights[:3])
    scores = q @ _turned(k) / _root(q)
    if causal:
        scores = np.where(np.tri(x.shape[-2], dtype=bool), scores, np.asarray(-np.inf, scores.dtype))
    shares = softmax(scores.reshape(-1, x.shape[-2])).reshape(scores.shape)
    mixed = shares @ v
    return Trace(x, q, k, v, scores, shares, mixed, _joined(mixed) @ weights.out)


def backward(weights: Weights, trace: Trace, dz: Array) -> Grads:
    r"""The derivatives of the loss, by the chain rule from the output.

    .. math::

       \frac{dL}{dM} = \frac{dL}{dz} W_o^\top, \quad
       \frac{dL}{dV} = P^\top \frac{dL}{dM}, \quad
       \frac{dL}{dP} = \frac{dL}{dM} V^\top,

    .. math::

       \frac{dL}{dS} = P \odot \Bigl( \frac{dL}{dP} - \sum_j P_{ij} \frac{dL}{dP_{ij}} \Bigr),

    .. math::

       \frac{dL}{dQ} = \frac{dL}{dS} \frac{K}{\sqrt d}, \quad
       \frac{dL}{dK} = \frac{dL}{dS}^{\!\top} \frac{Q}{\sqrt d}.

    Parameters
    ----------
    weights
        As given to :func:`forward`.
    trace
        What :func:`forward` returned; it knows the heads and who was hidden from whom.
    dz
        :math:`dL/dz`, of the shape of ``trace.z``.

    Raises
    ------
    ValueError, TypeError
        If ``trace`` is that of a layer of other sizes, or if ``dz`` has another shape.

    Examples
    --------
    From zero the scores are flat, and neither queries nor keys get a gradient: each waits for the other.

    >>> import numpy as np
    >>> weights = Weights(np.zeros((2, 2)), np.zeros((2, 2)), np.eye(2), np.eye(2))
    >>> trace = forward(weights, np.array([[3.0, 0.0], [0.0, 1.0]]))
    >>> grads = backward(weights, trace, dz=np.array([[1.0, 0.0], [0.0, 0.0]]))
    >>> grads.weights.q.any(), grads.weights.k.any(), grads.weights.v.any()
    (np.False_, np.False_, np.True_)
    """
    require(isinstance(trace, Trace), "trace", "a Trace, as forward returns", type(trace).__name__, TypeError)
    heads = trace.q.shape[-3]
    weights, x = _checked(weights, trace.x, heads)
    require(trace.q.shape[-1] * heads == weights.q.shape[1], "trace",
            f"of {weights.q.shape[1]} columns in all heads, as in weights", f"{heads} of {trace.q.shape[-1]}")
    dz = floats("dz", dz, shape=trace.z.shape).astype(trace.z.dtype, copy=False)
    dm = _split(dz @ weights.out.T, heads)
    dp, dv = dm @ _turned(trace.v), _turned(trace.shares) @ dm
    ds = trace.shares * (dp - (trace.shares * dp).sum(axis=-1, keepdims=True)) / _root(trace.q)
    back = [_joined(part) for part in (ds @ trace.k, _turned(ds) @ trace.q, dv)]
    inner = [_product(x, part) for part in back]
    return Grads(Weights(*inner, _product(_joined(trace.mixed), dz)),
                 *[part @ W.T for part, W in zip(back, weights[:3], strict=True)])


def _checked(weights: Weights, x: Array, heads: int) -> tuple[Weights, Array]:
    require(isinstance(weights, Weights), "weights", "Weights of attention", type(weights).__name__, TypeError)
    n, columns = floats("weights.q", weights.q, ndim=2).shape
    for name in ("k", "v"):
        floats(f"weights.{name}", getattr(weights, name), shape=(n, columns))
    floats("weights.out", weights.out, shape=(columns, n))
    require(columns % count("heads", heads) == 0, "heads", f"a divisor of the {columns} columns", heads)
    x = floats("x", x)
    require(x.ndim >= 2 and x.shape[-1] == n and x.size > 0, "x", f"of shape (…, tokens, {n})", f"shape {x.shape}")
    return weights, x.astype(weights.q.dtype, copy=False)


def _split(a: Array, heads: int) -> Array:
    """``(…, tokens, heads * d)`` as ``(…, heads, tokens, d)``."""
    return a.reshape(*a.shape[:-1], heads, -1).swapaxes(-3, -2)


def _joined(a: Array) -> Array:
    a = a.swapaxes(-3, -2)
    return a.reshape(*a.shape[:-2], -1)


def _turned(a: Array) -> Array:
    return a.swapaxes(-2, -1)


def _root(q: Array) -> float:
    return q.shape[-1] ** 0.5


def _product(a: Array, b: Array) -> Array:
    """Summed over all tokens of all sequences, as the gradient of a matrix is."""
    return a.reshape(-1, a.shape[-1]).T @ b.reshape(-1, b.shape[-1])
