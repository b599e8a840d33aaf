r"""Losses: a value and its gradient, both functions of the network's output and the targets.

Every value is a mean over the :math:`m` samples (rows), so a gradient is already divided by
:math:`m`. The cross-entropies take logits: the output of a linear last layer.

>>> import numpy as np
>>> logits, y = np.zeros((3, 10)), np.array([0, 7, 9])
>>> round(softmax_cross_entropy.value(logits, y), 6)  # ln 10
2.302585
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from initbook._check import Array, count, floats, labels, require
from initbook.activations import sigmoid

__all__ = ["Loss", "accuracy", "one_hot", "sigmoid_cross_entropy", "softmax",
           "softmax_cross_entropy", "squared_error"]


@dataclass(frozen=True)
class Loss:
    """A loss and its gradient.

    Parameters
    ----------
    name
        What figures and error messages call it.
    value
        ``value(output, y)``, a Python float: the mean over samples, in nats for a cross-entropy.
    grad
        ``grad(output, y)``, of the shape and float type of the output: the derivative of ``value``.

    Raises
    ------
    ValueError, TypeError
        From both functions, if the targets do not fit the output: shape, type, or a label out of
        range.

    Examples
    --------
    A reader's own loss needs nothing more:

    >>> import numpy as np
    >>> absolute = Loss("absolute error", lambda h, y: float(abs(h - y).mean()),
    ...                 lambda h, y: np.sign(h - y) / h.size)
    >>> absolute.value(np.array([[3.0]]), np.array([[1.0]]))
    2.0
    """

    name: str
    value: Callable[[Array, np.ndarray], float]
    grad: Callable[[Array, np.ndarray], Array]

    def __repr__(self) -> str:
        return f"<loss {self.name}>"


def softmax(logits: Array) -> Array:
    r"""Probabilities :math:`a_{ij} = e^{z_{ij}} / \sum_k e^{z_{ik}}`, each row summing to 1.

    Examples
    --------
    >>> import numpy as np
    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]])).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    logits = floats("logits", logits, ndim=2)
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def one_hot(y: np.ndarray, classes: int) -> Array:
    """Row ``i`` is 1 in column ``y[i]`` and 0 elsewhere; shape ``(samples, classes)``.

    Examples
    --------
    >>> import numpy as np
    >>> one_hot(np.array([2, 0]), 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    return np.eye(count("classes", classes))[labels("y", y, classes)]


def accuracy(output: Array, y: np.ndarray) -> float:
    """The share of samples whose largest output is the labelled one. Ties go to the lower class.

    Examples
    --------
    >>> import numpy as np
    >>> accuracy(np.array([[2.0, 1.0], [0.0, 3.0]]), np.array([0, 0]))
    0.5
    """
    output, y = _with_labels(output, y)
    return float((output.argmax(axis=1) == y).mean())


def _rows(output: Array) -> Array:
    output = floats("output", output, ndim=2)
    require(output.size > 0, "output", "of one row or more, each of one column or more",
            f"shape {output.shape}")
    return output


def _with_labels(output: Array, y: np.ndarray) -> tuple[Array, np.ndarray]:
    output = _rows(output)
    y = labels("y", y, output.shape[1])
    require(len(y) == len(output), "y", f"{len(output)} labels, one a row of the output",
            f"{len(y)} labels")
    return output, y


def _with_targets(output: Array, y: np.ndarray) -> tuple[Array, Array]:
    output = _rows(output)
    return output, floats("y", y, shape=output.shape).astype(output.dtype, copy=False)


def _with_shares(output: Array, y: np.ndarray) -> tuple[Array, Array]:
    output, y = _with_targets(output, y)
    require(y.min() >= 0 and y.max() <= 1, "y", "between 0 and 1",
            f"values from {y.min()} to {y.max()}")
    return output, y


def _softmax_value(logits: Array, y: np.ndarray) -> float:
    z, y = _with_labels(logits, y)
    # -ln softmax(z)[y] = ln Σ e^z - z[y], shifted by the row's maximum so that exp cannot overflow.
    shifted = z - z.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    return float((log_sum - shifted[np.arange(len(y)), y]).mean())


def _softmax_grad(logits: Array, y: np.ndarray) -> Array:
    z, y = _with_labels(logits, y)
    grad = softmax(z)
    grad[np.arange(len(y)), y] -= 1
    return grad / len(y)


def _sigmoid_value(logits: Array, y: np.ndarray) -> float:
    z, y = _with_shares(logits, y)
    # -y ln a - (1 - y) ln(1 - a) = ln(1 + e^z) - y z
    return float((np.logaddexp(0, z) - y * z).sum(axis=1).mean())


def _sigmoid_grad(logits: Array, y: np.ndarray) -> Array:
    z, y = _with_shares(logits, y)
    return (sigmoid.f(z) - y) / len(y)


def _squared_value(output: Array, y: np.ndarray) -> float:
    output, y = _with_targets(output, y)
    return float(((output - y) ** 2).sum(axis=1).mean() / 2)


def _squared_grad(output: Array, y: np.ndarray) -> Array:
    output, y = _with_targets(output, y)
    return (output - y) / len(y)


softmax_cross_entropy = Loss("softmax cross-entropy", _softmax_value, _softmax_grad)
r""":math:`L = -\frac1m \sum_i \ln a_{i, y_i}` with :math:`a = \mathrm{softmax}(z)`; ``y`` holds the
class labels, shape ``(m,)``. Gradient :math:`(a - \mathrm{onehot}(y))/m`."""

sigmoid_cross_entropy = Loss("sigmoid cross-entropy", _sigmoid_value, _sigmoid_grad)
r""":math:`L = -\frac1m \sum_{ij} y_{ij} \ln a_{ij} + (1 - y_{ij}) \ln (1 - a_{ij})` with
:math:`a = \mathrm{sigmoid}(z)`; ``y`` has the shape of the output, values from 0 to 1.
Gradient :math:`(a - y)/m`."""

squared_error = Loss("squared error", _squared_value, _squared_grad)
r""":math:`L = \frac1{2m} \sum_{ij} (h_{ij} - y_{ij})^2`; ``y`` has the shape of the output.
Gradient :math:`(h - y)/m`."""
