"""Checks on arguments: one sentence that names the argument, what was given and what is allowed."""

from collections.abc import Callable, Mapping
from math import isfinite
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def require(ok: bool, name: str, allowed: str, given: object, error: type = ValueError) -> None:
    """Raise ``error`` with the one sentence unless ``ok``."""
    if not ok:
        raise error(f"{name} must be {allowed}; got {given}")


def number(name: str, value: Any, *, at_least: float | None = None,
           above: float | None = None, below: float | None = None) -> float:
    """A finite real number inside the stated bounds, as a Python float."""
    # Most are plain floats: asking an abstract class takes longer.
    is_number = type(value) is float or isinstance(value, Real) and not isinstance(value, bool)
    require(is_number, name, "a number", value if is_number else repr(value), TypeError)
    if not (isfinite(value) and (at_least is None or value >= at_least) and (above is None or value > above)
            and (below is None or value < below)):
        bounds = [("at least", at_least), ("above", above), ("below", below)]
        words = " and ".join(f"{word} {bound:g}" for word, bound in bounds if bound is not None)
        require(False, name, f"a finite number {words}".strip(), repr(value))
    return float(value)


def numbers(name: str, value: Any) -> tuple[float, ...]:
    """Finite real numbers, as Python floats."""
    require(np.iterable(value), name, "a list of numbers", repr(value), TypeError)
    return tuple(number(name, each) for each in value)


def count(name: str, value: Any, *, at_least: int = 1) -> int:
    """A whole number, as a Python int."""
    is_whole = type(value) is int or isinstance(value, Integral) and not isinstance(value, bool)
    require(is_whole, name, "a whole number", repr(value), TypeError)
    require(value >= at_least, name, f"a whole number of at least {at_least}", repr(value))
    return int(value)


def floats(name: str, value: Any, *, ndim: int | None = None, shape: tuple | None = None) -> Array:
    """An array of floats; integers are refused, because an update in place would truncate them."""
    array = _array(name, value)
    if array.dtype.kind != "f":  # only now the dtype is put into words: that is slow, this is often
        require(False, name, "an array of floats (convert integers with .astype(float))",
                f"dtype {array.dtype}", TypeError)
    if ndim is not None:
        require(array.ndim == ndim, name, f"{ndim}-dimensional", f"shape {array.shape}")
    if shape is not None:
        require(array.shape == shape, name, f"of shape {shape}", f"shape {array.shape}")
    return array


def _array(name: str, value: Any) -> NDArray[Any]:
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be an array, its rows equally long; got {value}") from error


def generator(rng: Any) -> np.random.Generator:
    """A numpy Generator: randomness is always passed in, never drawn from a hidden global."""
    require(isinstance(rng, np.random.Generator), "rng",
            "a numpy Generator, as np.random.default_rng(seed) makes", repr(rng), TypeError)
    return rng


def labels(name: str, value: Any, classes: int) -> NDArray[np.integer]:
    """Whole-number class labels from 0 to ``classes - 1``."""
    array = _array(name, value)
    if array.dtype.kind not in "iu":
        require(False, name, "an array of integer class labels", f"dtype {array.dtype}", TypeError)
    require(array.ndim == 1, name, "1-dimensional, one label a sample", f"shape {array.shape}")
    if array.size:
        require(array.min() >= 0 and array.max() < classes, name, f"between 0 and {classes - 1}",
                f"labels from {array.min()} to {array.max()}")
    return array


def values(g: Callable[[Array], Array], z: Array, allowed: str) -> Array:
    """What a function says at each place of an array: numbers, real and finite. ``allowed`` is for the last only."""
    if not callable(g):
        require(False, "g", "a function of an array", repr(g), TypeError)
    with np.errstate(all="ignore"):  # what is not finite is reported here, in words
        found = np.asarray(g(z))
    if found.dtype.kind not in "biuf" or found.shape not in ((), z.shape):
        require(False, "g", "a function that has one real number for each entry of an array",
                f"one that has {found.dtype} of shape {found.shape} for shape {z.shape}", TypeError)
    finite = np.isfinite(found)
    if not finite.all():
        first = np.broadcast_to(~finite, z.shape)
        require(False, "g", allowed, f"one that is not finite at z = {min(z[first], key=abs):.3g}")
    return found.astype(float, copy=False)


def choice(name: str, value: Any, table: Mapping[str, Any]) -> Any:
    """The entry of ``table`` that the reader named."""
    require(isinstance(value, str) and value in table, name, "one of " + ", ".join(sorted(table)),
            repr(value))
    return table[value]
