"""Numbers as a reader writes them, in the text and in tables: 2e-08 as 2 × 10⁻⁸, 98% as 98 %, 74,196 as 74 196.

Thousands are set apart by a thin space that no line breaks at, from five digits on. Code, formulas and what a cell has
printed stay as they are.
"""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

NUMBER = re.compile(r"(?P<factor>-?\d(?:\.\d+)?)e(?P<power>[-+−]?\d+)")
IN_CELL = re.compile(r"(?<![\w.])(-?\d(?:\.\d+)?e[-+−]?\d+|[\d.]+%)(?![\w%])")
# Thousands that are set apart in some way, or not at all; no part of a name, a decimal or an address, nor one itself.
LARGE = re.compile(r"(?<![\w.,/#:])(?<!issue )(?<!request )"
                   r"(\d{1,3}(?:[, \N{NO-BREAK SPACE}]\d{3})+|\d{4,})(?![\w/]|[.,]\d)")
MARKS = {"pasted-text", "given", "cited"}
NO_BREAK, THIN, MINUS = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "\N{MINUS SIGN}"
TIMES = "\N{MULTIPLICATION SIGN}"
OTHER_TEXT = (nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw, nodes.citation)


def thousands(text):
    """1234 as it is, and 12,345 or 12345 with a thin space; of a text, its large numbers."""
    def apart(found):
        digits = re.sub(r"\D", "", found[0])
        return f"{int(digits):,}".replace(",", THIN) if len(digits) > 4 and digits[0] != "0" else digits
    return LARGE.sub(apart, text)


def typeset(number):
    """The nodes of a number such as "2e-08", or none if it is not of this form."""
    if number.endswith("%"):
        return [nodes.Text(number.rstrip(" %") + NO_BREAK + "%")]
    found = NUMBER.fullmatch(number)
    if not found:
        return []
    factor = found["factor"].replace("-", MINUS) + NO_BREAK + TIMES + NO_BREAK
    power = str(int(found["power"].replace(MINUS, "-"))).replace("-", MINUS)
    return [nodes.Text(("" if found["factor"] == "1" else factor) + "10"), nodes.superscript(power, power)]


class Powers(SphinxPostTransform):
    default_priority = 6  # just after MyST-NB has pasted what was glued

    def run(self, **kwargs):
        for number in self.document.findall(nodes.inline):
            power = MARKS & set(number["classes"]) and typeset(number.astext())
            if power:
                number.children = []
                number += power
        for cell in self.document.findall(nodes.entry):
            for text in list(texts(cell, OTHER_TEXT)):
                if IN_CELL.search(text):
                    pieces = [typeset(piece) or [nodes.Text(piece)] for piece in IN_CELL.split(text) if piece]
                    text.parent.replace(text, sum(pieces, []))


def texts(node, but):
    """The pieces of text in a node, in their order, but for those in nodes of these kinds."""
    for child in node.children:
        if isinstance(child, nodes.Text):
            yield child
        elif not isinstance(child, but):
            yield from texts(child, but)


class Thousands(SphinxPostTransform):
    default_priority = 7

    def run(self, **kwargs):
        for text in list(texts(self.document, OTHER_TEXT)):
            if LARGE.search(text):
                text.parent.replace(text, nodes.Text(thousands(text)))


def setup(app):
    app.add_post_transform(Powers)
    app.add_post_transform(Thousands)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
