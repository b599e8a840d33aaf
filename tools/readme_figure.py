"""Copy the landing page's figure from the built book to where the README shows it: `make readme-figure`.

The copy carries a hash of the cells that drew it, so that a test can tell when it is out of date without drawing it.
"""

import hashlib
import re
from pathlib import Path

from palette import INK

ROOT = Path(__file__).parents[1]
FIGURE = ROOT / "docs" / "_static" / "five-starts.svg"
# Outside a page there is no text colour to take over, so the picture brings both.
COLOURS = (
    f"<style>svg {{ color: {INK['light']} }} "
    f"@media (prefers-color-scheme: dark) {{ svg {{ color: {INK['dark']} }} }}</style>"
)


def cell_hash(page=ROOT / "docs" / "index.md"):
    """A hash of the cells of the landing page, up to and with the one that draws its first figure."""
    cells = re.findall(r"```\{code-cell\} python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    last = next(i for i, cell in enumerate(cells) if "figures.play(" in cell or "figures.show(" in cell)
    return hashlib.sha256("".join(cells[: last + 1]).encode()).hexdigest()


def picture(page=ROOT / "build" / "html" / "index.html"):
    """The drawing alone, of a figure with controls the frame at its start. A file says that it is one."""
    svg = re.search(r'<div class="ib-figure.*?(<svg.*?</svg>)', page.read_text(encoding="utf-8"), re.DOTALL)[1]
    svg = svg if "xmlns=" in svg else svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return svg.replace(">", f"><!-- cell {cell_hash()} -->{COLOURS}", 1) + "\n"


if __name__ == "__main__":
    FIGURE.write_text(picture(), encoding="utf-8")
