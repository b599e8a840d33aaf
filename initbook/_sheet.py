"""The sheet that panels are drawn on: its size, type and colours, where each panel stands, and its text as SVG.

The private half of :mod:`initbook.figures`; beside these two only :mod:`initbook._lines` knows matplotlib.
"""

import io
from collections.abc import Callable, Sequence
from math import lcm

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import Colormap, LinearSegmentedColormap, to_rgba
from matplotlib.figure import Figure
from matplotlib.spines import Spine

from initbook._check import number, require
from initbook._svg import INK

__all__ = ["COLORS", "SHADES", "SIGNED", "STYLE", "WIDTH", "Panel", "furniture", "layer", "sheet", "svg"]

Panel = Callable[[Axes], None]
"""What draws one panel on the axes it is given."""

COLORS = ("#2f7fd1", "#c38700", "#782dff", "#e12d87", "#965a00", "#0f8a7a", "#5f6f14", "#7d838c")
"""Line colours. Each has a contrast of 3 to 1 or more on the light and on the dark page. The first
five can be told apart by readers who lack one of the three kinds of cones."""



def _fading(*stops: tuple[float, str, float]) -> Colormap:
    """A colour map of (place, colour, opacity) stops: it fades into the page, whatever its colour."""
    return LinearSegmentedColormap.from_list("fading", [(place, to_rgba(*paint)) for place, *paint in stops])


SHADES = _fading((0, COLORS[0], 0), (1, COLORS[0], 0.65))
"""From nothing to the first colour."""

SIGNED = _fading((0, COLORS[1], 1), (0.5, COLORS[1], 0), (0.5, COLORS[0], 0), (1, COLORS[0], 1))
"""From the second colour, below 0, through nothing to the first."""

WIDTH = 4.6
"""In inches. At 360 px, a phone, a page shows 4.6 inches at about 3/4 of their size."""

STYLE = {
    "font.size": 10, "axes.titlesize": 10.5, "axes.labelsize": 10, "legend.fontsize": 9,
    "xtick.labelsize": 9, "ytick.labelsize": 9, "lines.linewidth": 1.6,
    "axes.formatter.useoffset": False, "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False,
    "axes.prop_cycle": matplotlib.cycler(color=COLORS), "svg.fonttype": "path",
    **{key: INK for key in ("text.color", "axes.edgecolor", "axes.labelcolor", "axes.titlecolor",
                             "xtick.color", "ytick.color")},
}
"""Type, colours and lines, as matplotlib names them; panels are drawn and saved under these settings."""


def sheet(panels: Sequence[Panel], columns: int | Sequence[int],
          height: float | Sequence[float]) -> tuple[Figure, list[Axes]]:
    """A matplotlib figure with panels drawn on it, and their axes, row by row.

    Examples
    --------
    >>> _, axes = sheet([lambda ax: ax.set(title="left"), lambda ax: ax.set(title="right")], 2, 1.0)
    >>> [ax.get_title() for ax in axes]
    ['left', 'right']
    """
    require(len(panels) > 0, "panels", "one or more panels", "none")
    rows = _rows(len(panels), columns)
    heights = list(height) if isinstance(height, Sequence) else [height] * len(rows)
    require(len(heights) == len(rows), "height", f"one number, or {len(rows)}, one for each row", height)
    heights = [number("height", each, above=0) for each in heights]
    figure = Figure(figsize=(WIDTH, sum(heights)), layout="constrained")
    wide = lcm(*rows)
    grid = figure.add_gridspec(len(rows), wide, height_ratios=heights)
    axes = [figure.add_subplot(grid[row, i * wide // n:(i + 1) * wide // n])
            for row, n in enumerate(rows) for i in range(n)]
    for ax, panel in zip(axes, panels, strict=False):
        panel(ax)
    for ax in axes[len(panels):]:
        ax.set_axis_off()
    return figure, axes[:len(panels)]


def _rows(panels: int, columns: int | Sequence[int]) -> list[int]:
    """How many places each row has."""
    rows = list(columns) if isinstance(columns, Sequence) else [columns]
    require(rows != [] and set(rows) <= {1, 2, 3}, "columns", "1, 2 or 3", columns)
    if isinstance(columns, int):
        return rows * -(-panels // columns)
    require(sum(rows) >= panels, "columns", f"enough for {panels} panels", columns)
    return rows


def svg(figure: Figure, salt: str) -> str:
    """The text of the SVG file; the same arrays always give the same bytes.

    Examples
    --------
    >>> svg(Figure(), "empty").startswith("<?xml")
    True
    """
    buffer = io.StringIO()
    # Ids come from this salt, not from a random number: two builds give the same bytes.
    with matplotlib.rc_context({"svg.hashsalt": salt}):
        figure.savefig(buffer, format="svg", transparent=True,
                       metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return buffer.getvalue()


def layer(name: str, panels: Sequence[Panel], axes: Sequence[Axes]) -> str:
    """What panels draw between the axes that are there already, and their titles, as SVG.

    Raises
    ------
    ValueError
        If the frame of that name has another number of panels, or one that wants other axes.

    Examples
    --------
    >>> figure, axes = sheet([lambda ax: ax.plot([0, 1])], 1, 1.0)
    >>> "text_" in svg(figure, "play"), "text_" in layer("down", [lambda ax: ax.plot([1, 0])], axes)
    (True, False)
    """
    require(len(panels) == len(axes), f"the panels of {name}", f"as many as at the start, {len(axes)}", len(panels))
    figure = Figure(figsize=axes[0].figure.get_size_inches())
    for panel, like in zip(panels, axes, strict=True):
        ax = figure.add_axes(like.get_position())
        panel(ax)
        limits, wanted = ((*a.get_xlim(), *a.get_ylim()) for a in (ax, like))
        span = "x from {:.4g} to {:.4g}, y from {:.4g} to {:.4g}".format
        require(np.allclose(limits, wanted), f"the axes of {name}",
                f"those of the frame at the start, {span(*wanted)}", span(*limits))
        ax.set_axis_off()
        ax.yaxis.set_visible(False)  # or its labels would be measured, to keep clear of the title
    return svg(figure, "play")


def furniture(figure: Figure, axes: Sequence[Axes]) -> str:
    """The axes themselves, with ticks and labels, as SVG; all else is hidden.

    Examples
    --------
    >>> figure, axes = sheet([lambda ax: ax.plot([0, 1])], 1, 1.0)
    >>> "axis_1" in furniture(figure, axes), axes[0].lines[0].get_visible()
    (True, False)
    """
    for artist in (artist for ax in axes for artist in ax.get_children()):
        artist.set_visible(artist.get_visible() and isinstance(artist, (Axis, Spine)))
    return svg(figure, "play")
