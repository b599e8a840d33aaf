r"""Optimizers: how the parameters move, given the gradient.

An optimizer is two plain functions: ``init(params)`` makes its state, and
``step(params, grads, state)`` returns new parameters and a new state. Nothing is changed in place, and
parameters keep their float type.

>>> import numpy as np
>>> params = [(np.array([[1.0]]), np.array([0.0]))]
>>> grads = [(np.array([[2.0]]), np.array([1.0]))]
>>> opt = sgd(0.1)
>>> params, state = opt.step(params, grads, opt.init(params))
>>> [(W.tolist(), b.tolist()) for W, b in params]
[([[0.8]], [-0.1])]
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from initbook._check import Array, number, require
from initbook.network import Params, check_params

__all__ = ["ALL", "Optimizer", "Rate"]  # and, at the end, all that is in ALL

Rate = float | Sequence[tuple[float, float]]
"""One learning rate for all parameters, or a list of pairs, (for ``W``, for ``b``), one a layer."""


class Optimizer(NamedTuple):
    """``init(params)`` makes the state; ``step(params, grads, state)`` returns
    ``(params, state)``, and raises a ``ValueError`` if ``grads`` has not the shapes of ``params``
    or a list of rates not one pair a layer.

    Examples
    --------
    A reader's own, which steps by the sign of the gradient and needs no state:

    >>> import numpy as np
    >>> by_sign = Optimizer(lambda params: None, lambda params, grads, state: (
    ...     [(W - 0.1 * np.sign(dW), b - 0.1 * np.sign(db))
    ...      for (W, b), (dW, db) in zip(params, grads, strict=True)], state))
    >>> W, b, dW, db = np.zeros((1, 1)), np.zeros(1), np.array([[5.0]]), np.array([-0.01])
    >>> params, _ = by_sign.step([(W, b)], [(dW, db)], None)
    >>> params[0][0].tolist(), params[0][1].tolist()
    ([[-0.1]], [0.1])
    """

    init: Callable[[Params], Any]
    step: Callable[[Params, Params, Any], tuple[Params, Any]]


ALL: dict[str, Callable[..., Optimizer]] = {}
"""What makes each optimizer from a learning rate, by its name. Tests go through it, so a new one needs its function,
marked ``@_listed``, and its closed form in ``tests/test_optimizers.py``."""


def _listed(make: Callable[..., Optimizer]) -> Callable[..., Optimizer]:
    ALL[make.__name__] = make
    return make


@_listed
def sgd(lr: Rate, weight_decay: float = 0.0) -> Optimizer:
    r"""Gradient descent; stochastic when the gradient is that of a mini-batch.

    .. math:: W \leftarrow W - \eta\,(g + \lambda W)

    Parameters
    ----------
    lr
        :math:`\eta > 0`; a list of pairs gives each layer its own.
    weight_decay
        :math:`\lambda \ge 0`, the L2 penalty's coefficient; biases are not decayed.

    Raises
    ------
    ValueError
        If a rate is not finite or not positive, or if ``weight_decay`` is negative.

    Examples
    --------
    >>> sgd(float("nan"))
    Traceback (most recent call last):
    ValueError: lr must be a finite number above 0; got nan
    """
    lr, decay = _rate(lr), number("weight_decay", weight_decay, at_least=0)

    def step(params: Params, grads: Params, state: None) -> tuple[Params, None]:
        grads = _fitting(params, grads)
        return _descend(params, lr, _decayed(grads, params, decay)), state

    return Optimizer(lambda params: None, step)


@_listed
def momentum(lr: Rate, beta: float = 0.9, weight_decay: float = 0.0) -> Optimizer:
    r"""Gradient descent with momentum (Polyak, 1964).

    .. math:: v \leftarrow \beta v + g + \lambda W, \qquad W \leftarrow W - \eta\, v

    Parameters
    ----------
    lr
        :math:`\eta > 0`; a list of pairs gives each layer its own.
    beta
        :math:`0 \le \beta < 1`, how much of the last step is kept; the state is :math:`v`, at
        first 0.
    weight_decay
        :math:`\lambda \ge 0`, the L2 penalty's coefficient; biases are not decayed.

    Examples
    --------
    >>> momentum(0.1, beta=1.5)
    Traceback (most recent call last):
    ValueError: beta must be a finite number at least 0 and below 1; got 1.5
    """
    return _with_velocity(lr, beta, weight_decay, lambda v, g: v)


@_listed
def nesterov(lr: Rate, beta: float = 0.9, weight_decay: float = 0.0) -> Optimizer:
    r"""Gradient descent with Nesterov's momentum (Sutskever et al., 2013, in the form that PyTorch uses).

    .. math:: v \leftarrow \beta v + g + \lambda W, \qquad W \leftarrow W - \eta\, (g + \lambda W + \beta v)

    Parameters
    ----------
    lr, beta, weight_decay
        As for :func:`momentum`.

    Examples
    --------
    The first step is :math:`1 + \beta` times that of gradient descent:

    >>> import numpy as np
    >>> params, grads = [(np.zeros((1, 1)), np.zeros(1))], [(np.array([[2.0]]), np.zeros(1))]
    >>> opt = nesterov(0.1, beta=0.5)
    >>> params, state = opt.step(params, grads, opt.init(params))
    >>> round(params[0][0].item(), 9)
    -0.3
    """
    return _with_velocity(lr, beta, weight_decay, lambda v, g: g + beta * v)


def _with_velocity(lr: Rate, beta: float, weight_decay: float, update: Callable[[Array, Array], Array]) -> Optimizer:
    """The optimizer that keeps a velocity, and goes along ``update(velocity, gradient)``."""
    lr = _rate(lr)
    beta = number("beta", beta, at_least=0, below=1)
    decay = number("weight_decay", weight_decay, at_least=0)

    def step(params: Params, grads: Params, v: Params) -> tuple[Params, Params]:
        grads = _decayed(_fitting(params, grads), params, decay)
        if not (isinstance(v, Sequence) and len(v) == len(params)):  # only now put into words: a state is large
            require(False, "state", "what init(params) made", repr(v), TypeError)
        v = _zip_map(lambda v, g: beta * v + g, v, grads)
        return _descend(params, lr, _zip_map(update, v, grads)), v

    return Optimizer(_zeros_like, step)


@_listed
def adam(lr: Rate, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
         weight_decay: float = 0.0) -> Optimizer:
    r"""Adam (Kingma & Ba, 2015, Algorithm 1), with decoupled weight decay (Loshchilov & Hutter,
    2019, Algorithm 2; as in PyTorch, :math:`\lambda` is multiplied by :math:`\eta`).

    .. math::

       m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad
       s \leftarrow \beta_2 s + (1 - \beta_2) g^2, \quad
       W \leftarrow W - \eta \left(
       \frac{m / (1 - \beta_1^t)}{\sqrt{s / (1 - \beta_2^t)} + \epsilon} + \lambda W \right)

    Parameters
    ----------
    lr
        :math:`\eta > 0`; a list of pairs gives each layer its own.
    beta1, beta2
        Decay of the two running means, from 0 to below 1.
    eps
        :math:`\epsilon > 0`, what keeps a zero gradient from dividing by zero.
    weight_decay
        :math:`\lambda \ge 0`; biases are not decayed.

    Examples
    --------
    The first step has length ``lr`` in every entry, however large the gradient:

    >>> import numpy as np
    >>> params = [(np.zeros((1, 2)), np.zeros(2))]
    >>> grads = [(np.array([[100.0, 0.01]]), np.zeros(2))]
    >>> opt = adam(0.1)
    >>> params, state = opt.step(params, grads, opt.init(params))
    >>> params[0][0].round(6).tolist()
    [[-0.1, -0.1]]
    """
    lr = _rate(lr)
    beta1 = number("beta1", beta1, at_least=0, below=1)
    beta2 = number("beta2", beta2, at_least=0, below=1)
    eps, decay = number("eps", eps, above=0), number("weight_decay", weight_decay, at_least=0)

    def step(params: Params, grads: Params, state: tuple) -> tuple[Params, tuple]:
        grads = _fitting(params, grads)
        if not (isinstance(state, tuple) and len(state) == 3):  # only now put into words: a state is large
            require(False, "state", "what init(params) made", repr(state), TypeError)
        m, s, t = state[0], state[1], state[2] + 1
        m = _zip_map(lambda m, g: beta1 * m + (1 - beta1) * g, m, grads)
        s = _zip_map(lambda s, g: beta2 * s + (1 - beta2) * g**2, s, grads)
        update = _zip_map(
            lambda m, s: m / (1 - beta1**t) / (np.sqrt(s / (1 - beta2**t)) + eps), m, s)
        return _descend(params, lr, _decayed(update, params, decay)), (m, s, t)

    return Optimizer(lambda params: (_zeros_like(params), _zeros_like(params), 0), step)


def _rate(lr: Rate) -> Rate:
    if isinstance(lr, Sequence) and not isinstance(lr, str):
        for i, pair in enumerate(lr):
            is_pair = isinstance(pair, Sequence) and len(pair) == 2
            require(is_pair, f"lr[{i}]", "a pair: one rate for W, one for b", repr(pair))
        return [tuple(number(f"lr[{i}]", rate, above=0) for rate in pair) for i, pair in enumerate(lr)]
    return number("lr", lr, above=0)


def _descend(params: Params, lr: Rate, update: Params) -> Params:
    each = lr if isinstance(lr, Sequence) else [(lr, lr)] * len(params)
    require(len(each) == len(params), "lr", f"one rate, or a list of {len(params)} pairs",
            f"a list of {len(each)}")
    # W - lr * u, written as a sum: numpy puts it into the memory of the product, which nobody needs afterwards.
    return [(-lr_W * uW + W, -lr_b * ub + b)
            for (W, b), (uW, ub), (lr_W, lr_b) in zip(params, update, each, strict=True)]


def _decayed(update: Params, params: Params, decay: float) -> Params:
    if decay == 0:
        return update
    return [(uW + decay * W, ub) for (uW, ub), (W, _) in zip(update, params, strict=True)]


def _fitting(params: Params, grads: Params) -> Params:
    """The gradients, if they have the shapes of the parameters, in their float type."""
    for name, pairs in (("params", params), ("grads", grads)):
        require(isinstance(pairs, Sequence), name, "a list of pairs (W, b)", type(pairs).__name__, TypeError)
    shapes, given = ([tuple(getattr(array, "shape", None) for array in pair) for pair in pairs]
                     for pairs in (params, grads))
    require(given == shapes, "grads", f"of the shapes of params, {shapes}", given)
    return [(dW.astype(W.dtype, copy=False), db.astype(b.dtype, copy=False))
            for (W, b), (dW, db) in zip(params, grads, strict=True)]


def _zip_map(f: Callable, a: Params, b: Params) -> Params:
    return [(f(Wa, Wb), f(ba, bb)) for (Wa, ba), (Wb, bb) in zip(a, b, strict=True)]


def _zeros_like(params: Params) -> Params:
    check_params(params)
    return [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]


__all__ += ALL
