r"""Activation functions, each with its derivative beside it.

Both ``f`` and ``df`` are functions of the pre-activation ``z``, entry by entry; the result has the
shape and the float type of ``z`` (float32 or float64), and ``z`` itself is never written to. All are
safe for ``|z|`` up to 1e18: no overflow, no warning. (Beyond, squares overflow in float32.)

>>> import numpy as np
>>> z = np.array([-1000.0, 0.0, 1000.0])
>>> sigmoid.f(z).tolist()
[0.0, 0.5, 1.0]
>>> sigmoid.df(z).tolist()
[0.0, 0.25, 0.0]
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from initbook._check import Array, choice, number, require

__all__ = ["ALL", "Activation", "check_activation", "get", "leaky_relu"]  # and, at the end, all that is in ALL


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
    kinks
        Where :math:`f` or :math:`f'` jumps: :mod:`initbook.theory` integrates from one to the next.

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
    kinks: tuple[float, ...] = ()

    def __repr__(self) -> str:
        return f"<activation {self.name}>"


def check_activation(activation: Activation) -> None:
    """Raise unless it is an :class:`Activation`.

    Examples
    --------
    >>> check_activation("relu")
    Traceback (most recent call last):
    TypeError: activation must be an Activation; got 'relu'
    """
    require(isinstance(activation, Activation), "activation", "an Activation", repr(activation), TypeError)


ALL: dict[str, Activation] = {}
"""Every activation that has nothing to choose, by name. Tables and tests go through it, so a new one needs its two
functions, one call of ``_listed`` below, and its closed form in ``tests/test_activations.py``."""


def _listed(name: str, f: Callable[[Array], Array], df: Callable[[Array], Array], *kinks: float) -> Activation:
    ALL[name] = Activation(name, f, df, kinks)
    return ALL[name]


def _identity(z: Array) -> Array:
    return np.array(z)


def _didentity(z: Array) -> Array:
    return np.ones_like(z)


def _sigmoid(z: Array) -> Array:
    # Only exp of a non-positive number is taken, so nothing overflows.
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))


def _dsigmoid(z: Array) -> Array:
    # a(1 - a) with both factors over 1 + e: no cancellation in 1 - a when a is close to 1.
    e = np.exp(-np.abs(z))
    return e / (1 + e) ** 2


def _tanh(z: Array) -> Array:
    return np.tanh(z)


def _dtanh(z: Array) -> Array:
    # 1/cosh² by e^(-2|z|): 1 - tanh² would lose its digits where tanh is close to 1, and cosh would overflow.
    e = np.exp(-2 * np.abs(z))
    return 4 * e / (1 + e) ** 2


def _relu(z: Array) -> Array:
    return np.maximum(z, 0)


def _drelu(z: Array) -> Array:
    # At the kink we take 0, as PyTorch, JAX and TensorFlow do. From a zero start z is exactly 0.
    return (z > 0).astype(z.dtype)


def _softplus(z: Array) -> Array:
    return np.logaddexp(0, z)


def _softsign(z: Array) -> Array:
    return z / (1 + np.abs(z))


def _dsoftsign(z: Array) -> Array:
    return 1 / (1 + np.abs(z)) ** 2


def _elu(z: Array) -> Array:
    return np.maximum(z, 0) + np.expm1(np.minimum(z, 0))


def _delu(z: Array) -> Array:
    return np.exp(np.minimum(z, 0))


# Klambauer et al. (2017): with these, mean 0 and variance 1 is a fixed point. A test derives them.
_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def _selu(z: Array) -> Array:
    return _SELU_SCALE * (np.maximum(z, 0) + _SELU_ALPHA * np.expm1(np.minimum(z, 0)))


def _dselu(z: Array) -> Array:
    return _SELU_SCALE * np.where(z > 0, 1, _SELU_ALPHA * np.exp(np.minimum(z, 0)))


def _gelu(z: Array) -> Array:
    return z * ndtr(z)


def _dgelu(z: Array) -> Array:
    return ndtr(z) + z * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def _silu(z: Array) -> Array:
    return z * _sigmoid(z)


def _dsilu(z: Array) -> Array:
    return _sigmoid(z) + z * _dsigmoid(z)


def _mish(z: Array) -> Array:
    return z * np.tanh(_softplus(z))


def _dmish(z: Array) -> Array:
    return np.tanh(_softplus(z)) + z * _dtanh(_softplus(z)) * _sigmoid(z)


def _lecun_tanh(z: Array) -> Array:
    return 1.7159 * np.tanh(2 * z / 3)


def _dlecun_tanh(z: Array) -> Array:
    return 1.7159 * 2 / 3 * _dtanh(2 * z / 3)


def _hard_swish(z: Array) -> Array:
    return z * np.clip(z + 3, 0, 6) / 6


def _dhard_swish(z: Array) -> Array:
    # At the kinks the middle piece counts, as in PyTorch.
    return np.where(np.abs(z) <= 3, (2 * z + 3) / 6, z > 3).astype(z.dtype)


def _hard_tanh(z: Array) -> Array:
    return np.clip(z, -1, 1)


def _dhard_tanh(z: Array) -> Array:
    # At the kinks the flat piece counts, here and in the hard sigmoid, as in PyTorch.
    return (np.abs(z) < 1).astype(z.dtype)


def _hard_sigmoid(z: Array) -> Array:
    return np.clip(z + 3, 0, 6) / 6


def _dhard_sigmoid(z: Array) -> Array:
    return (np.abs(z) < 3).astype(z.dtype) / 6


def _relu_squared(z: Array) -> Array:
    return np.maximum(z, 0) ** 2


def _drelu_squared(z: Array) -> Array:
    return 2 * np.maximum(z, 0)


identity = _listed("identity", _identity, _didentity)
r"""No activation, as in most output layers, :math:`f(z) = z`, :math:`f'(z) = 1`."""

sigmoid = _listed("sigmoid", _sigmoid, _dsigmoid)
r""":math:`f(z) = 1 / (1 + e^{-z})`, :math:`f'(z) = f(z)\,(1 - f(z))`; :math:`f(0) = \tfrac12`,
:math:`f'(0) = \tfrac14`."""

tanh = _listed("tanh", _tanh, _dtanh)
r""":math:`f(z) = \tanh z`, :math:`f'(z) = 1 - \tanh^2 z = 1/\cosh^2 z`; :math:`f(0) = 0`, :math:`f'(0) = 1`."""

relu = _listed("relu", _relu, _drelu, 0)
r""":math:`f(z) = \max(z, 0)`, :math:`f'(z) = 1` for :math:`z > 0` and 0 elsewhere, the kink included."""

softplus = _listed("softplus", _softplus, _sigmoid)
r""":math:`f(z) = \ln(1 + e^z)`, :math:`f'(z) = \mathrm{sigmoid}(z)`."""

softsign = _listed("softsign", _softsign, _dsoftsign, 0)
r""":math:`f(z) = z / (1 + |z|)`, :math:`f'(z) = 1 / (1 + |z|)^2`."""

elu = _listed("elu", _elu, _delu, 0)
r""":math:`f(z) = z` for :math:`z > 0`, otherwise :math:`e^z - 1` (Clevert et al., 2016)."""

selu = _listed("selu", _selu, _dselu, 0)
r""":math:`f(z) = \lambda z` for :math:`z > 0`, otherwise :math:`\lambda \alpha (e^z - 1)` with
:math:`\lambda \approx 1.0507`, :math:`\alpha \approx 1.6733` (Klambauer et al., 2017)."""

gelu = _listed("gelu", _gelu, _dgelu)
r""":math:`f(z) = z\, \Phi(z)` with the exact normal distribution function :math:`\Phi`
(Hendrycks & Gimpel, 2016)."""

silu = _listed("silu", _silu, _dsilu)
r""":math:`f(z) = z\, \mathrm{sigmoid}(z)` (Hendrycks & Gimpel, 2016), also called swish."""

mish = _listed("mish", _mish, _dmish)
r""":math:`f(z) = z \tanh(\ln(1 + e^z))` (Misra, 2020)."""

lecun_tanh = _listed("lecun_tanh", _lecun_tanh, _dlecun_tanh)
r""":math:`f(z) = 1.7159 \tanh(\tfrac23 z)`, with :math:`f(\pm 1) = \pm 1` (LeCun et al., 1998, section
4.4)."""

hard_swish = _listed("hard_swish", _hard_swish, _dhard_swish, -3, 3)
r""":math:`f(z) = z \cdot \min(\max(z + 3, 0), 6) / 6` (Howard et al., 2019), a SiLU of straight pieces and a parabola:
0 below :math:`-3`, :math:`z` above 3."""

hard_tanh = _listed("hard_tanh", _hard_tanh, _dhard_tanh, -1, 1)
r""":math:`f(z) = \min(\max(z, -1), 1)`, a tanh of straight pieces; :math:`f'(z) = 1` for
:math:`|z| < 1` and 0 elsewhere."""

hard_sigmoid = _listed("hard_sigmoid", _hard_sigmoid, _dhard_sigmoid, -3, 3)
r""":math:`f(z) = \min(\max(z + 3, 0), 6) / 6` (Howard et al., 2019), a sigmoid of straight pieces; :math:`f(0) =
\tfrac12`, :math:`f'(0) = \tfrac16`."""

relu_squared = _listed("relu_squared", _relu_squared, _drelu_squared, 0)
r""":math:`f(z) = \max(z, 0)^2`, :math:`f'(z) = 2 \max(z, 0)` (So et al., 2021): its slope has no bound, and
:math:`\mathrm{E} f(z)^2 = \tfrac32 q^2`."""


def leaky_relu(slope: float = 0.01) -> Activation:
    r""":math:`f(z) = z` for :math:`z > 0`, otherwise :math:`a z`: leaky ReLU (Maas et al., 2013), and PReLU (He et
    al., 2015, eq. 1) where the slope :math:`a` is learned.

    Parameters
    ----------
    slope
        :math:`a`, any finite number; at the kink the derivative is :math:`a`.

    Examples
    --------
    >>> import numpy as np
    >>> leaky_relu(0.2).f(np.array([-1.0, 1.0])).tolist()
    [-0.2, 1.0]
    """
    a = number("slope", slope)
    return Activation(f"leaky_relu({a:g})", lambda z: np.maximum(z, 0) + a * np.minimum(z, 0),
                      lambda z: np.where(z > 0, 1, a).astype(z.dtype), (0,))


def get(name: str) -> Activation:
    """The activation of that name. (Leaky ReLU has a slope to choose: see :func:`leaky_relu`.)

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
    ValueError: name must be one of elu, gelu, hard_sigmoid, ...; got 'swoosh'
    """
    return choice("name", name, ALL)


__all__ += ALL
