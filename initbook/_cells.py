"""Panels made of squares: a matrix with its numbers, a table that is shaded, pictures of signed numbers.

A part of :mod:`initbook.figures`, where they are called.

>>> import numpy as np
>>> from initbook.figures import show
>>> show(images(np.eye(3)), alt="A diagonal of three squares.")
<figure: A diagonal of three squares.>
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.patches import Rectangle

from initbook._check import Array, require
from initbook._sheet import COLORS, SHADES, SIGNED, Panel
from initbook._svg import INK

__all__ = ["heatmap", "images", "matrix"]

# Behind text a colour is never full, or on the dark page the text would have too little contrast.
PALE, FULL = 0.3, 0.55


def matrix(a: Array, title: str = "", *, digits: int = 4) -> Panel:
    """A matrix with its numbers, where entries that are equal to the last bit have one colour, so
    that equal rows and equal columns are seen at a glance. Zeros have none. Colours come in the order in which
    numbers first appear, so matrices with ties at the same places look alike. There are 8 colours,
    each pale and full: with more different numbers than 16, two of them may look the same.

    Parameters
    ----------
    a
        Two dimensions; a vector is shown as one row. A NaN leaves its cell empty.
    title
        The name of the matrix.
    digits
        Decimals shown. Colours compare the full numbers, not what is shown.

    Examples
    --------
    >>> import numpy as np
    >>> W = np.array([[0.1, 0.1], [0.2, 0.2]])
    >>> show(matrix(W, "W"), alt="A matrix whose two columns are equal.")
    <figure: A matrix whose two columns are equal.>
    """
    a = np.atleast_2d(a)
    values = [v for v in dict.fromkeys(a.ravel().tolist()) if v != 0 and not np.isnan(v)]
    tint = {v: (COLORS[i % len(COLORS)], FULL if i // len(COLORS) % 2 else PALE)
            for i, v in enumerate(values)}

    def draw(ax: Axes) -> None:
        rows, columns = a.shape
        for (i, j), v in np.ndenumerate(a):
            if np.isnan(v):
                continue
            if v != 0:
                color, opacity = tint[v]
                ax.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=color, alpha=opacity))
            shown = "0" if v == 0 else f"{v:.{digits}f}".replace("-", "−")
            ax.text(j, i, shown, ha="center", va="center", fontsize=9)
        ax.set(title=title, xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5), xticks=[],
               yticks=[])
        ax.spines[:].set_visible(True)
    return draw


def heatmap(a: Array, rows: Sequence[str], columns: Sequence[str], *, text: Sequence | None = None,
            title: str = "", xlabel: str = "", ylabel: str = "",
            limits: tuple[float, float] | None = None) -> Panel:
    """A table in which the colour of a cell says how large its number is.

    Parameters
    ----------
    a
        Shape ``(len(rows), len(columns))``; a NaN leaves its cell empty.
    text
        What is written in the cells, in the shape of ``a``; nothing when not given.
    limits
        The values at the two ends of the colour scale; the extremes of ``a`` when not given.

    Examples
    --------
    >>> import numpy as np
    >>> accuracy = np.array([[0.11, 0.98], [0.11, 0.11]])
    >>> table = heatmap(accuracy, ["1", "5"], ["zero", "He"], text=accuracy.tolist())
    >>> show(table, alt="Only one hidden layer from He's start learns.")
    <figure: Only one hidden layer from He's start learns.>
    """
    def draw(ax: Axes) -> None:
        low, high = limits or (np.nanmin(a), np.nanmax(a))
        _squares(ax, a, SHADES, low, high)
        ax.set_xticks(range(len(columns)), columns)
        ax.set_yticks(range(len(rows)), rows)
        ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
        for (i, j), _ in np.ndenumerate(a) if text is not None else ():
            ax.text(j, i, text[i][j], ha="center", va="center", fontsize=9)
    return draw


def images(a: Array, *, names: Sequence[str] = (), title: str = "", limit: float | None = None) -> Panel:
    """A picture of signed numbers, or a row of pictures: amber below zero, nothing at zero, blue above.

    Parameters
    ----------
    a
        Two dimensions, one entry a pixel; or three, one entry of the first a picture.
    names
        What is written under each picture of a row; nothing when not given.
    limit
        The value shown in full colour; the largest absolute entry when not given.

    Examples
    --------
    >>> import numpy as np
    >>> show(images(np.array([[0.0, 1.0], [-1.0, 0.0]])), alt="One pixel up, one down.")
    <figure: One pixel up, one down.>
    """
    require(len(names) in (0, len(a) if a.ndim == 3 else 0), "names", "one for each picture of a row", list(names))

    def draw(ax: Axes) -> None:
        full = limit or np.abs(a).max() or 1.0
        if a.ndim == 2:
            _squares(ax, a, SIGNED, -full, full)
            ax.set(aspect="equal")
        else:
            _row_of_images(ax, a, full)
        ax.set(title=title, xticks=[], yticks=[])
        if names:
            width = a.shape[2]
            ax.set_xticks(np.arange(len(a)) * (width + 1) + width / 2, names)
            ax.tick_params(axis="x", length=0)
        ax.spines[:].set_visible(a.ndim == 2)
    return draw


def _squares(ax: Axes, a: Array, shades: Colormap, low: float, high: float) -> None:
    """A square for each entry, the first row on top: entry ``(i, j)`` has its middle at ``x = j``, ``y = i``."""
    rows, columns = np.shape(a)
    ax.pcolormesh(np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5, a, cmap=shades, vmin=low, vmax=high)
    ax.invert_yaxis()


def _row_of_images(ax: Axes, a: Array, full: float) -> None:
    """Each pixel is a square of its own, in one of 33 shades, so that a frame can change some and leave others."""
    _, rows, columns = a.shape
    for x, picture in enumerate(a):
        left = x * (columns + 1) + np.arange(columns + 1)
        ax.pcolormesh(left, np.arange(rows + 1), picture, cmap=SIGNED.resampled(33), vmin=-full, vmax=full)
        ax.add_patch(Rectangle((left[0], 0), columns, rows, fill=False, edgecolor=INK, alpha=0.4, linewidth=0.7))
    ax.set(aspect="equal", ylim=(rows, 0))
