"""A figure has an alternative text, a caption and name, and beside the code that draws it an assertion of its claim.

It is shown in one way only: by the last line of a cell, `figures.show(…)` or `figures.play(…)`.
"""

import ast
import re

from census.page import figure_options

LAST = "end its cell in figures.show(…, alt=…) or figures.play(…)"
OTHERWISE = re.compile(r"(?m)^\s*(?:from|import) (?:matplotlib|IPython|initbook\.figures)")


def problems(page):
    pictures = [page.says(piece.line, f"a picture that no cell draws: {LAST}") for piece in page.pieces
                if any(token.type == "image" for token in piece.inline)]
    return pictures + [page.says(cell.line, said) for cell in page.cells for said in in_cell(cell)]


def draws(cell):
    """Whether a cell ends in something to be seen."""
    last = cell.tree.body[-1] if cell.tree.body else None
    return isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and "figures" in ast.unparse(last)


def in_cell(cell):
    if OTHERWISE.search(cell.text):
        return [f"a figure comes from no other module than `from initbook import figures`: {LAST}"]
    options = figure_options(cell)
    if not draws(cell):
        return [f"a caption, and no figure: {LAST}, or take the caption off"] if options else []
    nodes = list(ast.walk(cell.tree))
    wanted = {
        "no caption: say the figure's claim in the cell's options, mystnb: figure: caption": options.get("caption"),
        "no name: give one in the cell's options, mystnb: figure: name": options.get("name"),
        "no alternative text: say what is seen, alt=…": any(
            node.arg == "alt" and len(ast.unparse(node)) > 8 for node in nodes if isinstance(node, ast.keyword)),
        "no assertion: assert in this cell what the caption claims": any(
            isinstance(part, ast.Name) for node in nodes if isinstance(node, ast.Assert) for part in ast.walk(node)),
    }
    return [f"{options.get('name') or 'a figure'}: {said}" for said, there in wanted.items() if not there]


def count(page):
    return {"figures": sum(map(draws, page.cells))}
