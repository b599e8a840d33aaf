"""How long a page's main road is and what it asks of its reader, in the box of its goals: counted from the page itself.

Words at 200 a minute, half a minute for a displayed formula, 2 seconds for an inline one, 5 for a line of code. What is
folded does not count, nor do the exercises and what follows them, nor what a cell has printed or drawn. Of tabs one
counts, the first: a reader opens that of her library.

What the page asks stands in its front matter, `needs: "[three updates](three-updates.md), the chain rule"`, and so
does `road: side` where a first reading may skip it.
`main_road_minutes` (conf.py) says how long the road of a part may be; a longer one is a warning.

Any page may ask for {minutes}`variance/he ex-prelu`: the sum over these pages and exercises.
"""

from docutils import nodes
from docutils.utils import new_document
from myst_nb.ext.glue.utils import PendingGlueReference
from myst_parser.parsers.sphinx_ import MystParser
from sphinx.util import logging

LOG = logging.getLogger(__name__)
PER_MINUTE = {"words": 200, "displays": 2, "inlines": 30, "lines": 12}
FOLDED = {"details", "dropdown_main", "HideCodeCellNode", "solution_node"}  # by name: of three extensions
NOT_READ = (nodes.comment, nodes.raw, nodes.substitution_definition)
CODE = (nodes.literal_block, nodes.doctest_block)
COUNTED = (nodes.math, nodes.math_block, nodes.Text, PendingGlueReference)
AFTER_THE_ROAD = ("Exercises", "Read more", "Where to read more", "Further reading", "Sources")


def road(node, printed=False):
    """What counts of a page: formulas, blocks of code, pieces of text. Of what cells have printed only captions do."""
    printed = printed or node.get("nb_element") == "cell_code_output"
    for child in node.children:
        if isinstance(child, COUNTED) or isinstance(child, CODE) and not printed:
            yield child
        elif not (isinstance(child, (*NOT_READ, *CODE)) or folded(child) or after_the_road(child)):
            yield from road(child, printed)


def folded(node):
    """Also what will be when the page is written: a cell's code, and sphinx-design's boxes."""
    part = node.get("nb_element")
    mode = {"cell_code": node, "cell_code_source": node.parent}.get(part, {}).get("hide_mode")
    return (type(node).__name__ in FOLDED or node.get("design_component") == "dropdown"
            or mode == "all" or mode == "input" and part == "cell_code_source"
            or is_tab(node) and any(is_tab(other) for other in node.parent[:node.parent.index(node)]))


def is_tab(node):
    return isinstance(node, nodes.container) and node.get("design_component") == "tab-item"


def after_the_road(node):
    """By the words of its source: a translated title has others."""
    title = node.children[0] if isinstance(node, nodes.section) and node.children else None
    return isinstance(title, nodes.title) and (title.rawsource or title.astext()).startswith(AFTER_THE_ROAD)


def counts(doctree):
    found = dict.fromkeys(PER_MINUTE, 0)
    for node in road(doctree):
        if isinstance(node, nodes.math):
            found["inlines"] += 1
        elif isinstance(node, nodes.math_block):
            found["displays"] += 1
        elif isinstance(node, PendingGlueReference):
            found["words"] += 1  # a number, once it stands there
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
    """The last line of the box: how long the road is, and what it needs."""
    box = goals(doctree)
    if box is None:
        return
    found = minutes(doctree)
    about = app.env.metadata[app.env.docname]
    skip = " Side road: a first reading may skip it." if about.get("road") == "side" else ""
    line = nodes.paragraph("", f"About {found:.0f} minutes.{skip}", classes=["reading-time"])
    needs = about.get("needs")
    if needs:
        aside = new_document(doctree["source"], doctree.settings)
        MystParser().parse(f"Needs: {needs}.", aside)
        line += [nodes.Text(" "), *aside.next_node(nodes.paragraph).children]
    box += line
    allowed = app.config.main_road_minutes.get(app.env.docname.partition("/")[0], round(found))
    if round(found) > allowed:  # as the box says it
        LOG.warning("the main road takes %.1f minutes, %s at most: fold what the page's question can do without",
                    found, allowed, location=app.env.docname, type="road")


def learn(app, doctree):
    """What others may ask of this page: its minutes, and those of its exercises."""
    exercises = {node["label"]: node["minutes"] for node in doctree.findall(nodes.Element)
                 if "minutes" in node and "label" in node}
    app.env.reading_minutes[app.env.docname] = {app.env.docname: round(minutes(doctree))} | exercises


def forget(app, env, page):
    env.reading_minutes.pop(page, None)


def merge(app, env, names, other):
    env.reading_minutes |= {name: other.reading_minutes[name] for name in names if name in other.reading_minutes}


def start(app):
    app.env.reading_minutes = getattr(app.env, "reading_minutes", {})


class asked(nodes.inline):  # noqa: N801, as docutils names its nodes
    """Stands for a sum of minutes until all pages have been read."""


def asking(role, raw, text, line, inliner, options=None, content=None):
    return [asked(raw, "", of=text.split())], []


def answer(app, doctree, page):
    known = {name: many for found in app.env.reading_minutes.values() for name, many in found.items()}
    for node in list(doctree.findall(asked)):
        missing = [name for name in node["of"] if name not in known]
        if missing:
            LOG.warning("{minutes} of %s: no page and no exercise has this name", ", ".join(missing), location=page,
                        type="road")
        node.replace_self(nodes.Text(str(sum(known.get(name, 0) for name in node["of"]))))


def setup(app):
    app.add_config_value("main_road_minutes", {}, "html")
    app.add_role("minutes", asking)
    app.connect("builder-inited", start)
    app.connect("doctree-read", learn)
    app.connect("doctree-read", ask)  # after it: here a line is added to the page
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("doctree-resolved", answer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
