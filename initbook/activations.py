r"""Activation functions, each with its derivative beside it.

Both ``f`` and ``df`` are functions of the pre-activation ``z``, entry by entry; the result has the
shape and the float type of ``z``, and ``z`` itself is never written to. All are safe at any finite
``z``: no overflow, no warning.

>>> import numpy as np
>>> z = np.array([-1000.0, 0.0, 1000.0])
>>> sigmoid.f(z).tolist()
[0.0, 0.5, 1.0]
>>> sigmoid.df(z).tolist()
[0.0, 0.25, 0.0]
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from initbook._check import Array, choice

__all__ = ["Activation", "get", "identity", "relu", "sigmoid", "tanh"]


@dataclass(frozen=True)
class Activation:
    r"""A function of the pre-activation and its derivative.

    Parameters
    ----------
    name
        What figures and error messages call it.
    f
        :math:`h = f(z)`, entry by entry.
    df
        :math:`f'(z)`, also a function of :math:`z` (not of :math:`h`).

    Examples
    --------
    A reader's own activation needs nothing more:

    >>> import numpy as np
    >>> square = Activation("square", lambda z: z**2, lambda z: 2 * z)
    >>> square.df(np.array([3.0])).tolist()
    [6.0]
    """

    name: str
    f: Callable[[Array], Array]
    df: Callable[[Array], Array]

    def __repr__(self) -> str:
        return f"<activation {self.name}>"


def _identity(z: Array) -> Array:
    return np.array(z)


def _didentity(z: Array) -> Array:
    return np.ones_like(z)


def _sigmoid(z: Array) -> Array:
    # Only exp of a non-positive number is taken, so nothing overflows.
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def _dsigmoid(z: Array) -> Array:
    # a(1 - a) with both factors over 1 + e: no cancellation in 1 - a when a is close to 1.
    e = np.exp(-np.abs(z))
    return e / (1 + e) ** 2


def _tanh(z: Array) -> Array:
    return np.tanh(z)


def _dtanh(z: Array) -> Array:
    return 1 - np.tanh(z) ** 2


def _relu(z: Array) -> Array:
    return np.maximum(z, 0)


def _drelu(z: Array) -> Array:
    # At the kink we take 0, as PyTorch, JAX and TensorFlow do. From a zero start z is exactly 0.
    return (z > 0).astype(z.dtype)


identity = Activation("identity", _identity, _didentity)
r"""No activation, as in most output layers, :math:`f(z) = z`, :math:`f'(z) = 1`."""

sigmoid = Activation("sigmoid", _sigmoid, _dsigmoid)
r""":math:`f(z) = 1 / (1 + e^{-z})`, :math:`f'(z) = f(z)\,(1 - f(z))`; :math:`f(0) = \tfrac12`,
:math:`f'(0) = \tfrac14`."""

tanh = Activation("tanh", _tanh, _dtanh)
r""":math:`f(z) = \tanh z`, :math:`f'(z) = 1 - \tanh^2 z`; :math:`f(0) = 0`, :math:`f'(0) = 1`."""

relu = Activation("relu", _relu, _drelu)
r""":math:`f(z) = \max(z, 0)`, :math:`f'(z) = 1` for :math:`z > 0` and 0 elsewhere, the kink included."""

_BY_NAME = {a.name: a for a in (identity, sigmoid, tanh, relu)}


def get(name: str) -> Activation:
    """The activation of that name.

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.

    Examples
    --------
    >>> get("tanh")
    <activation tanh>
    >>> get("swoosh")
    Traceback (most recent call last):
    ValueError: name must be one of identity, relu, sigmoid, tanh; got 'swoosh'
    """
    return choice("name", name, _BY_NAME)
