"""Figures: arrays in, a picture out that suits a light page, a dark page and a phone.

A figure is one or more *panels*. A panel is made by one of the functions here and drawn by
:func:`show`, or by :func:`play` for every position of a slider. This is the only module that knows
matplotlib, and it computes nothing.

>>> import numpy as np
>>> steps = np.arange(5)
>>> show(curves({"measured": (steps, steps**2)}, xlabel="step", ylabel="loss"),
...      alt="A parabola.")
<figure: A parabola.>
"""

from collections.abc import Mapping, Sequence
from itertools import combinations, cycle
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.text import Annotation

from initbook._cells import heatmap, images, matrix
from initbook._check import Array, count, require
from initbook._lines import PREDICTION, REFERENCE, Curve, levels_on, measurements_on, names_on, ticks_on
from initbook._network import network
from initbook._play import Choice, Frame, Play, Slider, check_frames, short
from initbook._sheet import COLORS, SHADES, STYLE, Panel, furniture, layer, sheet, svg
from initbook._svg import INK, PAPER, Figure, inline

__all__ = ["COLORS", "Choice", "Figure", "Frame", "Panel", "Play", "Slider", "bars", "by_layer", "contours",
           "curves", "dots", "heatmap", "histogram", "images", "matrix", "network", "play", "short", "show"]

def _require_space(figure: MatplotlibFigure) -> None:
    """Names at the ends of lines must not lie on each other."""
    names = [text for ax in figure.axes for text in ax.texts if isinstance(text, Annotation)]
    if names:
        figure.draw_without_rendering()  # which is when places are found
    for a, b in combinations(names, 2):
        require(not a.get_window_extent().overlaps(b.get_window_extent()), "legend",
                "a place within the panel where lines end close to each other",
                f"'ends' for {a.get_text()!r} and {b.get_text()!r}")


def show(*panels: Panel, alt: str, columns: int | Sequence[int] = 1,
         height: float | Sequence[float] = 2.6) -> Figure:
    """Draw panels side by side and below each other.

    Parameters
    ----------
    panels
        What :func:`curves` and its like return, row by row.
    alt
        What the picture shows, for a reader who cannot see it.
    columns
        Panels in a row, or in each row; at most 3, or a phone cannot show them.
    height
        Of one row, or of each row, in inches.

    Raises
    ------
    ValueError
        Without panels, without an alternative text, for more than 3 columns, or where the names of two
        lines would lie on each other.

    Examples
    --------
    >>> votes, share = bars([3, 1], ["yes", "no"]), bars([0.75, 0.25], ["yes", "no"])
    >>> show(votes, share, alt="Three votes for, one against.", columns=2)
    <figure: Three votes for, one against.>
    """
    require(isinstance(alt, str) and alt.strip() != "", "alt", "a sentence that says what the picture shows", repr(alt))
    with matplotlib.rc_context(STYLE):
        figure, _ = sheet(panels, columns, height)
        _require_space(figure)
        return Figure(inline(svg(figure, alt), alt), alt)


def play(controls: Sequence[Choice | Slider], frames: Mapping[tuple, Frame], *,
         columns: int | Sequence[int] = 1, height: float | Sequence[float] = 2.6) -> Play:
    """Draw a figure for every combination of the controls' options. The reader chooses one.

    The axes and their labels are drawn once, so they must be the same in every frame. Titles, notes
    and all that stands between the axes may change.

    Parameters
    ----------
    controls
        What the reader moves.
    frames
        ``{(an option of each control): frame}``, one for every combination.
    columns, height
        As for :func:`show`.

    Raises
    ------
    ValueError
        As for :func:`show`; when a frame is missing; and when the axes of a frame are not those of
        the frame at the start.

    Examples
    --------
    >>> def power(n):
    ...     y = [x**n for x in range(3)]
    ...     return Frame(curves({"y": (range(3), y)}, ylim=(0, 8)), alt=f"x to the power {n}.")
    >>> play([Slider("n", "123")], {(str(n),): power(n) for n in (1, 2, 3)})
    <play of 3 frames: n>
    """
    check_frames(controls, frames)
    # Unsimplified, a line has as many points in every frame, and one can change into the other.
    with matplotlib.rc_context(STYLE | {"path.simplify": False}):
        figure, axes = sheet(frames[tuple(c.start for c in controls)].panels, columns, height)
        figure.draw_without_rendering()  # which is when places are found
        figure.set_layout_engine("none")
        drawn = {}  # frames of the same panels are one drawing
        for choice, frame in frames.items():
            if (*frame.panels,) not in drawn:
                drawn[(*frame.panels,)] = layer(f"frame {', '.join(choice)}", frame.panels, axes)
        layers = {choice: drawn[(*frame.panels,)] for choice, frame in frames.items()}
        return Play(controls, frames, layers, furniture(figure, axes))


def curves(measured: Mapping[str, Curve], *, predicted: Mapping[str, Curve] | None = None,
           levels: Mapping[str, float] | None = None, title: str = "", xlabel: str = "",
           ylabel: str = "", xscale: str = "linear", yscale: str = "linear",
           xlim: tuple[float, float] | None = None, ylim: tuple[float, float] | None = None, marker: str = "",
           legend: str | None = "best", coincide: bool = False,
           bands: Mapping[str, tuple] | None = None, dashed: str = "", strong: str = "",
           references: Mapping[str, Curve] | None = None) -> Panel:
    """Lines over a common axis: what was measured solid, what was predicted dashed on top of it, levels dotted,
    references thin and grey.

    Parameters
    ----------
    measured, predicted
        ``{label: (x, y)}``, at most 5 of them measured. A measurement may bring a range, over seeds say,
        that is shaded: ``(x, y, low, high)``. A prediction with the label of a measurement takes its colour and
        no entry of its own in the legend.
    levels
        ``{label: y}``: values that do not depend on x, as dotted horizontal lines. Two or more have their names on
        the lines, as they look the same.
    title, xlabel, ylabel, xscale, yscale, xlim, ylim
        As in matplotlib.
    marker
        A matplotlib marker for the measured points, for example ``"o"``; none when empty.
    legend
        Where matplotlib puts the legend; ``"ends"`` for each name beside the end of its line, which is
        read faster, but needs lines that end apart; ``"above"`` for a legend over the panel, which covers nothing
        of it, ``"above all"`` for one over all panels; None for no names.
    coincide
        Draw earlier measured curves wider, so that they show under later ones at the same place.
    bands
        ``{label: (x, low, high)}``: a shaded range at other places than those of the measurement.
    dashed
        What the legend calls the predictions that share a label with a measurement; nothing when empty.
    strong
        The label of the measurement that is drawn broad, the others thin, its last point a dot; none when empty.
    references
        ``{label: (x, y)}``: what the others are compared with, neither measured here nor predicted.

    Raises
    ------
    ValueError
        For more than 5 measured lines: not every reader could tell their colours apart. For a ``strong`` that is no
        measurement.

    Examples
    --------
    >>> import numpy as np
    >>> step = np.arange(1, 9)
    >>> halving = curves({"measured": (step, 2.1 * 0.5**step)}, yscale="log", xlabel="layer",
    ...                  predicted={"measured": (step, 2 * 0.5**step)}, marker="o")
    >>> show(halving, alt="Points that halve from layer to layer, as predicted.")
    <figure: Points that halve from layer to layer, as predicted.>
    """
    for name, lines in (("measured", measured), ("predicted", predicted or {})):
        require(isinstance(lines, Mapping), name, "a dictionary of lines, by label", repr(lines), TypeError)
    require(len(measured) <= 5, "measured", "5 lines or fewer, or their colours could not be told apart", len(measured))
    require(strong in ("", *measured), "strong", "a label in measured", repr(strong))

    labels = dict.fromkeys([*measured, *(predicted or {})])
    colors = dict(zip(labels, cycle(COLORS), strict=False))

    def draw(ax: Axes) -> None:
        for label, (x, y) in (references or {}).items():
            ax.plot(x, y, label=label, **REFERENCE)
        measurements_on(ax, measured, bands or {}, colors, marker, coincide, strong)
        for label, (x, y) in (predicted or {}).items():
            alone = {} if label in measured else {"label": label, "color": colors[label]}
            ax.plot(x, y, **PREDICTION | alone)
        if dashed:
            ax.plot([], [], label=dashed, **PREDICTION)
        levels_on(ax, levels or {})
        ax.set(title=title, xlabel=xlabel, ylabel=ylabel, xscale=xscale, yscale=yscale)
        ticks_on(ax, [x for x, *_ in (*measured.values(), *(predicted or {}).values())])
        ax.set(xlim=xlim, ylim=ylim)
        names_on(ax, legend)
    return draw


def by_layer(measured: Mapping[str, Any], *, predicted: Mapping[str, Sequence[float]] | None = None, first: int = 1,
             **options: Any) -> Panel:
    """:func:`curves` over the layers, on a logarithmic axis: one value a layer, and nothing to say of the other axis.

    Parameters
    ----------
    measured, predicted
        ``{label: y}``, or ``{label: (y, low, high)}`` for a measurement with its range.
    first
        The layer of the first value: 1, or 0 where the input is drawn, too.
    options
        As for :func:`curves`; ``yscale`` is ``"log"`` and ``xlabel`` is ``"layer"`` unless they are given.

    Examples
    --------
    >>> band = [1.1, 0.5], [0.9, 0.4], [1.3, 0.6]
    >>> halving = by_layer({"measured": band}, predicted={"measured": [1, 0.5]}, first=0)
    >>> show(halving, alt="Points that halve from layer to layer, as predicted.")
    <figure: Points that halve from layer to layer, as predicted.>
    """
    def over(rows: Mapping[str, Any]) -> dict[str, tuple]:
        require(isinstance(rows, Mapping), "measured and predicted", "dictionaries, by label", repr(rows), TypeError)
        rows = {label: y if isinstance(y, tuple) else (y,) for label, y in rows.items()}
        return {label: (range(first, first + len(y[0])), *y) for label, y in rows.items()}

    first = count("first", first, at_least=0)
    return curves(over(measured), predicted=over(predicted or {}), **{"xlabel": "layer", "yscale": "log"} | options)


def contours(x: Sequence[float], y: Sequence[float], z: Array, *, levels: Sequence[float],
             paths: Mapping[str, Curve] | None = None,
             lines: Mapping[str, Curve] | None = None, title: str = "", xlabel: str = "",
             ylabel: str = "", legend: str | None = "best") -> Panel:
    """A surface from above: lines of equal height, bluer where it is higher, and paths on it.

    Parameters
    ----------
    x, y
        The two axes of the grid.
    z
        Heights, shape ``(len(y), len(x))``.
    levels
        The heights at which a line is drawn, increasing.
    paths
        ``{label: (x, y)}``, solid: a small dot where a path begins, a large one where it ends.
    lines
        ``{label: (x, y)}``, thin and grey, as the references of :func:`curves`.
    title, xlabel, ylabel, legend
        As for :func:`curves`.

    Examples
    --------
    >>> import numpy as np
    >>> axis = np.linspace(-2, 2, 21)
    >>> bowl = contours(axis, axis, axis[:, None]**2 + axis**2, levels=[1, 2, 4],
    ...                 paths={"downhill": ([1.5, 0.0], [1.5, 0.0])})
    >>> show(bowl, alt="A straight path to the bottom of a round bowl.")
    <figure: A straight path to the bottom of a round bowl.>
    """
    def draw(ax: Axes) -> None:
        bands = SHADES(np.linspace(0, 1, len(levels) + 1))
        ax.contourf(x, y, z, levels=levels, colors=bands, extend="both")
        ax.contour(x, y, z, levels=levels, colors=INK, alpha=0.35, linewidths=0.7)
        for label, (px, py) in (lines or {}).items():
            ax.plot(px, py, label=label, **REFERENCE)
        for color, (label, (px, py)) in zip(COLORS[1:], (paths or {}).items(), strict=False):
            ax.plot(px, py, color=PAPER, linewidth=4.6)  # an edge, or the path would be lost on the hills
            ax.plot(px, py, color=color, label=label, linewidth=2.2)
            ax.scatter([px[0], px[-1]], [py[0], py[-1]], s=[12, 40], color=color, edgecolor=PAPER, zorder=3)
        ax.set(title=title, xlabel=xlabel, ylabel=ylabel, xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
        names_on(ax, legend)
    return draw


def histogram(counts: Sequence[float], edges: Sequence[float], *, title: str = "",
              xlabel: str = "", note: str = "", ymax: float | None = None) -> Panel:
    """How many values fall in each bin, counted already, with no axis for the counts.

    Parameters
    ----------
    counts, edges
        As ``np.histogram`` returns them.
    title, xlabel
        As in matplotlib.
    note
        A line under the title: what the histogram does not show, for example.
    ymax
        The count at the top of the panel, to compare several; the largest when not given.

    Examples
    --------
    >>> show(histogram([1, 3, 2], [0, 1, 2, 3], title="layer 1"), alt="A histogram of three bins.")
    <figure: A histogram of three bins.>
    """
    def draw(ax: Axes) -> None:
        ax.stairs(counts, edges, fill=True, color=COLORS[0], alpha=0.8)
        ax.set(xlabel=xlabel, yticks=[], xlim=(edges[0], edges[-1]), ylim=(0, ymax))
        ax.set_title(title + ("\n" + note if note else ""), fontsize=9.5)
        ax.xaxis.set_major_formatter("{x:g}")  # short: 0.5 and 1 beside each other must not touch
        ax.spines["left"].set_visible(False)
    return draw


def bars(values: Sequence[float], labels: Sequence[str], *, title: str = "", xlabel: str = "",
         ylabel: str = "", highlight: Sequence[int] = ()) -> Panel:
    """One bar a value; those at the positions in ``highlight`` have the second colour.

    Examples
    --------
    >>> show(bars([980, 1135], ["0", "1"], highlight=[1]), alt="There are more ones than zeros.")
    <figure: There are more ones than zeros.>
    """
    def draw(ax: Axes) -> None:
        tint = [COLORS[1] if i in highlight else COLORS[0] for i in range(len(values))]
        ax.bar(range(len(values)), values, color=tint)
        ax.set_xticks(range(len(values)), labels)
        ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    return draw


def dots(measured: Mapping[str, tuple], rows: Sequence[str], *,
         predicted: Mapping[str, Sequence[float]] | None = None, title: str = "", xlabel: str = "",
         xscale: str = "linear", legend: str | None = "best") -> Panel:
    """Measured numbers as dots with their errors, one row a thing measured; what was predicted for a dot
    is a dash across its row.

    Parameters
    ----------
    measured
        ``{label: (values, errors)}``, both with one entry a row; a NaN leaves its place empty.
    rows
        What was measured, from the top.
    predicted
        ``{label: values}`` for labels in ``measured``.
    title, xlabel, xscale, legend
        As for :func:`curves`.

    Examples
    --------
    >>> coin = dots({"fair": ([0.49, 0.26], [0.02, 0.02])}, ["one head", "two heads"],
    ...             predicted={"fair": [0.5, 0.25]}, xlabel="share")
    >>> show(coin, alt="One head comes half the time, two a quarter of it, as predicted.")
    <figure: One head comes half the time, two a quarter of it, as predicted.>
    """
    def draw(ax: Axes) -> None:
        y = np.arange(len(rows))
        for color, (label, (values, errors)) in zip(COLORS, measured.items(), strict=False):
            ax.errorbar(values, y, xerr=errors, fmt="o", markersize=5, color=color, label=label, zorder=3)
        for label, values in (predicted or {}).items():
            require(label in measured, "predicted", "labels of measured", repr(label))
            ax.plot(values, y, linestyle="", marker="|", markersize=15, markeredgewidth=1.4, color=INK)
        require(legend != "ends", "legend", "a place within the panel, for dots have no ends", repr(legend))
        ax.set(title=title, xlabel=xlabel, xscale=xscale, ylim=(len(rows) - 0.5, -0.5))
        ax.set_yticks(y, rows)
        ax.grid(axis="y", color=INK, alpha=0.15)
        names_on(ax, legend)
    return draw
