"""A drawing as a page takes it: inline SVG in the page's own ink.

Text in, text out; what draws is :mod:`initbook.figures`.

>>> Figure(inline("<svg ></svg>", "Nothing."), "Nothing.")
<figure: Nothing.>
"""

import hashlib
import html
import re
from typing import Any

__all__ = ["INK", "PAPER", "Figure", "clean", "inline", "prefixed"]

INK = "#010203"
"""Stands for the page's own text colour: every use in the SVG becomes currentColor."""

PAPER = "#fcfdfe"
"""Stands for the colour of the page behind the figure, and becomes the theme's name of it; white elsewhere."""


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


def clean(svg: str) -> str:
    """An SVG file's text without what is of no use in a page, in the page's own ink and paper.

    Examples
    --------
    >>> clean('<?xml version="1.0"?><svg><!-- a path --><path style="fill: #010203"/></svg>')
    '<svg><path style="fill: currentColor"/></svg>'
    """
    svg = svg[svg.index("<svg"):].replace(INK, "currentColor")
    svg = svg.replace(PAPER, "var(--pst-color-background, #ffffff)")
    # A style sheet in an SVG would hold for the whole page; an attribute holds for this one.
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg)
    # Smoothed edges would show as pale lines between squares that touch.
    svg = svg.replace('<g id="QuadMesh', '<g shape-rendering="crispEdges" id="QuadMesh')
    # Comments and indentation are a twelfth of the bytes.
    return re.sub(r"\n\s+", "\n", re.sub(r"<!--.*?-->", "", svg)).strip()


def prefixed(svg: str, prefix: str) -> str:
    """The same with a prefix to every id: glyphs and markers have the same ids in every figure.

    Examples
    --------
    >>> prefixed('<svg><path id="a"/><use href="#a"/></svg>', "f1-")
    '<svg><path id="f1-a"/><use href="#f1-a"/></svg>'
    """
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}", svg)


def inline(svg: str, alt: str) -> str:
    """An SVG file's text as an element that can stand in a page beside others.

    Examples
    --------
    >>> inline("<svg ><path id='a'/></svg>", "A path.").endswith("<path id='a'/></svg>")
    True
    """
    svg = clean(svg)
    svg = prefixed(svg, "f" + hashlib.sha256((alt + svg).encode()).hexdigest()[:8] + "-")
    label = html.escape(" ".join(alt.split()), quote=True)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{label}" stroke-linejoin="round" ', 1)
