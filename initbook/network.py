r"""A network of dense layers: forward and backward, written out.

Parameters are a list ``[(W, b), …]``, one pair a layer. With rows as samples, layer ``l`` computes

.. math:: z^l = h^{l-1} W^l + b^l, \qquad h^l = f^l(z^l), \qquad h^0 = x.

The module chooses neither the weights nor the activations: both are handed in. Everything is computed in the float
type of the weights.

>>> import numpy as np
>>> from initbook.activations import tanh
>>> params = [(np.zeros((3, 4)), np.zeros(4)), (np.zeros((4, 2)), np.zeros(2))]
>>> trace = forward(params, np.ones((5, 3)), tanh)
>>> [h.shape for h in trace.h]
[(5, 3), (5, 4), (5, 2)]
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from initbook._check import Array, floats, require
from initbook.activations import Activation, identity
from initbook.normalization import batch_norm, batch_norm_backward

__all__ = ["Grads", "Params", "Trace", "backward", "check_params", "check_trace", "forward"]

Params = list[tuple[Array, Array]]
"""``[(W, b), …]`` with ``W.shape == (fan_in, fan_out)`` and ``b.shape == (fan_out,)``."""


class Trace(NamedTuple):
    """What a forward pass computed. Index = layer; layer 0 is the input.

    ``z[l]`` and ``h[l]`` have shape ``(samples, units of layer l)``; ``z[0]`` and ``h[0]`` are both
    the input.

    Examples
    --------
    >>> import numpy as np
    >>> from initbook.activations import relu
    >>> trace = forward([(np.array([[-2.0]]), np.zeros(1))], np.array([[1.0]]), [relu])
    >>> trace.z[1].tolist(), trace.h[1].tolist()
    ([[-2.0]], [[0.0]])
    """

    z: list[Array]
    h: list[Array]


class Grads(NamedTuple):
    """What a backward pass computed: derivatives of the loss.

    ``params`` has the layout of the parameters: ``[(dL/dW, dL/db), …]``. ``z[l]`` is
    :math:`dL/dz^l` and ``h[l]`` is :math:`dL/dh^l`; index = layer, and both at 0 are
    :math:`dL/dx`, or None where it was not asked for.

    Examples
    --------
    >>> import numpy as np
    >>> from initbook.activations import relu
    >>> params = [(np.array([[2.0]]), np.zeros(1))]
    >>> trace = forward(params, np.array([[3.0]]), [relu])
    >>> grads = backward(params, trace, [relu], dh=np.array([[1.0]]))
    >>> grads.z[1].tolist(), grads.h[0].tolist()
    ([[1.0]], [[2.0]])
    """

    params: Params
    z: list[Array]
    h: list[Array]


def forward(params: Params, x: Array, activations: Activation | Sequence[Activation],
            normalize: bool = False) -> Trace:
    r"""The pre-activations and activations of every layer.

    Parameters
    ----------
    params
        ``[(W, b), …]``.
    x
        Inputs, shape ``(samples, fan_in of the first layer)``, floats.
    activations
        One activation for the hidden layers (the output layer is then linear), or a list with one
        for each layer, the output's included.
    normalize
        Batch normalization of the hidden layers, :func:`initbook.normalization.batch_norm`:
        :math:`z^l = \mathrm{norm}(h^{l-1} W^l) + b^l`.

    Raises
    ------
    ValueError, TypeError
        If shapes do not chain, if an array holds integers, or if the list of activations has
        another length than the layers.

    Examples
    --------
    >>> import numpy as np
    >>> from initbook.activations import relu
    >>> W, b = np.array([[1.0, -1.0]]), np.array([0.5, 0.0])
    >>> V, c = np.array([[1.0], [1.0]]), np.array([0.0])
    >>> forward([(W, b), (V, c)], np.array([[2.0], [-2.0]]), relu).h[-1].tolist()
    [[2.5], [2.0]]
    """
    check_params(params)
    fs = _per_layer(activations, len(params))
    x = floats("x", x, ndim=2)
    fan_in = params[0][0].shape[0]
    require(x.shape[1] == fan_in, "x", f"of shape (samples, {fan_in})", f"shape {x.shape}")
    x = x.astype(params[0][0].dtype, copy=False)
    z, h = [x], [x]
    for (W, b), f in zip(params, fs, strict=True):
        u = h[-1] @ W
        hidden = len(z) < len(params)
        z.append(batch_norm(u) if normalize and hidden else u)
        z[-1] += b
        h.append(f.f(z[-1]).astype(x.dtype, copy=False))
    return Trace(z, h)


def backward(params: Params, trace: Trace, activations: Activation | Sequence[Activation],
             dh: Array, normalize: bool = False, dx: bool = True) -> Grads:
    r"""The derivatives of the loss with respect to everything, by the chain rule from the top.

    .. math::

       \frac{dL}{dz^l} = \frac{dL}{dh^l} \odot f^{l\prime}(z^l), \quad
       \frac{dL}{dW^l} = (h^{l-1})^\top \frac{dL}{dz^l}, \quad
       \frac{dL}{db^l} = \sum_{\text{samples}} \frac{dL}{dz^l}, \quad
       \frac{dL}{dh^{l-1}} = \frac{dL}{dz^l} (W^l)^\top.

    Parameters
    ----------
    params, activations, normalize
        As given to :func:`forward`. With batch normalization :math:`dL/dz^l` first goes through
        :func:`initbook.normalization.batch_norm_backward`.
    trace
        What :func:`forward` returned.
    dh
        :math:`dL/dh` at the output, of the shape of ``trace.h[-1]``: what ``loss.grad`` returns.
    dx
        Whether :math:`dL/dx` is computed too. Training does without: then ``z[0]`` and ``h[0]`` are None.

    Raises
    ------
    ValueError, TypeError
        If ``trace`` is that of a network of other sizes, or if ``dh`` has another shape.

    Examples
    --------
    >>> import numpy as np
    >>> from initbook.activations import identity
    >>> params = [(np.array([[2.0]]), np.array([0.0]))]
    >>> trace = forward(params, np.array([[3.0]]), identity)
    >>> backward(params, trace, identity, dh=np.array([[1.0]])).params[0][0].tolist()
    [[3.0]]
    """
    check_trace(params, trace)
    fs = _per_layer(activations, len(params))
    dh = floats("dh", dh, shape=trace.h[-1].shape).astype(trace.h[-1].dtype, copy=False)
    grads, dzs, dhs = [], [], [dh]
    for l in range(len(params), 0, -1):
        W, _ = params[l - 1]
        dz = (dhs[0] * fs[l - 1].df(trace.z[l])).astype(dh.dtype, copy=False)
        normalized = normalize and l < len(params)
        du = batch_norm_backward(trace.h[l - 1] @ W, dz) if normalized else dz
        grads.insert(0, (trace.h[l - 1].T @ du, dz.sum(axis=0)))
        dzs.insert(0, dz)
        dhs.insert(0, du @ W.T if dx or l > 1 else None)
    return Grads(grads, [dhs[0], *dzs], dhs)


def check_params(params: Params) -> None:
    """Raise unless ``params`` is a list of pairs of float arrays whose shapes chain.

    Examples
    --------
    >>> import numpy as np
    >>> check_params([(np.zeros((3, 4)), np.zeros(4)), (np.zeros((5, 2)), np.zeros(2))])
    Traceback (most recent call last):
    ValueError: params[1] W must be of shape (4, fan_out), to chain with the layer below; got shape (5, 2)
    """
    is_list = isinstance(params, Sequence)
    require(is_list, "params", "a list of one or more pairs (W, b)", type(params).__name__, TypeError)
    require(len(params) > 0, "params", "a list of one or more pairs (W, b)", params)
    below = None
    for i, pair in enumerate(params):
        if not _is_layer(pair, below):  # only now it is put into words: that is slow, this is at every step
            _refuse(i, pair, below)
        below = pair[0].shape[1]


def _is_layer(pair: Any, below: int | None) -> bool:
    if not (isinstance(pair, (tuple, list)) and len(pair) == 2 and all(isinstance(a, np.ndarray) for a in pair)):
        return False
    W, b = pair
    floating = W.dtype.kind == "f" == b.dtype.kind
    return floating and W.ndim == 2 and below in (None, W.shape[0]) and b.shape == W.shape[1:]


def _refuse(i: int, pair: Any, below: int | None) -> None:
    is_pair = isinstance(pair, (tuple, list)) and len(pair) == 2
    require(is_pair, f"params[{i}]", "a pair (W, b)", type(pair).__name__, TypeError)
    are_arrays = all(isinstance(array, np.ndarray) for array in pair)
    require(are_arrays, f"params[{i}]", "two arrays", [type(array).__name__ for array in pair], TypeError)
    W, b = pair
    W = floats(f"params[{i}] W", W, ndim=2)
    require(below in (None, W.shape[0]), f"params[{i}] W",
            f"of shape ({below}, fan_out), to chain with the layer below", f"shape {W.shape}")
    floats(f"params[{i}] b", b, shape=(W.shape[1],))


def check_trace(params: Params, trace: Trace) -> None:
    """Raise unless ``trace`` is one of a network with the sizes of ``params``.

    Examples
    --------
    >>> import numpy as np
    >>> from initbook.activations import tanh
    >>> params = [(np.zeros((3, 4)), np.zeros(4))]
    >>> check_trace([(np.zeros((3, 5)), np.zeros(5))], forward(params, np.ones((2, 3)), tanh))
    Traceback (most recent call last):
    ValueError: trace must be of layers of [3, 5] units, as in params; got [3, 4]
    """
    check_params(params)
    require(isinstance(trace, Trace), "trace", "a Trace, as forward returns", type(trace).__name__, TypeError)
    sizes = [params[0][0].shape[0], *(len(b) for _, b in params)]
    traced = [h.shape[1] for h in trace.h]
    require(traced == sizes, "trace", f"of layers of {sizes} units, as in params", traced)


def _per_layer(activations: Activation | Sequence[Activation], layers: int) -> list[Activation]:
    if isinstance(activations, Activation):
        return [activations] * (layers - 1) + [identity]
    is_list = isinstance(activations, Sequence)
    ok = is_list and all(isinstance(f, Activation) for f in activations)
    require(ok, "activations", "an Activation, or a list of them", repr(activations), TypeError)
    require(len(activations) == layers, "activations", f"one activation, or a list of {layers}",
            f"a list of {len(activations)}")
    return list(activations)
