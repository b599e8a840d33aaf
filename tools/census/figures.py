"""A figure has an alternative text, a caption and name, and beside the code that draws it an assertion of its claim.

It is shown in one way only: by the last line of a cell, `figures.show(…)` or `figures.play(…)`.
"""

import ast

from census.page import figure_options, tree

LAST = "end its cell in figures.show(…, alt=…) or figures.play(…)"
OTHER_MODULES = ("matplotlib", "IPython", "initbook.figures")


def problems(page):
    pictures = [page.says(piece.line, f"a picture that no cell draws: {LAST}") for piece in page.pieces
                if any(token.type == "image" for token in piece.inline)]
    return pictures + [page.says(cell.line, said) for cell in page.cells for said in in_cell(cell) + otherwise(cell)]


def draws(cell):
    """Whether a cell ends in something to be seen."""
    last = last_call(tree(cell.text))
    return last is not None and "figures" in ast.unparse(last)


def last_call(code):
    last = code.body[-1] if code.body else None
    return last.value if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) else None


def otherwise(cell):
    """Ways to show a figure by which it would be overlooked here."""
    code = tree(cell.text)
    nodes = list(ast.walk(code))
    modules = {name for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)
               for name in [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]}
    attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
    shown = [node for node in attributes if node.attr in ("show", "play")]
    last = last_call(code)
    wanted = {
        "a figure comes from no other module than `from initbook import figures`":
            not any(name.startswith(OTHER_MODULES) for name in modules),
        "figures has another name": not any(isinstance(node, ast.alias) and node.name == "figures" and node.asname
                                            for node in nodes)
            and {id(node) for node in nodes if isinstance(node, ast.Name) and node.id == "figures"}
            <= {id(node.value) for node in attributes},
        "a figure is shown, and not by the last line": not shown or last is not None and shown == [last.func],
    }
    return [f"{said}: {LAST}" for said, fine in wanted.items() if not fine]


def in_cell(cell):
    options = figure_options(cell)
    if not draws(cell):
        return [f"a caption, and no figure: {LAST}, or take the caption off"] if options else []
    nodes = list(ast.walk(tree(cell.text)))
    alts = [node.value for node in nodes if isinstance(node, ast.keyword) and node.arg == "alt"]
    asserted = [node.test for node in nodes if isinstance(node, ast.Assert)]
    wanted = {
        "no caption: say the figure's claim in the cell's options, mystnb: figure: caption": options.get("caption"),
        "no name: give one in the cell's options, mystnb: figure: name": options.get("name"),
        "no alternative text: say what is seen, alt=…":
            alts and not any(ast.unparse(alt) in ("''", "f''") for alt in alts),
        "no assertion: assert in this cell what the caption claims": any(map(names, asserted)),
    }
    return [f"figure {options.get('name', '')}: {said}" for said, there in wanted.items() if not there]


def names(node):
    """The variables in an expression; `assert True` has none."""
    return [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]


def count(page):
    return sum(draws(cell) for cell in page.cells)
