"""A glued, given or cited number in Python's notation is set as a reader writes it: 2e-08 as 2 × 10⁻⁸, 98% as 98 %."""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

NUMBER = re.compile(r"(?P<factor>-?\d(?:\.\d+)?)e(?P<power>[-+−]?\d+)")
MARKS = {"pasted-text", "given", "cited"}
NO_BREAK, TIMES, MINUS = "\N{NO-BREAK SPACE}", "\N{MULTIPLICATION SIGN}", "\N{MINUS SIGN}"


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


def setup(app):
    app.add_post_transform(Powers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
