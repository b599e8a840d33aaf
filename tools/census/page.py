"""A page as the checks see it: pieces of prose, cells, snippets and formulas, each with the line it begins in."""

import ast
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import yaml
from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

ROOT = Path(__file__).parents[2]

# Directives whose body is Markdown, and is looked into.
BOXES = set(
    "admonition attention caution danger dropdown error exercise grid grid-item grid-item-card hint important"
    " glossary margin note prf:assumption prf:corollary prf:definition prf:example prf:lemma prf:observation prf:proof"
    " prf:property prf:proposition prf:remark prf:theorem seealso sidebar solution tab-item tab-set tip topic warning"
    " list-table table".split()
)
OPTIONS = re.compile(r"---\n(?P<block>.*?)^---\n|(?P<lines>(?::[\w-]+:[^\n]*\n)*)", re.DOTALL | re.MULTILINE)

MARKDOWN = MarkdownIt("commonmark").enable("table")
for plugin in [front_matter_plugin, colon_fence_plugin, deflist_plugin, dollarmath_plugin, amsmath_plugin]:
    MARKDOWN.use(plugin)


@dataclass(frozen=True)
class Piece:
    """A block of a page."""

    kind: str  # prose, fence, display, indented, html, front, unread
    text: str  # what stands in it, without its options
    line: int  # where `text` begins, counted from 1
    info: str = ""  # of a fence: what stands behind the ticks
    options: dict = field(default_factory=dict)
    written: str = ""  # of a fence: its ticks or colons, and the rest of that line as it stands there
    quoted: int = 0  # in how many block quotations
    nested: bool = False  # in a box
    inside: bool = False  # in a list, a quotation or a definition
    inline: tuple = ()  # of prose: markdown-it's tokens

    @property
    def directive(self):
        """`{name} argument` -> name; "" for a fence that is no directive."""
        return self.info[1:].split("}")[0] if self.info.startswith("{") else ""


def from_yaml(text, line):
    """What YAML reads, and a piece that says what it could not read; `line` is where the text begins."""
    try:
        read = yaml.safe_load(text)
    except yaml.YAMLError as error:
        return {}, [Piece("unread", f"{error.problem}: quote the text, or begin it with | in the line above",
                          line + error.problem_mark.line)]
    fine = isinstance(read, dict | None)
    return (read or {}, []) if fine else ({}, [Piece("unread", "no options: write each as `name: value`", line)])


def split_options(text, line):
    """The options at the top of a directive, the rest, how many lines the options took, and what could not be read."""
    found, unread = OPTIONS.match(text), []
    options = plain_options(found["lines"] or "")
    if found["block"]:
        options, unread = from_yaml(found["block"], line + 1)
    return options, text[found.end():], text[: found.end()].count("\n"), unread


def plain_options(lines):
    """`:name: value` lines, whose values are text and not YAML."""
    return {name: value.strip() for name, _, value in (line[1:].partition(":") for line in lines.splitlines())}


def pieces(text, line=1, nested=False, inside=False):
    """The blocks of a page or of a box in it, in their order; `line` is where the text begins."""
    found, quotes = [], 0
    for token in MARKDOWN.parse(text):
        quotes += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if token.map:
            where = {"quoted": quotes, "nested": nested, "inside": inside or token.level > 0}
            found += of_token(token, line + token.map[0], where)
    return found


def of_token(token, line, where):
    if token.type == "inline":
        html = [Piece("html", part.content, line, **where) for part in token.children if part.type == "html_inline"]
        return [Piece("prose", token.content, line, inline=tuple(token.children), **where), *html]
    if token.type in ("fence", "colon_fence"):
        return of_fence(token, line + 1, where)
    if token.type in ("math_block", "math_block_label", "amsmath"):
        return [Piece("display", token.content, line, info=token.info, options=token.meta, **where)]
    if token.type in ("code_block", "html_block"):
        return [Piece({"c": "indented", "h": "html"}[token.type[0]], token.content, line, **where)]
    if token.type == "front_matter":
        options, unread = from_yaml(token.content, line + 1)
        return [Piece("front", token.content, line + 1, options=options), *unread]
    return []


def of_fence(token, line, where):
    """A fence, and what is in it when it is a box; its title is prose too."""
    info, written = token.info.strip(), token.markup + token.info
    options, body, taken, unread = (split_options(token.content, line) if info.startswith("{")
                                    else ({}, token.content, 0, []))
    if info == "{math}":
        return [Piece("display", body, line + taken, info=options.get("label", ""), options=options, **where)]
    fence = Piece("fence", body, line + taken, info=info, options=options, written=written, **where)
    if fence.directive not in BOXES:
        return [fence, *unread]
    title = pieces(info.partition("}")[2].strip(), line - 1, nested=True)
    return [fence, *unread, *title, *pieces(body, line + taken, nested=True, inside=where["inside"])]


class Page:
    """A Markdown file of the book."""

    def __init__(self, path, text=None):
        self.path = Path(path)
        self.text = self.path.read_text(encoding="utf-8") if text is None else text

    @property
    def name(self):
        """As messages name it: relative to the repository."""
        return str(self.path.relative_to(ROOT)) if self.path.is_relative_to(ROOT) else str(self.path)

    @cached_property
    def pieces(self):
        return pieces(self.text)

    @cached_property
    def front(self):
        """The front matter, as YAML has it."""
        return next((piece.options for piece in self.pieces if piece.kind == "front"), {})

    def fences(self, *infos):
        return [piece for piece in self.pieces if piece.kind == "fence" and piece.info in infos]

    @property
    def cells(self):
        return self.fences("{code-cell} python")

    @property
    def doctests(self):
        return self.fences("{doctest}")

    @property
    def displays(self):
        return [piece for piece in self.pieces if piece.kind == "display"]

    @property
    def prose(self):
        """Text that a reader reads: paragraphs, cells of tables, titles, and captions of figures."""
        captions = [caption for cell in self.cells for caption in caption_of(cell)]
        return [piece for piece in self.pieces if piece.kind == "prose"] + captions

    def says(self, line, problem):
        return f"{self.name}:{line}: {problem}"


def tree(source):
    """Python's syntax tree; an empty one for what is no Python, of which census/snippets.py complains."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Module([], [])


def figure_options(cell):
    """Its name and caption, where a cell has them in the form that the book uses."""
    mystnb = cell.options.get("mystnb")
    figure = mystnb.get("figure") if isinstance(mystnb, dict) else None
    return figure if isinstance(figure, dict) else {}


def caption_of(cell):
    """The caption of a cell's figure as prose; all of it counts as standing in the cell's first line."""
    return pieces(str(figure_options(cell).get("caption") or ""), cell.line, nested=True)
