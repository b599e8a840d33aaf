"""A network as a picture: a ring for each unit, an arrow for each weight, and one colour for weights that are tied.

A part of :mod:`initbook.figures`, where it is called.

>>> import numpy as np
>>> from initbook.figures import show
>>> show(network([np.full((2, 3), 0.1), np.full((3, 1), 0.2)]), alt="Three tied units.")
<figure: Three tied units.>
"""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import FancyArrowPatch
from numpy.typing import ArrayLike

from initbook._cells import PALE
from initbook._check import require
from initbook._sheet import COLORS, Panel
from initbook._svg import INK

__all__ = ["network"]

RING = 18
"""Across a unit, in points."""

Place = tuple[float, float]
Unit = tuple[int, int]


def network(weights: Sequence[ArrayLike], *, names: Sequence[Sequence[str]] = (), sides: Sequence[str] = (),
            filled: Mapping[Unit, int] | None = None, colors: Mapping[float, int] | None = None,
            words: Mapping[float, str] | None = None, many: Sequence[int] = (), at: Unit | None = None,
            reads: str = "", feeds: str = "", down: bool = False, title: str = "") -> Panel:
    """A network from below: inputs at the bottom, an arrow upwards for each weight.

    Weights that are equal to the last bit have one colour, so that a tie is seen at a glance; one that is alone is
    ink. A weight of zero is a dotted line without a head, for nothing comes through it.

    Parameters
    ----------
    weights
        Entry ``[i, j]`` of each matrix leads from unit ``i`` to unit ``j`` of the layer above. A NaN is no weight.
    names
        What stands in the units: a row of short words for each layer, the inputs first.
    sides
        What stands on the left: of the inputs, the first weights, the first layer, the second weights, and so on.
    filled
        ``{(layer, unit): a place in COLORS}``: units whose ring is filled.
    colors
        ``{weight: a place in COLORS}``, where a colour should mean the same in two panels; others are ink.
    words
        ``{weight: text}``: what is written beside the first arrow of that weight.
    many
        Layers in which the last unit that is drawn comes after many that are not.
    at, reads, feeds
        One unit, ``(layer, unit)``: its own arrows are strong, the others pale. An arc across those from below has
        the text ``reads``, an arc across those upwards ``feeds``. There is room for them right of the last unit.
    down
        Arrows downwards, as errors go.
    title
        As in matplotlib.

    Raises
    ------
    ValueError
        For a matrix that does not fit on the one below, and for names that are not those of the units.

    Examples
    --------
    >>> import numpy as np
    >>> from initbook.figures import show
    >>> tied = network([np.full((2, 3), 0.1), np.full((3, 1), 0.2)], names=[["x", "y"], ["a", "b", "c"], ["z"]])
    >>> show(tied, alt="All weights of a layer are equal.")
    <figure: All weights of a layer are equal.>
    """
    arrays = [np.asarray(W) for W in weights]
    sizes = _sizes(arrays)
    given = [len(row) for row in names]
    require(given in ([], sizes), "names", f"rows of {sizes}, one word for each unit", f"rows of {given}")
    tint = _ties(arrays) if colors is None else colors
    rows = [_row(n, y, y in many) for y, n in enumerate(sizes)]

    def draw(ax: Axes) -> None:
        waiting = dict(words or {})
        for below, W in enumerate(arrays):
            for (i, j), w in np.ndenumerate(W):
                ends = rows[below][i], rows[below + 1][j]
                own = at in (None, (below, i), (below + 1, j))
                _arrow(ax, *(ends[::-1] if down else ends), w, tint, own)
                _word(ax, *ends, waiting.pop(w, ""))
        for layer, row in enumerate(rows):
            _units(ax, layer, row, names[layer] if names else [""] * len(row), filled or {})
            if layer in many:
                ax.text(row[-1][0] - 1, layer, "···", ha="center", va="center", fontsize=10.5)
        for share, text in enumerate(sides):
            ax.text(-0.02, share / 2, text, transform=ax.get_yaxis_transform(), ha="right", va="center", fontsize=10)
        for way, text in ((-1, reads), (1, feeds)) if at else ():
            if text:
                _fan(ax, rows[at[0]][at[1]], rows[at[0] + way], text)
        wide = max(row[-1][0] for row in rows) + 0.45
        ax.set(title=title, xlim=(-wide, wide), ylim=(-0.3, len(arrays) + 0.3))
        ax.set_axis_off()
    return draw


def _sizes(weights: Sequence[np.ndarray]) -> list[int]:
    """How many units each layer has."""
    require(len(weights) > 0 and all(W.ndim == 2 for W in weights), "weights", "one matrix or more",
            [W.shape for W in weights])
    above = [W.shape[1] for W in weights]
    require(above[:-1] == [len(W) for W in weights[1:]], "weights", "matrices that fit on each other",
            [W.shape for W in weights])
    return [len(weights[0]), *above]


def _ties(weights: Sequence[np.ndarray]) -> dict[float, int]:
    """A colour for each weight that there is more than once."""
    values, counts = np.unique(np.concatenate([W.ravel() for W in weights]), return_counts=True)
    tied = [v for v, n in zip(values, counts, strict=True) if n > 1 and v != 0 and not np.isnan(v)]
    return dict(zip(tied, cycle(range(len(COLORS))), strict=False))


def _row(units: int, y: float, many: bool) -> list[Place]:
    """Where the units of a layer stand; the last one leaves room for many."""
    xs = [i + (many and i == units - 1) for i in range(units)]
    return [(x - xs[-1] / 2, y) for x in xs]


def _arrow(ax: Axes, start: Place, end: Place, w: Any, tint: Mapping, own: bool) -> None:
    if np.isnan(w):
        return
    color = COLORS[tint[w]] if w in tint and own else INK
    style = ({"arrowstyle": "-", "linestyle": (0, (1, 2.5)), "alpha": 0.6} if w == 0 else
             {"arrowstyle": "-|>", "alpha": 1.0 if own else 0.25})
    ax.add_patch(FancyArrowPatch(start, end, shrinkA=RING / 2, shrinkB=RING / 2 + 0.5, mutation_scale=7, color=color,
                                 linewidth=1.5 if own and w != 0 else 0.9, **style))


def _word(ax: Axes, start: Place, end: Place, text: str) -> None:
    """Beside the middle of an arrow, on its outer side."""
    x, y = ((a + b) / 2 for a, b in zip(start, end, strict=True))
    if text:
        ax.annotate(text, (x, y), xytext=(-3, 0), textcoords="offset points", ha="right", va="center", fontsize=9.5)


def _units(ax: Axes, layer: int, row: Sequence[Place], names: Sequence[str], filled: Mapping[Unit, int]) -> None:
    for i, ((x, y), name) in enumerate(zip(row, names, strict=True)):
        fill = to_rgba(COLORS[filled[layer, i]], PALE) if (layer, i) in filled else "none"
        ax.plot(x, y, marker="o", markersize=RING, markerfacecolor=fill, markeredgecolor=INK, markeredgewidth=1.2,
                clip_on=False)
        ax.text(x, y, name, ha="center", va="center", fontsize=9.5)


def _fan(ax: Axes, place: Place, ends: Sequence[Place], text: str) -> None:
    """An arc across all arrows between a unit and the ends, and what it is called, at its right end."""
    wide, high = 0.62, 0.34
    (x, y), angles = place, [np.arctan2((b - place[1]) / high, (a - place[0]) / wide) for a, b in ends]
    turn = np.linspace(min(angles) - 0.12, max(angles) + 0.12, 30)
    arc = x + wide * np.cos(turn), y + high * np.sin(turn)
    ax.plot(*arc, color=COLORS[1], linewidth=2.2, clip_on=False)
    right = max(zip(*arc, strict=True))
    ax.annotate(text, right, xytext=(5, 0), textcoords="offset points", ha="left", va="center", fontsize=10)
