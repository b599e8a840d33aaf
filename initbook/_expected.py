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

__all__ = ["FLAT", "NARROW", "Signal", "about", "band", "flat_share", "slopes", "squares", "through"]

FLAT = 0.02  # a slope below this share of the steepest counts as flat
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


@lru_cache(maxsize=16384)
def _mean(f: Activation, q: float, slope: bool = False) -> float:
    """E f² or E f'² for z of mean square q, which may be 0; NaN where numbers end before the integral does."""
    if q == 0:
        return float((f.df if slope else f.f)(np.zeros(1))[0] ** 2)
    try:
        return (mean_df2 if slope else mean_f2)(f, q)
    except ValueError:
        return np.nan


def _means(f: Activation, q: Array, slope: bool = False) -> Array:
    """The same for many q: read off a table, where between two entries logarithms lie on a straight line, which for
    ReLU they do. Its places are the same for all layers and draws, so that one integral serves them all."""
    if f.name == "identity":
        return np.ones_like(q) if slope else q
    low, high = q.min(), q.max()
    if not np.isfinite(high):
        return np.full_like(q, np.nan)
    if low <= 0 or high < low * (1 + 1e-9):
        return np.array([_mean(f, float(each), slope) for each in np.unique(q)])[np.unique(q, return_inverse=True)[1]]
    step = 1 if high < 1e25 * low else _PLACES  # of numbers that lie so far apart a table is long enough without
    places = np.arange(_place(low), _place(high) + 1 + step, step)
    at = np.array([_mean(f, _at(place), slope) for place in places.tolist()])
    place = _PLACES * np.log10(q)
    if at.min() <= 0:
        return np.interp(place, places, at)
    return np.exp(np.interp(place, places, np.log(at)))


_PLACES = 16  # in each power of ten


def _place(q: float) -> int:
    return int(np.floor(_PLACES * np.log10(q)))


def _at(place: int) -> float:
    return 10.0 ** min(place / _PLACES, 308)


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


@lru_cache(maxsize=4096)
def _scatter(f: Activation, place: int) -> tuple[float, float]:
    """s² and κ of :func:`initbook.theory.scatter`, which are of first order: the nearest place in the table does."""
    q = _at(place)
    if not _mean(f, q) > 0:
        return 1.0, 0.0
    try:
        adds = scatter(f, q, 0.0, 1)
        return scatter(f, q, 1.0, 1) - adds, adds
    except ValueError:
        return np.nan, np.nan


def through(f: Activation, z: Array, q: Array, spread: float, normal: bool = True) -> tuple[Array, float]:
    """The mean squares of f(z) for z of mean squares q, and how they scatter over draws of that width."""
    if f.name != "identity" and not normal:
        return squares(f.f(z)), 0.0
    if f.name != "identity" and q.mean() > 0:
        loud = (q * (q / q.mean())).mean()  # the samples that count in a mean are the large ones
        keeps, adds = _scatter(f, round(_PLACES * np.log10(loud))) if np.isfinite(loud) else (np.nan, np.nan)
        spread = keeps * spread + adds / z.shape[-1]
    return _means(f, q), spread


def slopes(f: Activation, z: Array, q: Array, normal: bool = True) -> Array:
    """The mean squares of f'(z)."""
    return _means(f, q, slope=True) if normal or f.name == "identity" else squares(f.df(z))


def flat_share(f: Activation, slopes: Array) -> float:
    """The share of these slopes of f that are below ``FLAT`` of its steepest."""
    return float((np.abs(slopes) < FLAT * _steepest(f)).mean())


@lru_cache(maxsize=256)
def _steepest(f: Activation) -> float:
    return max(float(np.abs(f.df(np.linspace(-4, 4, 801))).max()), 1e-300)
