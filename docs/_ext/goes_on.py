"""Which lines of a page a snippet goes on from: those that make the names it uses, and the names which those use.

The snippets of a page share their names. On the page of all exercises a solution stands alone, so the lines that it
needs are found and put before it (gathered.py); tests/test_gathered.py runs each solution after them, and nothing else.
"""

import ast
import builtins
import re
from doctest import DocTestParser

SNIPPET = re.compile(r"(?ms)^ *(`{3,})\{doctest\}[^\n]*\n((?: *:[\w-]+:[^\n]*\n)*)(.*?)^ *\1 *$")


def statements(text):
    """Those of all snippets in a piece of a page, each with what it prints."""
    return [one for found in SNIPPET.finditer(text) for one in DocTestParser().get_examples(found[3])]


def root(node):
    """The name of which a node is an entry or an attribute."""
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def made(tree):
    """Names that a statement gives a value, and those whose value it may change."""
    new, changed = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            new.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            new.add(node.name)
        elif isinstance(node, ast.arg):
            new.add(node.arg)
        elif isinstance(node, ast.alias):
            new.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            changed.add(root(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            changed.add(root(node.value.func))  # runs.append(run)
    return new - changed, changed - {None}


def used(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def missing(code):
    """Names that statements use and do not make."""
    known, free = set(dir(builtins)), set()
    for statement in code:
        tree = ast.parse(statement.source)
        new, _ = made(tree)
        free |= used(tree) - known - new
        known |= new
    return free


def before(page, solution):
    """The statements of a page that those of a solution go on from, in their order; one that only prints is none."""
    wanted, found = missing(statements(solution)), []
    for statement in reversed(statements(page[:page.index(solution)])):
        new, changed = made(ast.parse(statement.source))
        if wanted & new or wanted & changed and not statement.want:
            wanted = (wanted - new) | missing([statement])
            found.insert(0, statement)
    return found


def shown(code):
    """Statements as a snippet shows them."""
    lines = "".join(f"{'...' if i else '>>>'} {line}\n".replace(" \n", "\n") for one in code
                    for i, line in enumerate(one.source.splitlines()))
    return f"```{{doctest}}\n{lines}```\n"
