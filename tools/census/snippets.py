"""Every piece of Python is run by something, wherever it stands and however it is written.

    {code-cell} python   on pages: run by the build and by tests/test_cells.py
    {doctest}            on pages: run and compared by conftest.py and by `make doctest`
    python               in README: the same
    >>>                  in docstrings: the same

Sphinx, MyST-NB and Sybil differ in what else they take for Python. So every other form is refused: that is simpler than
to know what each of them runs, and what none of them does.
"""

import ast
import doctest
import re

from census.page import BOXES, figure_options, tree

CELL = "{code-cell} python"
DOCTEST = "{doctest}"
NOT_PYTHON = {"bibtex", "sh"}
# Directives with nothing of their own to check, and what may stand in them.
OTHERS = {
    "{bibliography}": r"",
    "{eval-rst}": r"(?:\.\. automodule:: [\w.]+\n(?:   :[\w-]+:\n)+)+",
    "{literalinclude} ../_static/initbook.bib": r"",
    "{toctree}": r"(?:[\w/-]+\n)*",
}
TAGS = {"hide-input", "remove-cell"}
FRONT = {"description", "file_format", "kernelspec", "nosearch", "orphan"}
PYTHON = re.compile(
    r"(?m)^\s*(?:>>> |In \[\d+\]:|(?:import|from) +[\w.]+(?: +import\b| +as\b|$)|def +\w+\(|class +\w+[(:]|print\("
    r"|\w+ = [\w.]+\(.*\)$)"
)
HTML = re.compile(r"\s*<!--(?:(?!-->).)*-->\s*|<kbd>|</\w+>", re.DOTALL)  # a comment, a key of the keyboard
STATEMENTS = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Call, ast.For, ast.While, ast.With, ast.FunctionDef)
SHOWN_AS_CODE = re.compile(r"(?m)(?:^\s*(?:```|~~~)"
                           r"|^\s*\.\. (?:code|sourcecode|ipython|parsed-literal|testcode|doctest)"
                           r"|^(?!\s*\.\. ).*::\s*$(?=\n\n?\s+\S))")
USE = f"use ```{CELL} or ```{DOCTEST}"
MARGIN = "begin it at the left margin"


def problems(page):
    found = [page.says(piece.line, said) for piece in page.pieces for said in in_piece(piece)]
    notes = [page.says(page.text[: note.start()].count("\n") + 1, "a footnote: say it in the text, where it is checked")
             for note in re.finditer(r"(?m)^[ >]*\[\^", page.text)]
    return found + notes + [page.says(1, said) for said in in_front_matter(page)]


def in_piece(piece):
    if piece.kind == "indented":
        return [f"an indented block: nothing runs it: {USE}, or a fence in a language that is not Python"]
    if piece.kind == "html" and not HTML.fullmatch(piece.text):
        return [f"HTML, in which nothing is checked: write Markdown; for code, {USE}"]
    if piece.kind == "unread":
        return [f"these options cannot be read: {piece.text}"]
    if piece.quoted > 2 or any(token.type == "text" and ">>>" in token.content for token in piece.inline):
        return [f">>> in the text: nothing runs it: {USE}"]
    if piece.kind == "display" and piece.options.get("numbered", "*") != "*":
        return [r"\begin{...} without a star gets a number that none can refer to: use {math} with a label"]
    return in_fence(piece) if piece.kind == "fence" else []


def in_fence(fence):
    if fence.info in (CELL, DOCTEST):
        return misplaced(fence) or (in_cell(fence) if fence.info == CELL else in_snippet(fence))
    if fence.info in NOT_PYTHON:
        hides = PYTHON.search(fence.text) or any(isinstance(node, STATEMENTS) for node in ast.walk(tree(fence.text)))
        return [f"```{fence.info} holds what looks like Python, and nothing runs it: {USE}"] if hides else []
    if fence.info in OTHERS:
        fine = re.fullmatch(OTHERS[fence.info], fence.text)
        return [] if fine else [f"```{fence.info} with more than the book's own use of it: {USE}, or Markdown"]
    if fence.directive:
        return [] if fence.directive in BOXES else [f"```{fence.info}: nothing checks what is in it: write Markdown; "
                                                    f"for code, {USE}; for a figure, a cell with figures.show(…)"]
    return [f"```{fence.info}: nothing runs it: {USE}; for commands, ```sh"]


def misplaced(fence):
    """Python in a form or a place that one of its runners would not see."""
    if fence.written.lstrip("`") != fence.info or fence.written[0] != "`":
        return [f"{fence.written}: not all runners see it in this form: write ```{fence.info}"]
    if fence.nested and fence.info == CELL:
        return ["a cell inside a box: MyST-NB does not run it: put it before or behind the box"]
    return [f"```{fence.info} in a list, a quotation or a definition: not all runners see it: {MARGIN}"
            ] if fence.inside else []


def in_cell(cell):
    magics = [f"a cell with IPython's {line.split()[0]}: write Python" for line in cell.text.splitlines()
              if line.startswith(("%", "!"))]
    return magics + in_options(cell) + ([] if magics else no_python(cell.text))


def in_options(cell):
    """Some options keep a cell from being run, or its errors from being seen: none is allowed but those in use."""
    tags = set(re.findall(r"[\w-]+", str(cell.options.get("tags", "")))) - TAGS
    odd = set(cell.options) - {"tags", "mystnb"}
    mystnb = cell.options.get("mystnb", {})
    said = [f"a cell with the {kind} {', '.join(sorted(names))}: take it off" for kind, names in
            {"tag": tags, "option": odd}.items() if names]
    fine = isinstance(mystnb, dict) and set(mystnb) <= {"figure"} and set(figure_options(cell)) <= {"caption", "name"}
    return said if fine else [*said, "a cell whose mystnb: has more than figure: with name: and caption:: take it off"]


def no_python(source):
    """What Python says to a cell that it cannot read."""
    try:
        ast.parse(source)
    except SyntaxError as error:
        return [f"a cell that is no Python: {error}: correct it"]
    return []


def in_snippet(fence):
    return [f"an option of {DOCTEST}: take it off, every snippet is run"] if fence.options else in_session(fence.text)


def in_session(text):
    """What of a snippet is not run, or not compared."""
    try:
        parts = doctest.DocTestParser().parse(text)
    except ValueError as error:
        return [f"not a session of Python: {error}: correct it"]
    run = [part for part in parts if isinstance(part, doctest.Example)]
    wanted = {
        "a line without >>>, which nothing runs: begin it with >>>, or put it outside":
            run and not any(part.strip() for part in parts if isinstance(part, str)),
        "a `# doctest:` comment: take it off, every statement is run and compared": not any(e.options for e in run),
        "an output of nothing but `...`, which anything fits: show what is printed":
            not any("..." in e.want and not re.search(r"\w", e.want) for e in run),
    }
    return [said for said, fine in wanted.items() if not fine]


def in_front_matter(page):
    """A page with cells says that it has, and every such page describes itself to search engines."""
    said = page.front
    odd = [f"the front matter has `{key}`, which can keep a cell from being run or a result from being seen: "
           f"take it away" for key in said if key not in FRONT]
    return odd + (lacking(said) if page.cells else [])


def lacking(said):
    wanted = {
        "file_format: mystnb": said.get("file_format") == "mystnb",
        "kernelspec: {name: python3}": (said.get("kernelspec") or {}).get("name") == "python3",
        "description: …": bool(said.get("description")),
    }
    return [f"the front matter lacks `{line}`: add it" for line, there in wanted.items() if not there]


def in_docstrings(path, name):
    """What looks like code in the docstrings of a module, and is no `>>>`."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        text = ast.get_docstring(node, clean=False) if isinstance(node, documented) else None
        found = SHOWN_AS_CODE.search(text or "")
        if found:
            line = node.body[0].lineno + text[: found.start()].count("\n")
            yield f"{name}:{line}: code in a docstring that nothing runs: write it with >>>"


def examples(text):
    """How many `>>>` statements a text has."""
    return len(re.findall(r"(?m)^\s*>>> ", text))


def count(page):
    return {"cells": len(page.cells), "snippets": len(page.doctests),
            "statements": sum(examples(fence.text) for fence in page.doctests)}
