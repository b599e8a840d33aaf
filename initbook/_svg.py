"""A drawing as a page takes it: inline SVG in the page's own ink, alone or on a slider.

Text in, text out; what draws is :mod:`initbook.figures`.

>>> Figure(inline("<svg ></svg>", "Nothing."), "Nothing.")
<figure: Nothing.>
"""

import hashlib
import html
import re
from collections.abc import Mapping
from typing import Any

from initbook._check import require

__all__ = ["INK", "Figure", "Slider", "inline"]

INK = "#010203"
"""Stands for the page's own text colour: every use in the SVG becomes currentColor."""


class Figure:
    """A picture with its alternative text; a notebook shows it as inline SVG.

    Examples
    --------
    >>> Figure("<svg></svg>", alt="Nothing yet.")
    <figure: Nothing yet.>
    """

    def __init__(self, svg: str, alt: str) -> None:
        self.svg, self.alt = svg, alt

    def __repr__(self) -> str:
        return f"<figure: {self.alt}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": f'<div class="ib-figure">{self.svg}</div>', "text/plain": self.alt}


class Slider:
    """Figures of which the reader sees one at a time, chosen with a slider; without scripts, the first.

    Parameters
    ----------
    name
        What the slider changes.
    frames
        ``{label: figure}``, in the order of the slider.
    start
        The position at which it stands when the page is opened.

    Raises
    ------
    ValueError
        For fewer than two frames, or a start that is not among them.

    Examples
    --------
    >>> frames = {n: Figure("<svg></svg>", alt=f"{n} bars") for n in ("one", "two")}
    >>> Slider("bars", frames)
    <slider over bars: one, two>
    """

    def __init__(self, name: str, frames: Mapping[str, Figure], start: int = 0) -> None:
        require(len(frames) >= 2, "frames", "two or more figures", f"{len(frames)}")
        require(start in range(len(frames)), "start", f"from 0 to {len(frames) - 1}", start)
        self.name, self.frames, self.start = name, dict(frames), start

    def __repr__(self) -> str:
        return f"<slider over {self.name}: {', '.join(self.frames)}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        frames = "".join(
            f'<div class="ib-frame" data-label="{html.escape(label)}"{" hidden" * (i != self.start)}>'
            f"{figure.svg}</div>" for i, (label, figure) in enumerate(self.frames.items()))
        shown = html.escape(list(self.frames)[self.start])
        bar = (f'<label>{html.escape(self.name)} <input type="range" min="0" '
               f'max="{len(self.frames) - 1}" value="{self.start}" aria-valuetext="{shown}">'
               f"</label> <output>{shown}</output>")
        return {"text/html": f'<div class="ib-figure ib-slider"><p>{bar}</p>{frames}</div>',
                "text/plain": repr(self)}


def inline(svg: str, alt: str) -> str:
    """An SVG file's text as an element that can stand in a page beside others.

    Examples
    --------
    >>> inline("<svg ><path id='a'/></svg>", "A path.").endswith("<path id='a'/></svg>")
    True
    """
    svg = svg[svg.index("<svg"):]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL).replace(INK, "currentColor")
    # Comments and indentation are a twelfth of the bytes.
    svg = re.sub(r"\n\s+", "\n", re.sub(r"<!--.*?-->", "", svg))
    # Glyphs and markers have the same ids in every figure; a prefix keeps a page's ids unique.
    prefix = "f" + hashlib.sha256((alt + svg).encode()).hexdigest()[:8]
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}-", svg)
    # A style sheet in an SVG would hold for the whole page; an attribute holds for this one.
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    label = html.escape(" ".join(alt.split()), quote=True)
    start = f'<svg role="img" aria-label="{label}" stroke-linejoin="round" '
    return svg.replace("<svg ", start, 1).strip()
