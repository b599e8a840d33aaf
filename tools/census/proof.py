"""The proof stands beside the page and not in its reader's way.

A visible cell fits the page, and asserts at most the claim just made. No assertion holds a result that somebody typed:
what a page measured is kept in tests/numbers/. One cell at most is removed, and hands numbers to the text.
"""

import ast

from census.page import CELL

MANY = "a second assertion in a visible cell: keep the claim just made, move others to a figure's cell or to tests/"
TYPED = "{} in an assertion is a typed result: assert a law, an order or a ratio; `make accept` keeps what is measured"
REMOVED = "a second cell with remove-cell: merge it into the first, which hands numbers to the text, or show it"
LONG = "a visible line of {} characters: 76 fit into the box that a reader sees"
GLUE = "myst_nb in a cell: hand numbers to the text by numbers(name=value, …) of initbook.prose"


def problems(page):
    known, removed = constants(page), [cell for cell in page.cells if "remove-cell" in cell.tags]
    found = [page.says(cell.line, REMOVED) for cell in removed[1:]]
    for cell in page.cells:
        asserted = [node for node in ast.walk(cell.tree) if isinstance(node, ast.Assert)]
        said = [] if cell.tags else [(node, MANY) for node in asserted[1:]]
        said += [(part, TYPED.format(part.value)) for node in asserted for part in ast.walk(node)
                 if digits(part) >= 3 and not (type(part.value) is int and part.value in known)]
        said += [(node, GLUE) for node in ast.walk(cell.tree) if isinstance(node, ast.Import | ast.ImportFrom)
                 and "myst_nb" in ast.unparse(node)]
        found += [page.says(cell.line + node.lineno - 1, problem) for node, problem in said]
        found += [page.says(cell.line + at, LONG.format(len(line))) for at, line in enumerate(cell.text.splitlines())
                  if len(line) > 76 and not cell.tags]
    return found


def digits(node):
    """The significant digits of a number in the code; 0 for what is none."""
    number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
    return len(repr(node.value).split("e")[0].replace(".", "").strip("0")) if number else 0


def constants(page):
    """Every number in the code of a page, without its sign; not those of assertions, which may be results."""
    return {node.value for code in page.pieces if code.info in (CELL, "{doctest}")
            for node in outside_assertions(code.tree)
            if isinstance(node, ast.Constant) and type(node.value) in (int, float)}


def outside_assertions(node):
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.Assert):
            yield from outside_assertions(child)
