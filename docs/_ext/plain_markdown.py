"""A finished page as plain Markdown, for Jupyter: no directive and no role is left.

What is read is the page as Sphinx has resolved it, so numbers, references and citations stand in the text as they do
on the page. Boxes become quotations; what is folded stays folded, in HTML's own <details>. A kind of node that is not
known here is a warning, not a gap.
"""

import re
from textwrap import indent

from docutils import nodes
from sphinx.util import logging

from katex import as_katex

LOG = logging.getLogger(__name__)
SPECIAL = re.compile(r"([\\`*$<])")
WRAPPED = {nodes.emphasis: "*", nodes.strong: "**", nodes.title_reference: "*"}
SET = {nodes.superscript: "sup", nodes.subscript: "sub"}
NOTHING = (nodes.comment, nodes.raw, nodes.substitution_definition, nodes.target, nodes.system_message)
SKIPPED = {"index", "take_row", "toctree", "moved", "sd_tab_input"}
# Nodes of which what they hold is shown, and no more.
SEE_THROUGH = {"document", "compound", "compact_paragraph", "container", "inline", "PassthroughTextElement", "legend",
               "generated", "desc", "proof_node", "glossary", "figure", "sd_tab_label", "line_block", "only"}
BOXES = ("admonition", "note", "warning", "tip", "theorem", "lemma", "corollary", "definition", "proposition")
FOLDED = {"details", "dropdown_main", "solution_node", "solution_again"}


class Markdown:
    """The text of a page; `numbers` are those of its figures, equations and theorems, `link` turns an address, and
    `wanted` are the places that links within the page lead to."""

    def __init__(self, numbers, link, wanted=()):
        self.numbers, self.link, self.wanted = numbers, link, wanted

    def anchors(self, node):
        return "".join(f'<a id="{name}"></a>' for name in node.get("ids", []) if name in self.wanted)

    def number(self, node):
        """Of a figure, an equation or a theorem, by any of its ids."""
        for found in self.numbers.values():
            for name in node.get("ids", []):
                if name in found:
                    return ".".join(map(str, found[name]))
        return ""

    # Inside a line

    def line(self, node):
        return "".join(map(self.words, node.children))

    def words(self, node):
        if isinstance(node, nodes.Text):
            return SPECIAL.sub(r"\\\1", node.astext())
        if isinstance(node, nodes.math):
            return f"${node.astext().strip()}$"
        if isinstance(node, nodes.literal):
            return self.code(node.astext())
        if isinstance(node, nodes.reference):
            return self.linked(node)
        if isinstance(node, NOTHING) or type(node).__name__ in SKIPPED:
            return ""
        sign, tag = WRAPPED.get(type(node), ""), SET.get(type(node))
        return f"<{tag}>{self.line(node)}</{tag}>" if tag else f"{sign}{self.line(node)}{sign}"

    @staticmethod
    def code(text):
        fence = "``" if "`" in text else "`"
        return f"{fence}{text}{fence}"

    def linked(self, node):
        address, words = self.link(node), self.line(node)
        return f"[{words}]({address})" if address else words

    # Blocks

    def blocks(self, node, but=()):
        """What stands in a node, one block after the other."""
        return "\n\n".join(filter(None, (self.block(child) for child in node.children if not isinstance(child, but))))

    def block(self, node):
        anchors, text = self.anchors(node), self.block_alone(node)
        return f"{anchors}\n\n{text}" if anchors and text else text

    def block_alone(self, node):
        kind = type(node).__name__
        if isinstance(node, NOTHING) or kind in SKIPPED or "moved" in node.get("classes", ()):
            return ""
        known = getattr(self, f"block_{kind}", None)
        if known:
            return known(node)
        if kind in FOLDED:
            return self.folded(node)
        if kind.removesuffix("_node") in BOXES:
            return self.box(node)
        if kind not in SEE_THROUGH:
            LOG.warning("a notebook cannot show a %s: see plain_markdown.py", kind, location=node, type="notebook")
        inline = all(isinstance(child, (nodes.Text, nodes.Inline)) for child in node.children)
        return self.line(node) if inline else self.blocks(node)

    def block_paragraph(self, node):
        return self.line(node)

    block_rubric = block_caption = block_dropdown_title = block_term = block_paragraph

    def block_title(self, node):
        return f"**{self.line(node)}**"

    def block_section(self, node):
        return self.blocks(node)

    def block_math_block(self, node):
        number = self.number(node)
        tag = rf" \tag{{{number}}}" if number else ""
        return f"$$\n{as_katex(node.astext()).strip()}{tag}\n$$"

    def block_literal_block(self, node):
        language = node.get("language", "")
        return f"```{'' if language in ('none', 'default') else language}\n{node.astext().rstrip()}\n```"

    def block_doctest_block(self, node):
        return f"```python\n{node.astext().rstrip()}\n```"

    def block_block_quote(self, node):
        return quoted(self.blocks(node))

    def block_bullet_list(self, node, sign="-"):
        items = (indent(self.blocks(item), " " * (len(sign) + 1)).strip() for item in node.children)
        return "\n".join(f"{sign} {item}" for item in items)

    def block_enumerated_list(self, node):
        return self.block_bullet_list(node, "1.")

    def block_definition_list(self, node):
        rows = ((self.line(item.next_node(nodes.term)), self.blocks(item.next_node(nodes.definition)))
                for item in node.children)
        return "\n".join(f"- **{term}**: " + indent(text, "  ").strip() for term, text in rows)

    def block_table(self, node):
        rows = [[self.cell(entry) for entry in row.children] for row in node.findall(nodes.row)]
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])

    def cell(self, entry):
        """A line is the end of a table's cell, and so would a bar be, of an absolute value or in code."""
        for formula in list(entry.findall(nodes.math)):
            text = formula.astext().replace(r"\|", r"\Vert ").replace("|", r"\vert ")
            formula.parent.replace(formula, nodes.math("", text))
        return " ".join(self.blocks(entry).split()).replace("|", r"\|")

    def block_image(self, node):
        return f"*{node.get('alt', '')}*" if node.get("alt") else ""

    def block_transition(self, node):
        return "---"

    # Boxes

    def title(self, node):
        """A box's own title; that of a theorem has its number before it."""
        title = node.next_node(nodes.title)
        own = self.line(title).strip() if title is not None and title.parent is node else ""
        kind, number = node.get("realtype", "").capitalize(), self.number(node)
        return " ".join(filter(None, (kind, number, own)))

    def box(self, node):
        title, inside = self.title(node), self.blocks(node, but=nodes.title)
        return quoted(f"**{title}**\n\n{inside}" if title else inside)

    def block_exercise_enumerable_node(self, node):
        title = f"Exercise {self.number(node)}{self.line(node.next_node(nodes.title))}"
        return f"**{title}**\n\n{self.blocks(node, but=nodes.title)}"

    block_exercise_node = block_exercise_enumerable_node

    def folded(self, node):
        title, *rest = [child for child in node.children if not isinstance(child, NOTHING)]
        inside = "\n\n".join(filter(None, map(self.block, rest)))
        return f"<details>\n<summary>{summary(self.line(title))}</summary>\n\n{inside}\n\n</details>"


def summary(words):
    """Within HTML, where Markdown is not read."""
    words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", words)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", re.sub(r"\*+([^*]+)\*+", r"\1", words))


def quoted(text):
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
