r"""A stream and the blocks that add to it: forward and backward, with a normalization before or after.

Blocks are :class:`initbook.blocks.Residual`, whose branch is a network of dense layers. With :math:`h^0 = x`, a factor
:math:`a` on the skip and :math:`s` on the branch, block ``l`` computes

.. math:: h^l = a\,h^{l-1} + s\,F^l(h^{l-1}), \qquad h^l = a\,h^{l-1} + s\,F^l(\mathrm{norm}(h^{l-1})), \qquad
   h^l = \mathrm{norm}(a\,h^{l-1} + s\,F^l(h^{l-1})):

plain, with the normalization before the branch ("pre-norm"), and after the sum ("post-norm").

>>> import numpy as np
>>> from initbook.activations import relu
>>> from initbook.blocks import Residual
>>> block = Residual([(np.eye(2), np.zeros(2)), (np.eye(2), np.zeros(2))], relu)
>>> forward([block, block], np.array([[1.0, -1.0]])).h[-1].tolist()
[[4.0, -1.0]]
"""

from collections.abc import Sequence
from typing import NamedTuple

from initbook import network, normalization
from initbook._check import Array, choice, floats, number, require
from initbook.blocks import Residual

__all__ = ["Stream", "StreamGrads", "backward", "forward"]

_NORMS = {"none": (lambda u: u, lambda u, du: du)} | {
    name: (getattr(normalization, f"{name}_norm"), getattr(normalization, f"{name}_norm_backward"))
    for name in ("batch", "layer", "rms")}
_AT = {"before": True, "after": False}


class Stream(NamedTuple):
    """What a forward pass computed. ``h[l]`` is the stream after block ``l``, ``h[0]`` the input; ``sums[l - 1]`` what
    block ``l`` added up, before a normalization; ``branches[l - 1]`` the :class:`initbook.network.Trace` of its branch.

    Examples
    --------
    >>> import numpy as np
    >>> from initbook.activations import identity
    >>> stream = forward([Residual([(np.array([[3.0]]), np.zeros(1))], identity)], np.array([[2.0]]))
    >>> stream.branches[0].h[-1].tolist(), stream.h[-1].tolist()
    ([[6.0]], [[8.0]])
    """

    h: list[Array]
    sums: list[Array]
    branches: list[network.Trace]


class StreamGrads(NamedTuple):
    """What a backward pass computed: ``params[l - 1]`` has the layout of the parameters of block ``l``, ``h[l]`` is
    :math:`dL/dh^l`, and ``sums[l - 1]`` the derivative for what block ``l`` added up.

    Examples
    --------
    >>> import numpy as np
    >>> from initbook.activations import identity
    >>> blocks = [Residual([(np.array([[3.0]]), np.zeros(1))], identity)]
    >>> grads = backward(blocks, forward(blocks, np.array([[2.0]])), np.array([[1.0]]))
    >>> grads.params[0][0][0].tolist(), grads.h[0].tolist()
    ([[2.0]], [[4.0]])
    """

    params: list[network.Params]
    h: list[Array]
    sums: list[Array]


def forward(blocks: Sequence[Residual], x: Array, *, norm: str = "none", place: str = "before",
            skip: float = 1.0) -> Stream:
    r"""The stream after every block.

    Parameters
    ----------
    blocks
        Residual blocks whose branches are networks ``[(W, b), …]`` that end as wide as they begin.
    x
        Inputs, shape ``(samples, units)``, floats; the stream has the float type of the first weights.
    norm
        ``"batch"``, ``"layer"`` or ``"rms"``, see :mod:`initbook.normalization`, or ``"none"``.
    place
        Where it stands: ``"before"`` each branch, or ``"after"`` each sum.
    skip
        :math:`a`.

    Raises
    ------
    ValueError, TypeError
        If a branch does not fit the stream, or for a normalization or place that does not exist.

    Examples
    --------
    A branch that ends with zeros adds nothing:

    >>> import numpy as np
    >>> from initbook.activations import relu
    >>> block = Residual([(np.ones((2, 3)), np.zeros(3)), (np.zeros((3, 2)), np.zeros(2))], relu)
    >>> forward([block] * 5, np.array([[1.0, 2.0]]), norm="layer").h[-1].tolist()
    [[1.0, 2.0]]
    """
    blocks = _checked(blocks)
    normed, before = choice("norm", norm, _NORMS)[0], choice("place", place, _AT)
    kind = blocks[0].params[0][0].dtype
    skip, h = number("skip", skip), [floats("x", x, ndim=2).astype(kind, copy=False)]
    sums, branches = [], []
    for i, block in enumerate(blocks):
        u = normed(h[-1]) if before else h[-1]
        branch = network.forward(block.params, block.before.f(u), block.activations)
        require(branch.h[-1].shape == u.shape, f"blocks[{i}]", f"a block whose branch ends with shape {u.shape}",
                branch.h[-1].shape)
        sums.append(skip * h[-1] + block.scale * branch.h[-1])
        h.append(sums[-1] if before else normed(sums[-1]))
        branches.append(branch)
    return Stream(h, sums, branches)


def backward(blocks: Sequence[Residual], stream: Stream, dh: Array, *, norm: str = "none", place: str = "before",
             skip: float = 1.0) -> StreamGrads:
    r"""The derivatives of the loss with respect to everything. Of the plain stream, with :math:`J^l` the slope of the
    branch,

    .. math:: \frac{dL}{dh^{l-1}} = a\,\frac{dL}{dh^l} + s\,\frac{dL}{dh^l} (J^l)^\top.

    Parameters
    ----------
    blocks, norm, place, skip
        As given to :func:`forward`.
    stream
        What :func:`forward` returned.
    dh
        :math:`dL/dh` at the end of the stream.

    Examples
    --------
    Beside branches that end with zeros the gradient comes down as it is:

    >>> import numpy as np
    >>> from initbook.activations import relu
    >>> blocks = [Residual([(np.ones((2, 3)), np.zeros(3)), (np.zeros((3, 2)), np.zeros(2))], relu)] * 5
    >>> backward(blocks, forward(blocks, np.array([[1.0, 2.0]])), np.array([[7.0, 8.0]])).h[0].tolist()
    [[7.0, 8.0]]
    """
    blocks = _checked(blocks)
    require(isinstance(stream, Stream) and len(stream.sums) == len(blocks), "stream",
            f"the Stream of these {len(blocks)} blocks", type(stream).__name__)
    normed, back = choice("norm", norm, _NORMS)
    before, skip = choice("place", place, _AT), number("skip", skip)
    dh = floats("dh", dh, shape=stream.h[-1].shape).astype(stream.h[-1].dtype, copy=False)
    params, dhs, dsums = [], [dh], []
    for block, h, total, branch in zip(*map(reversed, (blocks, stream.h[:-1], stream.sums, stream.branches)),
                                       strict=True):
        ds = dhs[0] if before else back(total, dhs[0])
        grads = network.backward(block.params, branch, block.activations, block.scale * ds)
        du = grads.h[0] * block.before.df(normed(h) if before else h)
        params.insert(0, grads.params)
        dsums.insert(0, ds)
        dhs.insert(0, skip * ds + (back(h, du) if before else du))
    return StreamGrads(params, dhs, dsums)


def _checked(blocks: Sequence[Residual]) -> list[Residual]:
    """With scales that are Python's floats: one of numpy's would turn single precision into double."""
    require(isinstance(blocks, Sequence) and len(blocks) > 0, "blocks", "a list of one or more Residual blocks",
            blocks, TypeError)
    for i, block in enumerate(blocks):
        require(isinstance(block, Residual), f"blocks[{i}]", "a Residual", type(block).__name__, TypeError)
        network.check_params(block.params)
    return [block._replace(scale=number(f"blocks[{i}] scale", block.scale)) for i, block in enumerate(blocks)]
