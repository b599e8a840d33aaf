"""A figure has an alternative text, a caption and name, and beside the code that draws it an assertion of its claim."""

import ast

from census.page import figure_options, tree


def problems(page):
    return [page.says(cell.line, said) for cell in page.cells for said in in_cell(cell)]


def draws(cell):
    """Whether a cell ends in something to be seen."""
    body = tree(cell.text).body
    last = body[-1] if body else None
    return isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and "figures" in ast.unparse(last.value)


def in_cell(cell):
    options = figure_options(cell)
    if not draws(cell):
        return ["a caption, but the cell does not end in figures.…(…)"] if options else []
    nodes = list(ast.walk(tree(cell.text)))
    wanted = {
        "no caption: say the figure's claim in the cell's options, mystnb: figure: caption": options.get("caption"),
        "no name: give one in the cell's options, mystnb: figure: name": options.get("name"),
        "no alternative text: say what is seen, alt=…": any(
            isinstance(node, ast.keyword) and node.arg == "alt" for node in nodes),
        "no assertion: assert in this cell what the caption claims": any(isinstance(n, ast.Assert) for n in nodes),
    }
    return [f"figure {options.get('name', '')}: {said}" for said, there in wanted.items() if not there]


def count(page):
    return sum(draws(cell) for cell in page.cells)
