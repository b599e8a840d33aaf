"""What :func:`initbook.diagnosis.check` advises: a cure never names what already holds."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from initbook.correlations import critical_pair
from initbook.theory import backward_gain, forward_gain

__all__ = ["calm", "redraw", "revive", "stream", "why_small"]


def filled(row: Any) -> bool:
    """Whether most of z² is its biases."""
    b = row.layer.b
    return b is not None and (b**2).mean() > 0.5 * row.q


def revive(row: Any) -> str:
    """Of a layer of dead units."""
    b = row.layer.b
    if not row.activation.df(np.array([-1e3, 1e3])).any() and not filled(row):
        return calm(row)  # flat on both sides: z is large
    wrong = ["start its biases at 0"] if b is not None and b.any() else []
    wrong += [] if row.layer.centred() else ["draw its weights from a law of mean 0"]
    if wrong:
        cure = ", and ".join(wrong)
        return cure[0].upper() + cure[1:] + "."
    return ("Its biases are 0 and its weights have mean 0: so few units, at this depth, may all be born dead. "
            "Take wider layers, or skips.")


def calm(row: Any) -> str:
    """Of a saturated layer."""
    if filled(row):
        return "Start its biases at 0."
    if row.scale > 1.25:
        return "Draw smaller weights, of variance 1/fan_in, and look at the scale of the input."
    return "Its weights are not too large, what they read is: scale the input, or draw smaller weights below."


def why_small(layers: Sequence[Any]) -> str:
    growth = [row.growth for row in layers[:-1] if row.growth is not None and np.isfinite(row.growth)]
    if not growth:
        return "Each layer multiplies it, so depth is an exponent."
    if np.median(growth) > 0.9:
        return ("On average a layer of this width keeps differences between samples, but most draws lie below the "
                "average, and depth is an exponent.")
    biases = any(row.layer is not None and filled(row) for row in layers)
    return (f"A layer multiplies differences between samples by about {np.median(growth):.3g} in the mean square, and "
            "depth is an exponent." + (" E z² does not show it, because biases fill it." if biases else ""))


def redraw(rows: Sequence[Any], page: str, grows: bool = False) -> tuple[str, str]:
    """Of a network whose signal or gradient fades or grows: what to do, and the page that derives it."""
    blocks = sum(row.layer is None for row in rows)
    if grows and blocks > 1 and _sums_grow(rows):
        return (f"Divide the variance of the last weights of each branch by {blocks}, the number of blocks, or start "
                "them at 0."), "beyond/residual"
    inner = [row for row in rows if row.scale and row.activation.df and row.activation.name != "identity"]
    if not inner:
        return "Draw weights of variance 1/fan_in.", page
    skips = "" if blocks else "skips, "
    wanted = {row.name: forward_gain(row.activation) ** 2 for row in inner}
    worst = max(inner[1:] or inner, key=lambda row: _beyond(row, wanted[row.name], grows))
    f, own = worst.activation, wanted[worst.name]
    kept = own / backward_gain(f) ** 2
    if kept < 0.5:
        centred = "" if worst.layer.centred_per_unit() else "weights that are centred per unit, "
        return (f"With its own gain a layer of {f.name} keeps {kept:.2g} of it: at this depth take fewer layers, "
                f"{centred}{skips}another activation or a normalization."), "beyond/data-scaling" if centred else page
    biases = any(row.layer is not None and filled(row) for row in rows)
    if _beyond(worst, own, grows) > np.log(1.25):
        return (f"Draw weights of variance {own:.4g}/fan_in, {f.name}'s own; in layer {worst.name} it is "
                f"{worst.scale:.3g}/fan_in." + _root(worst) + biases * " Start biases at 0."), page
    if biases:
        return f"Start biases at 0; the weights have {f.name}'s own variance already, {own:.4g}/fan_in.", page
    width, pair = "wider layers, " if worst.narrow else "", "" if blocks else _pair(worst)
    return (f"The weights have {f.name}'s own variance already, {own:.4g}/fan_in: at this depth it takes {width}{skips}"
            f"a normalization{pair} or another activation."), "beyond/edge-of-chaos" if pair else page


def _pair(row: Any) -> str:
    """The start that holds the level of an activation whose own gain does not, if it has one and this is not it."""
    if row.layer.b is not None and row.layer.b.any():
        return ""
    try:
        weight_var, bias_var, _ = critical_pair(row.activation)
    except ValueError:
        return ""
    return f", the critical pair ({weight_var:.4g}/fan_in, and biases of variance {bias_var:.3g})"


def _root(row: Any) -> str:
    """Of weights that were drawn with the variance in the place of the standard deviation."""
    slip = next((law for law in ("2/n", "1/n") if f"std {law}" in row.law), None)
    return f" There {slip} is the standard deviation, not the variance." if slip else ""


def _beyond(row: Any, own: float, grows: bool) -> float:
    """By how much the logarithm of its variance is too high or too low, beyond what so many draws scatter."""
    return np.log(row.scale / own) * (1 if grows else -1) - 3 * (2 / row.layer.W.size) ** 0.5


def stream(rows: Sequence[Any]) -> list[Any]:
    """From the input to the top, without the insides of blocks."""
    return [row for row in rows if "." not in row.name]


def _sums_grow(rows: Sequence[Any]) -> bool:
    """Whether the signal grows in the sums more than in the layers between them."""
    steps = [(np.log(high.q / low.q), high.layer is None) for low, high in pairwise(stream(rows)) if low.q and high.q]
    return sum(step for step, is_sum in steps if is_sum) > sum(step for step, is_sum in steps if not is_sum)
