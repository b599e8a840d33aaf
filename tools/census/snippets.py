"""Every piece of Python is run by something, wherever it stands.

    {code-cell} python   on pages, at the margin: run by the build
    {doctest}            on pages: run and compared by tests/test_snippets.py
    python               in README: the same
    >>>                  in docstrings: the same
    {literalinclude}     on pages, of tools/libraries/snippets/: lines for a library that the book does not need, run by
                         `make libraries` (tools/libraries/lines.py); here they must be there, and shown whole

All else that could hold Python is refused: that is simpler than to know who would run it.
"""

import ast
import re

from census.page import BOXES, CELL, DOCTEST, ROOT, figure_options

# Fences with nothing of their own to check.
OTHERS = {"sh", "bibtex", "{bibliography}", "{install}", "{toctree}", "{literalinclude} ../_static/initbook.bib"}
TAGS = {"hide-input", "remove-cell"}
KEYWORDS, KEYWORD = 12, 40  # of a page; letters of one
FRONT = {"description", "keywords", "needs", "road", "file_format", "kernelspec", "mystnb", "nosearch", "orphan"}
HTML = re.compile(r"\s*<!--(?:(?!-->).)*-->\s*|<kbd>|</\w+>", re.DOTALL)  # a comment, a key of the keyboard
AUTODOC = re.compile(r"(?:\.\. automodule:: .*\n(?: +:.*\n)*)*")
SHOWN_AS_CODE = re.compile(r"(?m)^\s*(?:```|\.\. (?:code|testcode|sourcecode))|^(?!\s*\.\. ).*::$")
LINES = re.compile(r"\{literalinclude\} ((?:\.\./)+tools/libraries/snippets/\w+/\w+\.py)")
USE = f"use ```{CELL} or ```{DOCTEST}"


def problems(page):
    found = [page.says(piece.line, said) for piece in page.pieces for said in in_piece(piece)]
    return found + [page.says(1, said) for said in in_front_matter(page)]


def in_piece(piece):
    if piece.unread:
        return [f"these options cannot be read: {piece.unread}: write `name: value`, and a long text behind | alone"]
    if piece.kind == "indented":
        return [f"an indented block: nothing runs it: {USE}"]
    if piece.kind == "html" and not HTML.fullmatch(piece.text):
        return [f"HTML, in which nothing is checked: write Markdown; for code, {USE}"]
    return in_fence(piece) if piece.kind == "fence" else []


def in_fence(fence):
    if fence.info in (CELL, DOCTEST):
        not_run = fence.place not in (("", "a box") if fence.info == DOCTEST else ("",))
        margin = f"```{fence.info} in {fence.place} is not run: put it at the margin, between ```"
        return [margin] if not_run else in_cell(fence) if fence.info == CELL else in_session(fence)
    if LINES.fullmatch(fence.info):
        return in_lines(fence)
    if fence.info in OTHERS or fence.directive in BOXES or (
            fence.info == "{eval-rst}" and AUTODOC.fullmatch(fence.text)):
        return []
    return [f"```{fence.info}: nothing runs it: {USE}; for commands, ```sh; for a figure, a cell with figures.show(…); "
            "for all else, Markdown"]


def in_lines(fence):
    """What keeps lines for a library from being shown as `make libraries` runs them: whole, from a file."""
    path = ROOT / LINES.fullmatch(fence.info)[1].replace("../", "")
    if not path.exists():
        return [f"no file {path.relative_to(ROOT)}: write the lines there, `make libraries` runs them"]
    odd = fence.options.keys() - {"language", "caption"}
    return [f"lines of a file with {', '.join(sorted(odd))} among the options: show the whole file"] if odd else []


def in_cell(cell):
    """What keeps a cell from being run as it is shown, or its errors from being seen."""
    mystnb = cell.options.get("mystnb")
    odd = [*cell.tags - TAGS, *cell.options.keys() - {"tags", "mystnb"}, *set(mystnb or ()) - {"figure"},
           *figure_options(cell).keys() - {"caption", "name"}]
    said = [f"a cell with {', '.join(sorted(odd))} among its options: take it off"] if odd else []
    try:
        ast.parse(cell.text)
    except SyntaxError as error:
        return [*said, f"a cell that is no Python: {error}: correct it"]
    return said


def in_session(fence):
    """What of a snippet is not run, or not compared, or shows nothing."""
    wanted = {
        "lines without >>>, which nothing runs: begin them with >>>, or put them outside":
            fence.examples and not re.search(r"(?m)\n\n(?!>>>)\S", fence.text.rstrip()),
        "an option or a `# doctest:` comment: take it off, every statement is run and compared":
            not fence.options and not any(e.options for e in fence.examples),
        "an output that is a bare True or False: show the value":
            not any(e.want.strip() in ("True", "False") for e in fence.examples),
    }
    return [said for said, fine in wanted.items() if not fine]


def in_front_matter(page):
    """A page with cells says that it has, and every such page describes itself to search engines."""
    timed = page.front.get("mystnb") or {}  # a page may have its own time limit
    names = [key for key in page.front if key not in FRONT] + [f"mystnb: {key}" for key in timed
                                                               if key != "execution_timeout"]
    odd = [f"the front matter has `{name}`, which can keep a cell from being run: take it away" for name in names]
    return odd + in_keywords(page.front.get("keywords", "")) + [
        f"the front matter lacks `{key}: …`: add it" for key in ("file_format", "description")
        if page.cells and not page.front.get(key)]


def in_keywords(words):
    """What readers may call what a page treats: a few terms, for the search."""
    if not isinstance(words, str):
        return ["`keywords` is no line of text: write `keywords: one, another one`"]
    listed = [word.strip().lower() for word in words.split(",")] if words else []
    odd = [word for word in listed if not 0 < len(word) <= KEYWORD or listed.count(word) > 1]
    many = [f"{len(listed)} keywords: at most {KEYWORDS}, those that readers use"] if len(listed) > KEYWORDS else []
    return many + [f"the keyword `{word}`: once, and no longer than {KEYWORD} letters" for word in odd]


def in_docstrings(path, name):
    """What looks like code in the docstrings of a module, and is no `>>>`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        text = (ast.get_docstring(node, clean=False) if documented else None) or ""
        found = SHOWN_AS_CODE.search(text)
        if found:
            line = node.body[0].lineno + text.count("\n", 0, found.start())
            yield f"{name}:{line}: code in a docstring that nothing runs: write it with >>>"


def count(page):
    return {"cells": len(page.cells), "snippets": len(page.doctests)}
