r"""The training loop and its history.

>>> import numpy as np
>>> from initbook import activations, initializers, losses, optimizers
>>> x, y = np.array([[0.0], [1.0]]), np.array([0, 1])
>>> params = initializers.init_params(np.random.default_rng(0), [1, 2], initializers.zeros)
>>> history = train(params, x, y, activations=activations.identity,
...                 loss=losses.softmax_cross_entropy, optimizer=optimizers.sgd(1.0), steps=100)
>>> bool(history.loss[-1] < history.loss[0])
True
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from initbook._check import Array, count, floats, generator, require
from initbook.activations import Activation
from initbook.losses import Loss
from initbook.losses import accuracy as _accuracy
from initbook.network import Grads, Params, backward, check_params, forward
from initbook.optimizers import Optimizer

__all__ = ["History", "accuracy", "batches", "loss_and_grads", "moved", "train"]


class History(NamedTuple):
    """What :func:`train` did.

    ``params`` are the last parameters. ``step`` (whole numbers, 0 before the first update),
    ``loss`` (over all of the data, not over a batch) and ``records`` (what ``record`` returned)
    have one entry for each recorded step.

    Examples
    --------
    >>> import numpy as np
    >>> history = History([], np.array([0, 10]), np.array([2.3, 0.1]), [])
    >>> dict(zip(history.step.tolist(), history.loss.tolist()))
    {0: 2.3, 10: 0.1}
    """

    params: Params
    step: np.ndarray
    loss: Array
    records: list[Any]


def loss_and_grads(params: Params, x: Array, y: np.ndarray,
                   activations: Activation | Sequence[Activation],
                   loss: Loss, normalize: bool = False) -> tuple[float, Grads]:
    """The loss and its derivatives with respect to everything: one forward, one backward pass.

    Examples
    --------
    >>> import numpy as np
    >>> from initbook import activations, losses
    >>> params = [(np.array([[2.0]]), np.array([1.0]))]
    >>> value, grads = loss_and_grads(params, np.array([[3.0]]), np.array([[5.0]]),
    ...                               activations.identity, losses.squared_error)
    >>> value, grads.params[0][0].tolist(), grads.params[0][1].tolist()
    (2.0, [[6.0]], [2.0])
    """
    _check_loss(loss)
    trace = forward(params, x, activations, normalize)
    grads = backward(params, trace, activations, loss.grad(trace.h[-1], y), normalize)
    return loss.value(trace.h[-1], y), grads


def accuracy(params: Params, x: Array, y: np.ndarray, activations: Activation | Sequence[Activation],
             normalize: bool = False) -> float:
    """The share of samples that a network puts into the labelled class: :func:`initbook.losses.accuracy` of its output.

    Examples
    --------
    >>> import numpy as np
    >>> from initbook import activations
    >>> params = [(np.array([[1.0, -1.0]]), np.zeros(2))]
    >>> accuracy(params, np.array([[3.0], [-1.0], [2.0], [5.0]]), np.array([0, 1, 1, 0]), activations.identity)
    0.75
    """
    return _accuracy(forward(params, x, activations, normalize).h[-1], y)


def moved(before: Params, after: Params) -> list[tuple[float, float]]:
    """Which parameters an update, or many, has changed: for each layer the share of the entries of
    ``W``, and of ``b``, that are not what they were. 0.0 means that not one bit moved.

    Raises
    ------
    ValueError
        If the two are not parameters of networks of the same sizes.

    Examples
    --------
    >>> import numpy as np
    >>> W, b = np.zeros((3, 2)), np.zeros(2)
    >>> moved([(W, b)], [(W, b + [0.0, 0.1])])
    [(0.0, 0.5)]
    """
    check_params(before)
    check_params(after)
    shapes, given = ([W.shape for W, _ in params] for params in (before, after))
    require(given == shapes, "after", f"of the shapes of before, {shapes}", given)
    return [(float((V != W).mean()), float((c != b).mean()))
            for (W, b), (V, c) in zip(before, after, strict=True)]


def batches(rng: np.random.Generator, samples: int, batch_size: int) -> Iterator[np.ndarray]:
    """Row numbers of one mini-batch after another, for ever.

    Each pass over the data is a new random order cut into runs of ``batch_size``; the last run of
    a pass is shorter when the numbers do not divide, so no sample is skipped.

    Examples
    --------
    >>> import numpy as np
    >>> stream = batches(np.random.default_rng(0), samples=5, batch_size=2)
    >>> epoch = [next(stream) for _ in range(3)]
    >>> [len(rows) for rows in epoch], sorted(np.concatenate(epoch).tolist())
    ([2, 2, 1], [0, 1, 2, 3, 4])
    """
    generator(rng)
    samples, batch_size = count("samples", samples), count("batch_size", batch_size)
    return _passes(rng, samples, batch_size)


def _passes(rng: np.random.Generator, samples: int, batch_size: int) -> Iterator[np.ndarray]:
    while True:
        order = rng.permutation(samples)
        yield from (order[i:i + batch_size] for i in range(0, samples, batch_size))


def train(params: Params, x: Array, y: np.ndarray, *,
          activations: Activation | Sequence[Activation], loss: Loss, optimizer: Optimizer,
          steps: int, batch_size: int | None = None, rng: np.random.Generator | None = None,
          every: int = 1, record: Callable[[int, Params], Any] | None = None,
          normalize: bool = False, progress: bool = False) -> History:
    """Train, and keep the history.

    Parameters
    ----------
    params
        Where to start. The arrays are not changed.
    x, y
        Inputs, shape ``(samples, features)``, and the targets that ``loss`` takes.
    activations, loss, optimizer
        See :func:`initbook.network.forward`, :class:`initbook.losses.Loss` and
        :class:`initbook.optimizers.Optimizer`.
    steps
        Number of updates.
    batch_size, rng
        Rows in a mini-batch, and the generator that orders them; without ``batch_size`` each step
        uses all of the data and nothing is drawn.
    every
        The loss is recorded before the first update, after each ``every``-th and after the last.
    record
        ``record(step, params)`` is called at the same steps; what it returns is kept.
    normalize
        Batch normalization of the hidden layers. The recorded loss uses the statistics of all of the data.
    progress
        Show a bar on the terminal, if there is one; never in a page.

    Raises
    ------
    ValueError, TypeError
        For numbers out of range, for targets that do not fit, and for a ``batch_size`` without an
        ``rng``.

    Examples
    --------
    >>> import numpy as np
    >>> from initbook import activations, initializers, losses, optimizers
    >>> rng = np.random.default_rng(0)
    >>> params = initializers.init_params(rng, [2, 8, 3], initializers.he_normal)
    >>> x, y = rng.normal(size=(20, 2)), rng.integers(3, size=20)
    >>> history = train(params, x, y, activations=activations.relu,
    ...                 loss=losses.softmax_cross_entropy, optimizer=optimizers.adam(0.01),
    ...                 steps=100, batch_size=5, rng=rng, every=50,
    ...                 record=lambda step, params: params[1][0].shape)
    >>> history.step.tolist(), history.records[0]
    ([0, 50, 100], (8, 3))
    """
    check_params(params)
    _check_loss(loss)
    require(isinstance(optimizer, Optimizer), "optimizer",
            "an Optimizer, as optimizers.sgd(lr) makes", repr(optimizer), TypeError)
    require(record is None or callable(record), "record", "a function record(step, params)", repr(record), TypeError)
    x, y = floats("x", x, ndim=2), np.asarray(y)
    steps, every = count("steps", steps, at_least=0), count("every", every)
    rows = _rows(rng, len(x), batch_size)
    state, kept = optimizer.init(params), []
    for step in tqdm(range(steps + 1), disable=None if progress else True):
        if step > 0:
            batch = next(rows)
            grads = _gradient(params, x[batch], y[batch], activations, loss, normalize)
            params, state = optimizer.step(params, grads, state)
        if step % every == 0 or step == steps:
            value = loss.value(forward(params, x, activations, normalize).h[-1], y)
            kept.append((step, value, record(step, params) if record else None))
    step_numbers, values, records = zip(*kept, strict=True)
    return History(params, np.array(step_numbers), np.array(values), list(records))


def _check_loss(loss: Loss) -> None:
    require(isinstance(loss, Loss), "loss", "a Loss, such as losses.squared_error", repr(loss), TypeError)


def _gradient(params: Params, x: Array, y: np.ndarray, activations: Activation | Sequence[Activation],
              loss: Loss, normalize: bool) -> Params:
    """What a step reads of :func:`loss_and_grads`: neither the loss's value nor dL/dx is computed."""
    trace = forward(params, x, activations, normalize)
    return backward(params, trace, activations, loss.grad(trace.h[-1], y), normalize, dx=False).params


def _rows(rng: np.random.Generator | None, samples: int, batch_size: int | None) -> Iterator:
    if batch_size is not None:
        require(rng is not None, "rng", "a numpy Generator when batch_size is given", rng)
        return batches(rng, samples, batch_size)
    return repeat(slice(None))
