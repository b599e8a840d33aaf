"""What :func:`initbook.diagnosis.check` concludes from its counts: one rule a function, causes before consequences.

A rule takes rows of the report and returns a :class:`Problem`, or None. Where blame begins stands at the top; how often
a healthy network is blamed is counted by ``tools/check_rates.py``.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri

from initbook._check import Array
from initbook.activations import Activation
from initbook.theory import backward_gain, forward_gain

__all__ = ["FEW", "Problem", "flat_share", "not_a_number", "overflow", "problems"]

FEW = 10  # samples: fewer say nothing about dead units
FLAT = 0.02  # a slope below this share of the steepest counts as flat
DEAD, SATURATED = 0.9, 0.6  # shares of a layer
SIGMAS = 5.0  # how far a mean square may lie from what is expected, in standard deviations of a draw
FADES, GROWS = 1e-5, 1e4  # from the first layer to the last, of mean squares
STEEP = 1e6  # the same of the gradient, in either direction
ODD = 2.5  # by what factor one layer's variance differs from that of all the others
SURE = 8.0  # nats by which a first loss exceeds that of knowing nothing
_NORMAL = ndtri(np.arange(0.5, 1000) / 1000)  # what z is expected to be like


class Problem(NamedTuple):
    """One finding: its kind, its layer (as the report names it), three sentences, and the page that derives it."""

    kind: str
    layer: str
    what: str
    why: str
    do: str
    page: str

    def __str__(self) -> str:
        return f"{self.what}\n{self.why}\n{self.do} (More: {self.page})"


def not_a_number(x: Array, arrays: Iterator[tuple[str, str, Array]]) -> list[Problem]:
    """Of the input, and of weights and biases as ``(layer, what, array)``."""
    bad = np.flatnonzero(~np.isfinite(x.reshape(len(x), -1)).all(axis=1))
    if len(bad):
        return [Problem("input", "0", f"The input: {len(bad)} of {len(x)} rows of x hold NaN or infinity; the first is "
                        f"row {bad[0]}.", "One such row makes the loss NaN and, after one update, every weight.",
                        "Remove such rows, or fill them, before anything else.", "practice/loss-stands-still")]
    return [Problem("weights", layer, f"Layer {layer}: {what} holds NaN or infinity.",
                    "Nothing that is computed from it is a number.",
                    "Draw it anew; if it comes from training, the rate was too large.", "practice/loss-stands-still")
            for layer, what, array in arrays if not np.isfinite(array).all()]


def overflow(layer: str, kind: np.dtype) -> Problem:
    return Problem("overflow", layer, f"Layer {layer}: its values leave the range of {kind}, whose largest number is "
                   f"{np.finfo(kind).max:.3g}.",
                   "The signal grows from layer to layer, or the type is too narrow for it.",
                   "Draw smaller weights, so that E z² stays near 1, or compute in a wider type.", "variance/scale")


def problems(rows: Sequence[Any], x_square: float, x_across: float | None,
             first: dict[str, float] | None) -> list[Problem]:
    """All that is wrong. ``rows`` are the report's, from the input up."""
    layers = [row for row in rows if row.layer is not None]
    hidden = layers[:-1]
    odd = _odd(hidden, x_square)
    found = [_input(x_square, x_across), *map(_tied, hidden), *map(_zero, hidden), *map(_dead, hidden), *odd,
             *map(_off_centre, layers), *map(_saturated, hidden), _travels(layers), *map(_unexpected, rows),
             _gradient(layers), _sure(first)]
    return [problem for problem in found if problem]


def _input(square: float, across: float | None) -> Problem | None:
    if across is not None and across <= 1e-8:
        return Problem("input", "0", "The input: all rows of x are alike.", "No network can tell them apart.",
                       "Look at what loads the data.", "practice/loss-stands-still")
    if 0 < square < 1e-3 or square > 100:
        return Problem("input", "0", f"The input: x has mean square {square:.3g}.",
                       "The rules for weights assume a mean square near 1, and every layer inherits the factor.",
                       "Take off the mean of x and divide it by its standard deviation, each column by its own where "
                       "columns have their own units. Where nearly all entries are 0, as for words, make the first "
                       "weights larger instead.", "variance/forward")
    return None


def _tied(row: Any) -> Problem | None:
    if not row.tied:
        return None
    units = row.layer.W.shape[-1]
    one = row.tied == units and np.ptp(row.layer.incoming(), axis=0).max() == 0
    what = (f"all {units} units have the same weights, so they are one unit" if one else
            f"{row.tied} of {units} units have the same weights as another one")
    return Problem("tied", row.name, f"Hidden layer {row.name}: {what}.",
                   "Equal units get equal gradients, so no update tells them apart.",
                   "Draw the weights at random, for each unit its own.", "symmetry/theorem")


def _zero(row: Any) -> Problem | None:
    if row.scale != 0 or row.tied or row.ends_branch:
        return None
    return Problem("zero", row.name, f"Layer {row.name}: every weight is 0.",
                   "Nothing of the input goes up through it, and no gradient comes down through it.",
                   "Draw its weights at random. Only a last layer, or the last of a residual branch, may start at 0.",
                   "symmetry/what-moves")


def _dead(row: Any) -> Problem | None:
    if row.dead is None or row.dead < DEAD:
        return None
    return Problem("dead", row.name, f"Hidden layer {row.name}: {row.dead:.0%} of its units are dead, on every sample.",
                   "Their slope is 0, so neither signal nor gradient passes: what stands above sees biases only.",
                   "Start its biases at 0, and draw its weights from a law of mean 0.", "variance/biases")


def _odd(hidden: Sequence[Any], x_square: float) -> list[Problem]:
    """Layers that do not follow the rule that all the others follow, whichever that is, and whose signal shows it: one
    that was scaled by what it reads has another factor and the same signal."""
    rows = [row for row in hidden if row.scale]
    if len(rows) < 3:
        return []
    fans = np.array([row.layer.fans() for row in rows])
    squares = np.array([(row.layer.W**2).mean() for row in rows])
    rules = fans[:, 0], fans[:, 1], fans.mean(axis=1), fans.max(axis=1), np.ones(len(rows))
    each = [np.log(n * squares) - np.median(np.log(n * squares)) for n in rules]
    off = min(each, key=lambda off: (round(np.median(np.abs(off)), 2), (np.abs(off) > np.log(ODD)).sum()))
    grown = np.diff(np.log([max(q, 1e-300) for q in (x_square, *(row.q for row in hidden))]))
    grown = np.array([by for by, row in zip(grown, hidden, strict=True) if row.scale])
    shown = (grown - np.median(grown)) * np.sign(off) > np.log(ODD) / 2
    odd = np.abs(off) > np.log(ODD)
    if odd.sum() > len(rows) / 3 or np.abs(off[~odd]).max() > np.log(1.3):
        return []  # there is no rule here
    return [Problem("fan", row.name, f"Layer {row.name}: its E W² is {_times(np.exp(by))} what the rule of the other "
                    "layers gives.",
                    "A fan that was counted wrongly, of a convolution, of groups or of a transpose, looks so.",
                    f"Its fan_in is {row.layer.fans()[0]:g}; n·E W² is {row.scale:.3g} here.", "variance/fans")
            for row, by, is_odd in zip(rows, off, odd & shown, strict=True) if is_odd]


def _times(factor: float) -> str:
    return f"{factor:.3g} times" if factor >= 1 else f"1/{1 / factor:.3g} of"


def _off_centre(row: Any) -> Problem | None:
    W = row.layer.W
    if not row.scale or row.layer.centred():
        return None
    return Problem("mean", row.name,
                   f"Layer {row.name}: its weights have mean {W.mean():.3g}, not 0 (std {W.std():.3g}).",
                   "Then all units see the same multiple of the sum of their inputs, beside what tells samples apart.",
                   "Draw weights from a law of mean 0.", "variance/forward")


def flat_share(f: Activation, z: Array) -> float:
    """The share of slopes below ``FLAT`` of the steepest."""
    steepest = max(float(np.abs(f.df(np.linspace(-4, 4, 801))).max()), 1e-300)
    return float((np.abs(f.df(z)) < FLAT * steepest).mean())


def _saturated(row: Any) -> Problem | None:
    if row.flat is None or row.flat < SATURATED or flat_share(row.activation, _NORMAL) > 0.3:
        return None  # a ReLU is flat half of the time, wherever it starts
    return Problem("saturated", row.name, f"Hidden layer {row.name}: {row.flat:.0%} of its slopes are below {FLAT:.0%} "
                   f"of the steepest, for E z² is {row.q:.3g}.", "The gradient is multiplied by these slopes.",
                   "Draw smaller weights, of variance 1/fan_in, and look at the scale of the input.", "variance/scale")


def _travels(layers: Sequence[Any]) -> Problem | None:
    """Whether what tells samples apart arrives at the top. A last layer may be small on purpose, or 0."""
    layers = layers if layers[-1].scale else layers[:-1]
    if len(layers) < 2 or layers[0].across is None or not layers[0].q:
        return None
    low, high = layers[0], layers[-1]
    signal = high.q * high.across / max(low.q * low.across, 1e-300) / min(high.scale, 1.0)
    between = f"from layer {low.name} to layer {high.name} its mean square"
    if signal < FADES:
        what = f"What tells samples apart fades: {between} falls to {signal:.2g} of what it was."
        return Problem("fades", high.name, what, _why_small(layers), _what_to_draw(layers), "variance/scale")
    if high.q / low.q > GROWS:
        what = f"The signal grows: {between} becomes {high.q / low.q:.2g} times as large."
        why = "Each layer multiplies it, so depth is an exponent."
        return Problem("grows", high.name, what, why, _what_to_draw(layers), "variance/scale")
    return None


def _why_small(layers: Sequence[Any]) -> str:
    growth = [row.growth for row in layers[:-1] if row.growth is not None and np.isfinite(row.growth)]
    if not growth:
        return "Each layer multiplies it, so depth is an exponent."
    filled = max((row.layer.b**2).mean() / max(row.q, 1e-300) if row.layer.b is not None else 0.0 for row in layers)
    return (f"A layer multiplies differences between samples by about {np.median(growth):.3g} in the mean square, and "
            "depth is an exponent." + (" E z² does not show it, because biases fill it." if filled > 0.5 else ""))


def _what_to_draw(layers: Sequence[Any]) -> str:
    row = next((row for row in layers if row.activation.df and row.activation.name != "identity"), None)
    if row is None:
        return "Draw weights of variance 1/fan_in."
    f = row.activation
    wanted, kept = forward_gain(f) ** 2, (forward_gain(f) / backward_gain(f)) ** 2
    if kept < 0.5:
        return (f"With its own gain a layer of {f.name} keeps {kept:.2g} of it: at this depth take fewer layers, "
                "another activation, skips or a normalization.")
    if 0.8 < row.scale / wanted < 1.25:
        return (f"The weights have {f.name}'s own variance already, {wanted:.4g}/fan_in: at this depth it takes skips, "
                "a normalization or another activation.")
    return (f"Draw weights of variance {wanted:.4g}/fan_in, {f.name}'s own; in layer {row.name} it is "
            f"{row.scale:.3g}/fan_in.")


def _unexpected(row: Any) -> Problem | None:
    if not row.q_expected or not np.isfinite(row.band).all():
        return None
    low, high = np.log(row.band)
    if row.q > 0 and abs(np.log(row.q) - (low + high) / 2) <= SIGMAS * (high - low) / (2 * 1.96) + 1e-6:
        return None
    return Problem("unexpected", row.name, f"Layer {row.name}: E z² is {row.q:.3g}, where independent weights of this "
                   f"size give {row.band[0]:.3g} to {row.band[1]:.3g}.",
                   "So the weights are not independent draws of mean 0: they repeat, have a low rank, or were fitted.",
                   "If nothing has been trained yet, look at how they are made.", "variance/forward")


def _gradient(layers: Sequence[Any]) -> Problem | None:
    low, high = layers[0], layers[-1]
    if low.g is None or not high.scale or 1 / STEEP < low.g < STEEP:
        return None
    what = f"The gradient at layer {low.name} has {low.g:.2g} times the mean square of that at layer {high.name}."
    why = "On its way down each layer multiplies it by fan_out · E W² · E f'(z)²."
    return Problem("gradient", low.name, what, why, _what_to_draw(layers), "variance/backward")


def _sure(first: dict[str, float] | None) -> Problem | None:
    if first is None or not first["measured"] > first["constant"] + SURE:
        return None
    return Problem("loss", "",
                   f"The first loss is {first['measured']:.4g}; to know nothing costs {first['constant']:.4g}.",
                   "The outputs are large: a network that knows nothing is sure of what it says.",
                   "Make the last layer's weights smaller (0 is fine, too), and look at the scale of what comes to it.",
                   "variance/biases")
