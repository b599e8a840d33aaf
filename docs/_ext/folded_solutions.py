"""Solutions of exercises are folded until a reader opens them: HTML's own <details>, so without a script."""

from html import escape

from docutils import nodes
from sphinx_exercise.nodes import solution_node


def visit(writer, node):
    title = node.next_node(nodes.title)
    node.remove(title)
    writer.body.append(writer.starttag(node, "details", CLASS="admonition"))
    writer.body.append(f'<summary class="admonition-title">{escape(title.astext())}</summary>\n')


def depart(writer, node):
    writer.body.append("</details>\n")


def setup(app):
    app.setup_extension("sphinx_exercise")
    app.add_node(solution_node, override=True, html=(visit, depart))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
