r"""Hidden units that share their weights: how tied they are, and what becomes of them.

Unit ``j`` of hidden layer ``l`` owns a column of the weights below it, one bias, and a row of the
weights above it. Two units are *tied* when all three agree.

>>> import numpy as np
>>> from initbook.initializers import constant, init_params
>>> params = init_params(np.random.default_rng(0), [3, 4, 2], constant(0.5))
>>> units(params, 1).shape, spread(params, 1)
((4, 6), 0.0)
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from initbook._check import Array, count, number, require
from initbook.activations import Activation, check_activation
from initbook.network import Grads, Params, Trace, check_params, check_trace

__all__ = ["collapse", "collapsed_rates", "curvature", "expand", "permute_units", "spread",
           "tied_groups", "units"]


def units(params: Params, layer: int) -> Array:
    """One row a unit of a hidden layer: its incoming weights, its bias, its outgoing weights.

    Parameters
    ----------
    params
        ``[(W, b), …]``.
    layer
        Which hidden layer: 1 is the first, ``len(params) - 1`` the last.

    Returns
    -------
    array
        Shape ``(units, fan_in + 1 + fan_out)``.

    Raises
    ------
    ValueError
        If there is no such hidden layer.

    Examples
    --------
    >>> import numpy as np
    >>> W, b = np.array([[1.0, 2.0]]), np.array([3.0, 4.0])
    >>> V, c = np.array([[5.0], [6.0]]), np.array([7.0])
    >>> units([(W, b), (V, c)], 1).tolist()
    [[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]
    """
    _check_hidden(params, layer)
    (W, b), (V, _) = params[layer - 1], params[layer]
    return np.column_stack([W.T, b, V])


def spread(params: Params, layer: int) -> float:
    """How far the units of a hidden layer are from being tied: the largest difference between two
    units in any one of their weights. 0.0 means equal to the last bit.

    Examples
    --------
    >>> import numpy as np
    >>> W, V = np.array([[1.0, 1.0]]), np.array([[5.0], [5.25]])
    >>> spread([(W, np.zeros(2)), (V, np.zeros(1))], 1)
    0.25
    """
    return float(np.ptp(units(params, layer), axis=0).max())


def tied_groups(params: Params, layer: int) -> list[list[int]]:
    """The units of a hidden layer, sorted into groups that agree to the last bit.

    Examples
    --------
    >>> import numpy as np
    >>> W, V = np.array([[1.0, 2.0, 1.0]]), np.array([[5.0], [5.0], [5.0]])
    >>> tied_groups([(W, np.zeros(3)), (V, np.zeros(1))], 1)
    [[0, 2], [1]]
    """
    _, group = np.unique(units(params, layer), axis=0, return_inverse=True)
    return [np.flatnonzero(group == g).tolist() for g in range(group.max() + 1)]


def permute_units(params: Params, layer: int, order: Sequence[int]) -> Params:
    """The same function with the units of a hidden layer in another order: columns of the weights
    below, biases, and rows of the weights above are moved together.

    Examples
    --------
    >>> import numpy as np
    >>> W, V = np.array([[1.0, 2.0]]), np.array([[5.0], [6.0]])
    >>> swapped = permute_units([(W, np.zeros(2)), (V, np.zeros(1))], 1, [1, 0])
    >>> swapped[0][0].tolist(), swapped[1][0].tolist()
    ([[2.0, 1.0]], [[6.0], [5.0]])
    """
    _check_hidden(params, layer)
    (W, b), (V, c) = params[layer - 1], params[layer]
    ok = np.ndim(order) == 1 and sorted(order) == list(range(len(b)))
    require(ok, "order", f"a permutation of 0 to {len(b) - 1}", order)
    order = np.asarray(order)
    changed = [(W[:, order], b[order]), (V[order], c)]
    return [*params[:layer - 1], *changed, *params[layer + 1:]]


def collapse(params: Params) -> Params:
    """The network with one unit in each hidden layer that computes the same function.

    A layer of ``n`` tied units hands ``n`` equal signals on, so its one unit gets the sum of their
    outgoing weights.

    Raises
    ------
    ValueError
        If the units of a hidden layer are not tied (up to rounding, 1e-9 of the largest weight).

    Examples
    --------
    >>> import numpy as np
    >>> W, V = np.array([[1.0, 1.0, 1.0]]), np.array([[5.0], [5.0], [5.0]])
    >>> [W.tolist() for W, b in collapse([(W, np.zeros(3)), (V, np.zeros(1))])]
    [[[1.0]], [[15.0]]]
    """
    check_params(params)
    for layer in range(1, len(params)):
        apart, size = spread(params, layer), np.abs(units(params, layer)).max()
        require(apart <= 1e-9 * size, f"params, hidden layer {layer},", "tied", f"spread {apart:g}")
    one = []
    for i, (W, b) in enumerate(params):
        W = W if i == 0 else W.sum(axis=0, keepdims=True)
        last = i == len(params) - 1
        one.append((W, b) if last else (W.mean(axis=1, keepdims=True), b.mean(keepdims=True)))
    return one


def expand(params: Params, sizes: Sequence[int]) -> Params:
    """The tied network of the given sizes that computes the same function as a network with one
    unit in each hidden layer: the inverse of :func:`collapse`.

    Examples
    --------
    >>> import numpy as np
    >>> one = [(np.array([[1.0]]), np.zeros(1)), (np.array([[15.0]]), np.zeros(1))]
    >>> [W.tolist() for W, b in expand(one, [1, 3, 1])]
    [[[1.0, 1.0, 1.0]], [[5.0], [5.0], [5.0]]]
    """
    check_params(params)
    narrow = [params[0][0].shape[0], *(len(b) for _, b in params)]
    allowed = [narrow[0], *(["any"] * (len(params) - 1)), narrow[-1]]
    require(np.ndim(sizes) == 1, "sizes", str(allowed), sizes)
    sizes = [count(f"sizes[{i}]", n) for i, n in enumerate(sizes)]
    fits = len(sizes) == len(narrow) and (sizes[0], sizes[-1]) == (narrow[0], narrow[-1])
    require(fits, "sizes", str(allowed), sizes)
    require(set(narrow[1:-1]) <= {1}, "params", "one unit wide in every hidden layer", narrow)
    wide = []
    for i, (W, b) in enumerate(params):
        n_in, n_out = (sizes[i] if i else 1), sizes[i + 1] // len(b)
        wide.append((np.tile(W, (n_in, n_out)) / n_in, np.tile(b, n_out)))
    return wide


def collapsed_rates(sizes: Sequence[int], lr: float) -> list[tuple[float, float]]:
    r"""The learning rates with which the collapsed network follows the tied one step by step.

    .. math:: \eta_W^l = \eta\,\frac{n_{l-1}}{n_l}, \qquad \eta_b^l = \frac{\eta}{n_l},

    where :math:`n_l` is the number of units of a hidden layer and counts as 1 for the input and
    the output. They hold for :func:`initbook.optimizers.sgd` and momentum without weight decay:
    updates linear in the gradient.

    Examples
    --------
    >>> collapsed_rates([64, 8, 10], lr=0.5)
    [(0.0625, 0.0625), (4.0, 0.5)]
    """
    lr = number("lr", lr, above=0)
    require(np.ndim(sizes) == 1 and len(sizes) >= 2, "sizes", "two or more layer sizes, the input first", sizes)
    sizes = [count(f"sizes[{i}]", n) for i, n in enumerate(sizes)]
    n = [1, *sizes[1:-1], 1]
    return [(lr * a / b, lr / b) for a, b in pairwise(n)]


def curvature(params: Params, trace: Trace, grads: Grads, activation: Activation,
              layer: int) -> Array:
    r"""How the loss curves when tied units are moved apart.

    Move the units of a tied hidden layer by :math:`d_1, d_2, \dots` that sum to zero. The loss
    changes by :math:`\tfrac12 \sum_j d_j^\top M d_j` to second order, with

    .. math::

       M = \sum_{\text{samples}} \sum_k \frac{dL}{dz^{l+1}_k}\;
           \nabla^2_{(w, b, v)} \bigl[v_k\, f(h^{l-1} w + b)\bigr].

    Under gradient descent :math:`d_j \leftarrow d_j - \eta M d_j`: an eigenvalue
    :math:`\mu < 0` of :math:`M` makes differences grow by :math:`1 + \eta |\mu|` a step.

    Parameters
    ----------
    params, trace, grads
        The parameters and the passes through them, :func:`initbook.network.forward` and
        :func:`initbook.network.backward`.
    activation
        The hidden layer's activation, twice differentiable at every pre-activation: a ReLU must
        stay further than 1e-5 from its kink.
    layer
        Which hidden layer; its first unit stands for all.

    Returns
    -------
    array
        Symmetric, in double precision, with one row and column for each weight of a unit, in the order of
        :func:`units`: ``fan_in + 1 + fan_out``.

    Examples
    --------
    >>> import numpy as np
    >>> from initbook.activations import tanh
    >>> from initbook.losses import squared_error
    >>> from initbook.training import loss_and_grads
    >>> from initbook.network import forward
    >>> params = [(np.zeros((1, 2)), np.zeros(2)), (np.zeros((2, 1)), np.zeros(1))]
    >>> x, y = np.array([[1.0]]), np.array([[3.0]])
    >>> _, grads = loss_and_grads(params, x, y, tanh, squared_error)
    >>> curvature(params, forward(params, x, tanh), grads, tanh, layer=1).round(6).tolist()
    [[0.0, 0.0, -3.0], [0.0, 0.0, -3.0], [-3.0, -3.0, 0.0]]
    """
    _check_hidden(params, layer)
    check_trace(params, trace)
    require(isinstance(grads, Grads), "grads", "Grads, as backward returns", type(grads).__name__, TypeError)
    check_activation(activation)
    x, z, g = trace.h[layer - 1], trace.z[layer][:, 0].astype(float), grads.z[layer + 1]
    v = params[layer][0][0]
    x1 = np.column_stack([x, np.ones(len(x))])
    # f'' as a central difference of f', in double precision: its error, about 1e-10, is far below what we read off M.
    step = 1e-5
    d2f = (activation.df(z + step) - activation.df(z - step)) / (2 * step)
    incoming = x1.T @ (x1 * (d2f * (g @ v))[:, None])
    mixed = x1.T @ (activation.df(z)[:, None] * g)
    return np.block([[incoming, mixed], [mixed.T, np.zeros((len(v), len(v)))]])


def _check_hidden(params: Params, layer: int) -> None:
    is_list = isinstance(params, Sequence)
    require(is_list, "params", "a list of one or more pairs (W, b)", type(params).__name__, TypeError)
    count("layer", layer, at_least=1)
    require(len(params) > 1, "params", "a network with a hidden layer", f"{len(params)} layer")
    require(layer < len(params), "layer", f"a hidden layer, from 1 to {len(params) - 1}", layer)
