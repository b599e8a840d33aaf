"""Every piece of Python is run by something, wherever it stands and however it is written.

    {code-cell} python   on pages: run by the build and by tests/test_cells.py
    {doctest}            on pages: run and compared by conftest.py and by `make doctest`
    python               in README: the same
    >>>                  in docstrings: the same
"""

import ast
import re

from census.page import BOXES

CELL = "{code-cell} python"
DOCTEST = "{doctest}"
NOT_PYTHON = set("bash bibtex console css diff html json make markdown md sh text toml yaml".split())
# Directives without Python of their own.
OTHERS = set(
    "bibliography contents div epigraph eval-rst exercise-end exercise-start glue:figure glue:md image index"
    " literalinclude math nb-exec-table only raw solution-end solution-start toctree".split()
)
PYTHON = re.compile(
    r"(?m)^\s*(?:>>> |In \[\d+\]:|(?:import|from) +[\w.]+(?: +import\b| +as\b|$)|def +\w+\(|class +\w+[(:]|print\("
    r"|\w+ = [\w.]+\(.*\)$)"
)
CODE_TAG = re.compile(r"<(?:pre|code|script)\b", re.IGNORECASE)
SHOWN_AS_CODE = re.compile(r"(?m)(?:^\s*(?:```|~~~)"
                           r"|^\s*\.\. (?:code|sourcecode|ipython|parsed-literal|testcode|doctest)"
                           r"|^(?!\s*\.\. ).*::\s*$(?=\n\n?\s+\S))")
USE = f"use ```{CELL} or ```{DOCTEST}"


def problems(page):
    found = [page.says(piece.line, said) for piece in page.pieces for said in in_piece(piece)]
    return found + [page.says(1, said) for said in in_front_matter(page)]


def in_piece(piece):
    if piece.kind == "indented":
        return [f"an indented block: nothing runs it: {USE}, or a fence in a language that is not Python"]
    if piece.kind == "html" and CODE_TAG.search(piece.text):
        return [f"code in HTML: nothing runs it: {USE}"]
    if piece.kind == "display" and piece.options.get("numbered", "*") != "*":
        return [r"\begin{...} without a star gets a number that none can refer to: use {math} with a label"]
    return in_fence(piece) if piece.kind == "fence" else []


def in_fence(fence):
    if fence.info == CELL:
        return in_cell(fence)
    if fence.info in NOT_PYTHON or fence.directive in OTHERS:
        hides = PYTHON.search(fence.text) and fence.directive not in ("literalinclude", "math", "toctree")
        return [f"```{fence.info} holds what looks like Python, and nothing runs it: {USE}"] if hides else []
    known = fence.info == DOCTEST or fence.directive in BOXES
    return [] if known else [f"```{fence.info}: nothing runs it: {USE}, or a language that is not Python"]


def in_cell(cell):
    magics = [f"a cell with IPython's {line.split()[0]}: write Python" for line in cell.text.splitlines()
              if line.startswith(("%", "!"))]
    nested = ["a cell inside a box: MyST-NB does not run it: put it before or behind the box"] if cell.nested else []
    return magics + nested + ([] if magics else no_python(cell.text))


def no_python(source):
    """What Python says to a cell that it cannot read."""
    try:
        ast.parse(source)
    except SyntaxError as error:
        return [f"a cell that is no Python: {error}"]
    return []


def in_front_matter(page):
    """A page with cells says that it has, and every such page describes itself to search engines."""
    if not page.cells:
        return []
    said = page.front or {}
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
