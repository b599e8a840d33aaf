"""What a published site needs: pictures of its pages for previews, a map for search engines, a page for lost readers.

The address comes from `[project.urls]` of pyproject.toml, by way of conf.py. A book that has no address yet gets no map
and no pictures, as both need whole addresses.
"""

import re
import textwrap
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

CARD_SHOWS = "The page's title above five curves: signals in thirty layers, which fade, stay or grow."
NOT_IN_MAP = {"404", "search", "genindex"}
# Addresses of the same site: neither with a scheme, nor absolute, nor within the page.
RELATIVE = re.compile(r'\b(href|src|action|data-content_root)="(?![a-z]+:|/|#)([^"]*)"')


def card(page):
    """Where the picture of a page is; pages that are not in the map have none."""
    return "" if page in NOT_IN_MAP or page.startswith("_modules/") else f"_static/cards/{page}.png"


def draw_card(path, title, book):
    """1200 × 630 pixels: the title, and five signals in thirty layers, each from another variance of the weights."""
    from matplotlib.figure import Figure

    from initbook import activations, theory
    from palette import COLORS, INK, PAPER

    figure, ink = Figure(figsize=(12, 6.3), dpi=100, facecolor=PAPER), INK["dark"]
    axes = figure.add_axes((0.08, 0.15, 0.84, 0.4))
    for variance, colour in zip((1, 1.6, 2, 2.5, 4), COLORS, strict=False):
        axes.plot(theory.length_map(activations.relu, variance, q=1.0, layers=30), color=colour, linewidth=6)
    axes.set_yscale("log")
    axes.margins(x=0)
    axes.set_axis_off()
    figure.text(0.08, 0.91, textwrap.fill(title, 33), color=ink, fontsize=36, weight="bold", va="top")
    figure.text(0.08, 0.06, book, color=ink, fontsize=22)
    figure.text(0.92, 0.06, "initbook", color=ink, fontsize=22, ha="right")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})


def pages(app):
    return sorted(page for page in app.env.found_docs if page not in NOT_IN_MAP)


def sitemap(base, names):
    lines = (f"  <url><loc>{escape(base + name)}.html</loc></url>" for name in names)
    start = '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return start + "\n".join(lines) + "\n</urlset>\n"


def from_any_depth(text, base):
    """A server shows this page at addresses of any depth, so its own links start at the root of the site."""
    root = urlsplit(base).path or "/"
    return RELATIVE.sub(lambda found: f'{found[1]}="{root}{found[2].removeprefix("./")}"', text)


def finish(app, exception):
    if exception or app.builder.name != "html":
        return
    out, base = Path(app.outdir), app.config.html_baseurl
    lost = out / "404.html"
    if lost.exists():
        lost.write_text(from_any_depth(lost.read_text(encoding="utf-8"), base), encoding="utf-8")
    if base:
        for page in pages(app):
            draw_card(out / card(page), app.env.titles[page].astext(), app.config.html_title)
        (out / "sitemap.xml").write_text(sitemap(base, pages(app)), encoding="utf-8")


def setup(app):
    app.connect("build-finished", finish, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
