"""One kind of fold: solutions, side roads and the code of figures are HTML's own <details>, so without a script.

The code that drew a figure stands under it. MyST-NB puts it above, between a sentence and its picture.
"""

from html import escape

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_design.dropdown import dropdown_main, dropdown_title
from sphinx_exercise.nodes import solution_node

SHOWN = {nodes.figure: "Code of this figure", nodes.table: "Code of this table"}


def name_of(cell):
    """What a folded cell's code made, in the words that the fold is opened by."""
    return next((name for kind, name in SHOWN.items() if cell.next_node(kind)), "Code")


class CodeBelow(SphinxPostTransform):
    default_priority = 200  # just after MyST-NB has wrapped what it hides
    formats = ("html",)

    def run(self, **kwargs):
        for fold in list(self.document.findall(HideCodeCellNode)):
            cell = fold.parent
            fold["name"] = name_of(cell)
            cell.remove(fold)
            cell += fold


def visit_code(writer, node):
    writer.body.append(f'<details class="fold code">\n<summary>{node["name"]}</summary>\n')


def visit_solution(writer, node):
    title = node.next_node(nodes.title)
    node.remove(title)
    writer.body.append(writer.starttag(node, "details", CLASS="fold"))
    writer.body.append(f"<summary>{escape(title.astext())}</summary>\n")


def visit_side_road(writer, node):
    """A {dropdown}, without the looks that sphinx-design gives it."""
    node["classes"] = [name for name in node["classes"] if not name.startswith("sd-")]
    writer.body.append(writer.starttag(node, "details", CLASS="fold", **({"open": ""} if node.get("opened") else {})))


def visit_title(writer, node):
    writer.body.append("<summary>")
    node.children = node.children[:1]  # the words, without the sign behind them


def closing(tag):
    return lambda writer, node: writer.body.append(f"</{tag}>\n")


def setup(app):
    app.setup_extension("myst_nb")
    app.setup_extension("sphinx_design")
    app.setup_extension("sphinx_exercise")
    app.add_post_transform(CodeBelow)
    app.add_node(HideCodeCellNode, override=True, html=(visit_code, closing("details")))
    app.add_node(solution_node, override=True, html=(visit_solution, closing("details")))
    app.add_node(dropdown_main, override=True, html=(visit_side_road, closing("details")))
    app.add_node(dropdown_title, override=True, html=(visit_title, closing("summary")))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
