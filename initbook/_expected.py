"""What theory expects of a layer: mean squares for each sample, and how they scatter over draws.

Expected is the length map, for pre-activations that are centred normal numbers, as those of independent weights are.
Where they are not (a sum whose skip has passed an activation), what was measured takes the place of the integral.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from initbook._check import Array
from initbook.activations import Activation
from initbook.theory import mean_df2, mean_f2, scatter

__all__ = ["NARROW", "Signal", "about", "band", "slopes", "squares", "through"]

NARROW = 16  # units: bands are of first order in 1/n, and in narrower layers too few draws lie in them


class Signal(NamedTuple):
    """Activations, the mean square that is expected of each sample's, and the variance of its logarithm over draws;
    whether they are like centred normal numbers; how wide the narrowest layer was (0: no expectation holds)."""

    h: Array
    q: Array
    spread: float
    normal: bool = False
    narrowest: float = np.inf


def squares(h: Array) -> Array:
    """The mean square of each sample."""
    h = h.reshape(len(h), -1)
    return (h * h).mean(axis=1)


def band(q: float, spread: float) -> tuple[float, float]:
    """Where 95 of 100 draws lie."""
    return tuple(float(q * np.exp(side * 1.96 * spread**0.5 - spread / 2)) for side in (-1, 1))


@lru_cache(maxsize=4096)
def _mean(f: Activation, q: float, slope: bool = False) -> float:
    """E f² or E f'² for z of mean square q, which may be 0; NaN where numbers end before the integral does."""
    if q == 0:
        return float((f.df if slope else f.f)(np.zeros(1))[0] ** 2)
    try:
        return (mean_df2 if slope else mean_f2)(f, q)
    except ValueError:
        return np.nan


def _means(f: Activation, q: Array, slope: bool = False) -> Array:
    """The same for many q: between some, logarithms are laid on a straight line, which for ReLU they are."""
    if f.name == "identity":
        return np.ones_like(q) if slope else q
    low, high = q.min(), q.max()
    if not np.isfinite(high):
        return np.full_like(q, np.nan)
    if low <= 0 or high < low * (1 + 1e-9):
        return np.array([_mean(f, float(each), slope) for each in np.unique(q)])[np.unique(q, return_inverse=True)[1]]
    grid = np.geomspace(low, high, 2 + int(min(8 * (np.log10(high) - np.log10(low)), 400)))
    at = np.array([_mean(f, float(each), slope) for each in grid])
    if at.min() <= 0:
        return np.interp(np.log(q), np.log(grid), at)
    return np.exp(np.interp(np.log(q), np.log(grid), np.log(at)))


def about(f: Activation, q: Array, b: Array | None) -> tuple[Activation, Array]:
    """Biases that have a mean m only move f: f(m + z), and the mean square of z that is left."""
    m = 0.0 if b is None else float(b.mean())
    if f.name == "identity" or m * m <= 0.01 * q.mean():
        return f, q
    return _moved(f, m), np.maximum(q - m * m, 0.0)


@lru_cache(maxsize=256)
def _moved(f: Activation, m: float) -> Activation:
    df = None if f.df is None else lambda z: f.df(z + m)
    return Activation(f"{f.name} at {m:g}", lambda z: f.f(z + m), df, tuple(kink - m for kink in f.kinks))


def through(f: Activation, z: Array, q: Array, spread: float, normal: bool = True) -> tuple[Array, float]:
    """The mean squares of f(z) for z of mean squares q, and how they scatter over draws of that width."""
    if f.name != "identity" and not normal:
        return squares(f.f(z)), 0.0
    if f.name != "identity" and q.mean() > 0:
        loud = float((q**2).mean() / q.mean())  # the samples that count in a mean are the large ones
        try:
            spread = scatter(f, loud, spread, z.shape[-1]) if _mean(f, loud) > 0 else spread
        except ValueError:
            spread = np.nan
    return _means(f, q), spread


def slopes(f: Activation, z: Array, q: Array, normal: bool = True) -> Array:
    """The mean squares of f'(z)."""
    return _means(f, q, slope=True) if normal or f.name == "identity" else squares(f.df(z))
