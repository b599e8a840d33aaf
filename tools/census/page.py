"""A page as the checks see it: pieces of prose, cells, snippets and formulas, each with the line it begins in."""

import ast
import doctest
import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import yaml
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

ROOT = Path(__file__).parents[2]
CELL, DOCTEST = "{code-cell} python", "{doctest}"

# Directives whose body is Markdown, and is looked into.
BOXES = set("admonition container dropdown exercise glossary grid grid-item-card note prf:corollary prf:definition"
            " prf:lemma prf:proof prf:proposition prf:theorem solution tab-item tab-set tip warning".split())
OPTIONS = re.compile(r"---\n(?P<block>.*?)^---\n|(?P<lines>(?::[\w-]+:[^\n]*\n)*)", re.DOTALL | re.MULTILINE)
MARKDOWN = create_md_parser(MdParserConfig(enable_extensions={
    "amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath", "fieldlist", "substitution"}), RendererHTML)


@dataclass(frozen=True)
class Piece:
    """A block of a page."""

    kind: str  # prose, fence, display, indented, html, front
    text: str  # what stands in it, without its options
    line: int  # where `text` begins, counted from 1
    place: str = ""  # at the margin, or in "a box", "a list", "a quotation", "colons"
    info: str = ""  # of a fence: what stands behind the ticks; of a formula: its label
    options: dict = field(default_factory=dict)
    unread: str = ""  # why YAML could not read the options
    inline: tuple = ()  # of prose: markdown-it's tokens

    @property
    def directive(self):
        """`{name} argument` -> name; "" for a fence that is no directive."""
        return self.info[1:].split("}")[0] if self.info.startswith("{") else ""

    @property
    def tags(self):
        return set(re.findall(r"[\w-]+", str(self.options.get("tags", ""))))

    @cached_property
    def examples(self):
        """The statements of a snippet, with what each prints; none of what is no session."""
        try:
            return doctest.DocTestParser().get_examples(self.text)
        except ValueError:
            return []

    @cached_property
    def tree(self):
        """Python's syntax tree; an empty one for what is no Python, of which census/snippets.py complains."""
        try:
            return ast.parse("".join(e.source for e in self.examples) if self.info == DOCTEST else self.text)
        except SyntaxError:
            return ast.Module([], [])


def from_yaml(text):
    try:
        found = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        return {}, error.problem
    return (found, "") if isinstance(found, dict) else ({}, "no `name: value`")


def pieces(text, line=1, around=""):
    """The blocks of a page or of a box in it, in their order; `line` is where the text begins."""
    found, quotes = [], 0
    for token in MARKDOWN.parse(text):
        quotes += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        place = "a quotation" if quotes else "a list" if token.level and token.type != "inline" else around
        found += of_token(token, line + token.map[0], place) if token.map else []
    return found


of_file = cache(pieces)  # all checks ask for the same pages


def of_token(token, line, place):
    if token.type == "inline":
        html = [Piece("html", part.content, line, place) for part in token.children if part.type == "html_inline"]
        return [Piece("prose", token.content, line, place, inline=tuple(token.children)), *html]
    if token.type in ("fence", "colon_fence"):
        return of_fence(token, line + 1, place)
    if token.type in ("math_block", "math_block_label", "amsmath"):
        return [Piece("display", token.content, line, place, token.info)]
    if token.type == "front_matter":
        return [Piece("front", token.content, line + 1, "", "", *from_yaml(token.content))]
    kind = {"code_block": "indented", "html_block": "html"}.get(token.type)
    return [Piece(kind, token.content, line, place)] if kind else []


def of_fence(token, line, place):
    """A fence, and what is in it when it is a box; its title is prose too."""
    info, body, options, unread = token.info.strip(), token.content, {}, ""
    title = pieces(info.partition("}")[2].strip(), line - 1, "a box")
    if info.startswith("{"):
        found = OPTIONS.match(body)
        options, unread = from_yaml(found["block"] or re.sub("(?m)^:", "", found["lines"] or ""))
        line, body = line + found[0].count("\n"), body[found.end():]
    if info == "{math}":
        return [Piece("display", body, line, place, options.get("label", ""))]
    in_colons = token.type == "colon_fence" and info in (CELL, DOCTEST)
    fence = Piece("fence", body, line, "colons" if in_colons else place, info, options, unread)
    return [fence, *title, *pieces(body, line, place or "a box")] if fence.directive in BOXES else [fence]


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
        return of_file(self.text)

    @property
    def front(self):
        """The front matter, as YAML has it."""
        return next((piece.options for piece in self.pieces if piece.kind == "front"), {})

    @property
    def title(self):
        return next((line for line in self.text.splitlines() if line.startswith("# ")), "# ")[2:]

    @property
    def cells(self):
        return [piece for piece in self.pieces if piece.info == CELL]

    @property
    def doctests(self):
        return [piece for piece in self.pieces if piece.info == DOCTEST]

    @property
    def displays(self):
        return [piece for piece in self.pieces if piece.kind == "display"]

    @property
    def prose(self):
        """Text that a reader reads: paragraphs, cells of tables, titles, and captions of figures."""
        captions = [caption for cell in self.cells
                    for caption in pieces(str(figure_options(cell).get("caption", "")), cell.line, "a box")]
        return [piece for piece in self.pieces + captions if piece.kind == "prose"]

    def line(self, at):
        """The line of a place in its text."""
        return self.text.count("\n", 0, max(at, 0)) + 1

    def says(self, line, problem):
        return f"{self.name}:{line}: {problem}"


def figure_options(cell):
    """Its name and caption."""
    mystnb = cell.options.get("mystnb")
    figure = mystnb.get("figure") if isinstance(mystnb, dict) else None
    return figure if isinstance(figure, dict) else {}
