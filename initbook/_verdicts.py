"""What :func:`initbook.diagnosis.check` concludes from its counts: one rule a function, causes before consequences.

A rule takes rows of the report and returns a :class:`Problem`, or None. Where blame begins stands at the top; how often
a healthy network is blamed is counted by ``tools/check_rates.py``.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri

from initbook._check import Array
from initbook._cures import calm, filled, redraw, revive, stream, why_small
from initbook._expected import FLAT, flat_share
from initbook.activations import Activation

__all__ = ["FEW", "NOTED", "SURE", "Problem", "not_a_number", "overflow", "problems"]

FEW = 10  # samples: fewer say nothing about dead units
DEAD, SATURATED = 0.9, 0.6  # shares of a layer
SIGMAS = 5.0  # how far a mean square may lie from what is expected, in standard deviations of a draw
FADES, GROWS = 1e-5, 1e4  # from the first layer to the last, of mean squares
STEEP = 1e6  # the same of the gradient, in either direction
ODD = 2.5  # by what factor one layer's variance differs from that of all the others
NOTED, SURE = 2.0, 8.0  # nats, for each target of a sample, by which a first loss exceeds that of knowing nothing
_NORMAL = ndtri(np.arange(0.5, 1000) / 1000)  # what z is expected to be like


class Problem(NamedTuple):
    """One finding: its kind, its layer (as the report names it), what is wrong, why, what to do, and the page that
    derives it."""

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
    odd = _odd(hidden, x_square, {row.name: row.q for row in rows})
    closed = [problem for problem in [*map(_tied, hidden), *map(_zero, hidden), *_dead(hidden)] if problem]
    through = [_travels(rows), *map(_unexpected, rows), _gradient(rows)]
    if {"zero", "dead"} & {problem.kind for problem in closed}:
        through = []  # that nothing goes through comes of it
    found = [_input(x_square, x_across), *closed, *odd, *map(_off_centre, layers), *map(_saturated, hidden), *through,
             _end(first, rows[-1].activation), _sure(first, layers[-1])]
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
    z = np.linspace(0, 4, 9)
    up_to = ", up to the sign" if np.allclose(row.activation.f(-z), -row.activation.f(z)) else ""
    one = row.tied == units and np.ptp(row.layer.incoming(), axis=0).max() == 0
    what = (f"all {units} units have the same weights, so they are one unit" if one else
            f"{row.tied} of {units} units have the same weights as another one" + up_to)
    return Problem("tied", row.name, f"Hidden layer {row.name}: {what}.",
                   "Equal units get equal gradients, so no update tells them apart; only noise does, as of dropout."
                   + (row.scale == 0) * " Through zeros no gradient comes down, either.",
                   "Draw the weights at random, for each unit its own.", "symmetry/theorem")


def _zero(row: Any) -> Problem | None:
    if row.scale != 0 or row.tied or row.ends_branch:
        return None
    stays = "; it does not, for the slopes of its units are 0" if row.dead == 1 else ""
    return Problem("zero", row.name, f"Layer {row.name}: every weight is 0.",
                   f"Nothing of the input goes up through it, and no gradient comes down until it has moved{stays}.",
                   "Draw its weights at random. A last layer may start at 0, and the last of a residual branch.",
                   "symmetry/what-moves")


def _dead(hidden: Sequence[Any]) -> list[Problem]:
    """Up to the first layer that is dead as a whole: what is dead above it is so because of it."""
    found = []
    for row in hidden:
        if row.dead is None or row.dead < DEAD:
            continue
        if not row.scale:
            break
        units = row.layer.W.shape[-1]
        left = units - round(row.dead * units)
        what = f"{units - left} of its {units} units are dead" if left else f"all {units} units are dead"
        why = f"so all of the gradient must come down through the {left} others" if left else "so no gradient passes"
        found.append(Problem("dead", row.name, f"Hidden layer {row.name}: {what}, on every sample.",
                             f"The slope of a dead unit is 0, {why}.", revive(row), "variance/biases"))
        if not left:
            break
    return found


def _odd(hidden: Sequence[Any], x_square: float, qs: dict[str, float]) -> list[Problem]:
    """Layers that do not follow the rule that all the others follow, whichever that is, and whose signal shows it: one
    that was scaled by what it reads has another factor and the same signal. The end of a branch may be smaller."""
    rows = [row for row in hidden if row.scale]
    inner = np.array([not row.ends_branch for row in rows])
    if inner.sum() < 3:
        return []
    fans = np.array([row.layer.fans() for row in rows])
    squares = np.array([(row.layer.W**2).mean() for row in rows])
    rules = fans[:, 0], fans[:, 1], fans.mean(axis=1), fans.max(axis=1), fans[:, 0] ** 2, np.ones(len(rows))
    each = [np.log(n * squares) - np.median(np.log(n * squares)[inner]) for n in rules]
    off = min(each, key=lambda off: (round(np.median(np.abs(off[inner])), 2), (np.abs(off) > np.log(ODD)).sum()))
    grown = np.array([np.log(max(row.q, 1e-300) / max(_below(row.name, qs) or x_square, 1e-300)) for row in rows])
    shown = (grown - np.median(grown[inner])) * np.sign(off) > np.log(ODD) / 2
    data = np.array([row.name == "1" and (abs(np.log(row.scale)) < np.log(ODD) or _brings(rows)) for row in rows])
    odd = (np.abs(off) > np.log(ODD)) & (inner | (off > 0)) & ~data
    rest = np.abs(off[inner & ~odd & ~data])
    if odd.sum() > max(2, len(rows) / 3) or len(rest) < 2 or rest.max() > np.log(1.3):
        return []  # there is no rule here
    return [Problem("fan", row.name, f"Layer {row.name}: its E W² is {_times(np.exp(by))} what the rule of the other "
                    "layers gives.",
                    "A fan that was counted wrongly, of a convolution, of groups or of a transpose, looks so.",
                    f"Its fan_in is {row.layer.fans()[0]:g}; n·E W² is {row.scale:.3g} here.", "variance/fans")
            for row, by, is_odd in zip(rows, off, odd & shown, strict=True) if is_odd]


def _brings(rows: Sequence[Any]) -> bool:
    """Whether the first layer brings the data to the level that random biases hold above it."""
    drawn = all(row.layer.b is not None and np.ptp(row.layer.b) > 0 for row in rows)
    return drawn and abs(np.log(rows[0].q / np.median([row.q for row in rows[1:]]))) < np.log(ODD) / 2


def _below(name: str, qs: dict[str, float]) -> float | None:
    """The mean square that the layer of that name has below it: of the layer before it, or of what enters its block."""
    block, _, i = name.rpartition(".")
    if int(i) > 1:
        return qs[f"{block}.{int(i) - 1}".removeprefix(".")]
    return _below(block, qs) if block else None


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


def _saturated(row: Any) -> Problem | None:
    if row.flat is None or row.flat < SATURATED or flat_share(row.activation, row.activation.df(_NORMAL)) > 0.3:
        return None  # a ReLU is flat half of the time, wherever it starts
    return Problem("saturated", row.name, f"Hidden layer {row.name}: {row.flat:.0%} of its slopes are below {FLAT:.0%} "
                   f"of the steepest, for E z² is {row.q:.3g}" + (", most of it biases." if filled(row) else "."),
                   "The gradient is multiplied by these slopes.", calm(row), "variance/scale")


def _travels(rows: Sequence[Any]) -> Problem | None:
    """Whether what tells samples apart arrives at the top. A last layer may be small on purpose, or 0."""
    layers = stream(rows)
    layers = layers[:-1] if layers[-1].scale is not None and layers[-1].scale < 1 else layers
    if len(layers) < 2 or layers[0].across is None or not layers[0].q:
        return None
    low, high = layers[0], layers[-1]
    signal = high.q * high.across / max(low.q * low.across, 1e-300)
    between = f"from layer {low.name} to layer {high.name} its mean square"
    if signal < FADES:
        what = f"What tells samples apart fades: {between} falls to {signal:.2g} of what it was."
        return Problem("fades", high.name, what, why_small(layers), *redraw(rows, "variance/scale"))
    if high.q / low.q > GROWS:
        what = f"The signal grows: {between} becomes {high.q / low.q:.2g} times as large."
        why = "Each layer multiplies it, so depth is an exponent."
        return Problem("grows", high.name, what, why, *redraw(rows, "variance/scale", grows=True))
    return None


def _unexpected(row: Any) -> Problem | None:
    if row.narrow or not row.q_expected or not np.isfinite(row.band).all():
        return None
    low, high = np.log(row.band)
    if row.q > 0 and abs(np.log(row.q) - (low + high) / 2) <= SIGMAS * (high - low) / (2 * 1.96) + 1e-3:
        return None
    return Problem("unexpected", row.name, f"Layer {row.name}: E z² is {row.q:.3g}, where independent weights of this "
                   f"size give {row.band[0]:.3g} to {row.band[1]:.3g}.",
                   "So the weights are not independent draws of mean 0: they repeat, have a low rank, or were fitted.",
                   "If nothing has been trained yet, look at how they are made.", "variance/forward")


def _gradient(rows: Sequence[Any]) -> Problem | None:
    """Below the last layer, which may be small on purpose."""
    layers = stream(rows)[:-1]
    if len(layers) < 2 or not layers[-1].g or 1 / STEEP < layers[0].g / layers[-1].g < STEEP:
        return None
    low, ratio = layers[0], layers[0].g / layers[-1].g
    what = f"The gradient at layer {low.name} has {ratio:.2g} times the mean square of that at layer {layers[-1].name}."
    why = "On its way down each layer multiplies it by fan_out · E W² · E f'(z)²."
    return Problem("gradient", low.name, what, why, *redraw(rows, "variance/backward", grows=ratio > 1))


def _end(first: dict[str, float] | None, f: Activation) -> Problem | None:
    """Of a cross-entropy."""
    if first is None or f.name == "identity":
        return None
    return Problem("end", "", f"The outputs pass {f.name} before the cross-entropy, which expects logits.",
                   f"It makes probabilities of any numbers by itself. {f.name} confines them, and where it is flat no "
                   "gradient comes back.", "Leave out the activation after the last layer.",
                   "practice/loss-stands-still")


def _sure(first: dict[str, float] | None, last: Any) -> Problem | None:
    if first is None or not first["measured"] > first["constant"] + SURE * first["targets"]:
        return None
    biases = "Start its last biases near 0." if filled(last) else (
        "Make the last layer's weights smaller (0 is fine, too), and look at the scale of what comes to it.")
    return Problem("loss", "",
                   f"The first loss is {first['measured']:.4g}; to know nothing costs {first['constant']:.4g}.",
                   "The outputs are large: a network that knows nothing is sure of what it says.", biases,
                   "variance/biases")
