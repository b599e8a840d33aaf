"""How long a page's main road is and what it asks of its reader, in the box of its goals: counted from the page itself.

Words at 200 a minute, half a minute for a displayed formula, 2 seconds for an inline one, 5 for a line of code. What is
folded does not count, nor do the exercises and what follows them, nor what a cell has printed or drawn.

What the page asks stands in its front matter, `needs: "[three updates](three-updates.md), the chain rule"`.
`main_road_minutes` (conf.py) says how long the road of a part may be; a longer one is a warning.
"""

from docutils import nodes
from docutils.utils import new_document
from myst_parser.parsers.sphinx_ import MystParser
from sphinx.util import logging

LOG = logging.getLogger(__name__)
PER_MINUTE = {"words": 200, "displays": 2, "inlines": 30, "lines": 12}
FOLDED = {"details", "dropdown_main", "HideCodeCellNode", "solution_node"}  # by name: of three extensions
NOT_READ = (nodes.comment, nodes.raw, nodes.substitution_definition)
CODE = (nodes.literal_block, nodes.doctest_block)
AFTER_THE_ROAD = ("Exercises", "Read more", "Where to read more", "Further reading", "Sources")


def road(node, printed=False):
    """What counts of a page: formulas, blocks of code, pieces of text. Of what cells have printed only captions do."""
    printed = printed or node.get("nb_element") == "cell_code_output"
    for child in node.children:
        if isinstance(child, (nodes.math, nodes.math_block, nodes.Text)) or isinstance(child, CODE) and not printed:
            yield child
        elif not (isinstance(child, (*NOT_READ, *CODE)) or type(child).__name__ in FOLDED or after_the_road(child)):
            yield from road(child, printed)


def after_the_road(node):
    title = node.children[0] if isinstance(node, nodes.section) and node.children else None
    return isinstance(title, nodes.title) and title.astext().startswith(AFTER_THE_ROAD)


def counts(doctree):
    found = dict.fromkeys(PER_MINUTE, 0)
    for node in road(doctree):
        if isinstance(node, nodes.math):
            found["inlines"] += 1
        elif isinstance(node, nodes.math_block):
            found["displays"] += 1
        elif isinstance(node, nodes.Text):
            found["words"] += len(node.astext().split())
        else:
            found["lines"] += sum(1 for line in node.astext().splitlines() if line.strip())
    return found


def minutes(doctree):
    return sum(count / PER_MINUTE[kind] for kind, count in counts(doctree).items())


def goals(doctree):
    return next((box for box in doctree.findall(nodes.admonition) if "goals" in box["classes"]), None)


def ask(app, doctree):
    """The last line of the box; how many minutes, it learns when the page's numbers stand in its text."""
    box = goals(doctree)
    if box is None:
        return
    line = nodes.paragraph(classes=["reading-time"])
    needs = app.env.metadata[app.env.docname].get("needs")
    if needs:
        aside = new_document(doctree["source"], doctree.settings)
        MystParser().parse(f"Needs: {needs}.", aside)
        line += aside.next_node(nodes.paragraph).children
    box += line


def measure(app, doctree, page):
    box = goals(doctree)
    if box is None:
        return
    found = minutes(doctree)
    line = box.children[-1]
    line.insert(0, nodes.Text(f"About {found:.0f} minutes." + (" " if line.children else "")))
    allowed = app.config.main_road_minutes.get(page.partition("/")[0], found)
    if found > allowed:
        LOG.warning("the main road takes %.1f minutes, %s at most: fold what the page's question can do without",
                    found, allowed, location=page, type="road")


def setup(app):
    app.add_config_value("main_road_minutes", {}, "html")
    app.connect("doctree-read", ask)
    app.connect("doctree-resolved", measure)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
