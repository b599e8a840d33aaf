"""The lines of a panel: four kinds that never look alike, their names, and the ticks below them.

A part of :mod:`initbook.figures`. What was measured is solid and coloured, what theory says dashed, a level dotted, and
what others are compared with thin and grey.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from initbook._check import require
from initbook._svg import INK

__all__ = ["LEVEL", "Curve", "PREDICTION", "REFERENCE", "levels_on", "measurements_on", "names_on", "ticks_on"]

Curve = tuple[Sequence[float], ...]

# Taken by Axes.plot, as the keywords of it.
PREDICTION = {"color": INK, "linestyle": (0, (4, 3)), "linewidth": 1.2}
LEVEL = {"color": INK, "linestyle": (0, (1, 2)), "linewidth": 1.3}
REFERENCE = {"color": INK, "alpha": 0.6, "linewidth": 0.9}


def measurements_on(ax: Axes, measured: Mapping[str, Curve], bands: Mapping[str, tuple], colors: Mapping[str, str],
                    marker: str, coincide: bool, strong: str) -> None:
    """Solid lines with their shaded ranges.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> measurements_on(ax, {"a": ([1, 2], [3, 4])}, {}, {"a": "#2f7fd1"}, "", False, "a")
    >>> [line.get_linestyle() for line in ax.lines]  # the line, and the dot at its end
    ['-', '-']
    """
    for under, (label, (x, y, *_)) in zip(reversed(range(len(measured))), measured.items(), strict=True):
        broad = 1.2 + 2 * (label == strong) if strong else 1.6 + 0.9 * under * coincide
        ax.plot(x, y, label=label, color=colors[label], marker=marker, markersize=4, linewidth=broad)
    for x, y, *_ in [measured[strong]] if strong else ():
        ax.plot(x[-1:], y[-1:], color=colors[strong], marker="o", markersize=7)
    ranges = {label: (x, *low_high) for label, (x, _, *low_high) in measured.items() if low_high}
    for label, (x, low, high) in (ranges | dict(bands)).items():
        ax.fill_between(x, low, high, color=colors[label], alpha=0.25, linewidth=0)


def levels_on(ax: Axes, levels: Mapping[str, float]) -> None:
    """Dotted lines; a single one is named with the other lines, more of them where they stand.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> levels_on(ax, {"low": 0, "high": 1})
    >>> [text.get_text() for text in ax.texts]
    ['low', 'high']
    """
    for label, y in levels.items():
        ax.axhline(y, label=label if len(levels) == 1 else None, **LEVEL)
        if len(levels) > 1:
            ax.annotate(label, (1, y), xycoords=ax.get_yaxis_transform(), xytext=(0, 2), textcoords="offset points",
                        ha="right", va="bottom", fontsize=9)


def names_on(ax: Axes, where: str | None) -> None:
    """Write down what each line is called: beside its end, or in a legend.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> names_on(ax, "best")  # nothing to name
    >>> ax.get_legend()
    """
    lines, names = ax.get_legend_handles_labels()
    if where == "ends":
        for line, name in zip(lines, names, strict=True):
            require(len(line.get_xdata()) > 0, "legend", f"a place within the panel, for {name!r} has no end",
                    repr(where))
            ax.annotate(name, line.get_xydata()[-1], xycoords=line.get_transform(), xytext=(5, 0),
                        textcoords="offset points", va="center", fontsize=9)
    elif where == "above all" and lines:
        ax.figure.legend(lines, names, loc="outside upper center", ncols=3)
    elif where == "above" and lines:
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    elif where and lines:
        ax.legend(loc=where)


def ticks_on(ax: Axes, xs: Sequence[Sequence[float]]) -> None:
    """No layer 2.5; and exponents that a phone can show.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> ticks_on(ax, [[1, 2]])
    >>> all(tick % 1 == 0 for tick in ax.get_xticks())
    True
    """
    if ax.get_xscale() == "linear" and all(np.issubdtype(np.asarray(x).dtype, np.integer) for x in xs):
        ax.xaxis.get_major_locator().set_params(integer=True)
    # An exponent has 0.7 of the size of its base: on a phone, 7 px at 10.2 points.
    for axis in (axis for axis, scale in {"x": ax.get_xscale(), "y": ax.get_yscale()}.items() if scale != "linear"):
        ax.tick_params(axis=axis, which="both", labelsize=10.2)
