"""The code of a check as it stands in the files: to show it beside its equation, to hash it, to put a mistake in it."""

import ast
import functools
import hashlib
import importlib
import inspect
import linecache
import textwrap


@functools.cache
def _decorators(path):
    """The lines of a file, and `{label: the syntax tree of "right"}` of its checks."""
    lines = linecache.getlines(path)
    calls = [node for node in ast.walk(ast.parse("".join(lines))) if isinstance(node, ast.Call) and node.args]
    return lines, {call.args[0].value: word.value for call in calls if isinstance(call.args[0], ast.Constant)
                   for word in call.keywords if word.arg == "right"}


def _expression(check):
    """`right` in the decorator of a check: its text and its syntax tree."""
    lines, rights = _decorators(check.against.__code__.co_filename)
    if check.label not in rights:
        raise ValueError(f"{check.where}: {check.label} is not written in the decorator: write it there")
    node = rights[check.label]
    within = "".join(lines[node.lineno - 1:node.end_lineno])  # ast would split the whole file at each question
    return ast.get_source_segment(within, _from_the_top(node)), node


def _from_the_top(node):
    return ast.Constant(None, lineno=1, end_lineno=node.end_lineno - node.lineno + 1, col_offset=node.col_offset,
                        end_col_offset=node.end_col_offset)


def of_right(check):
    """The code of the equation: an expression, or the function that it names."""
    text, node = _expression(check)
    if isinstance(node, ast.Name):
        return inspect.getsource(check.right)
    first, _, rest = text.partition("\n")
    return f"{first}\n{textwrap.indent(textwrap.dedent(rest), '    ')}".strip()


def with_a_mistake(check):
    """`right` with a piece of its code replaced."""
    (old, new), code, known = check.wrong, of_right(check), check.against.__globals__
    if code.count(old) != 1:
        raise ValueError(f"{check.where}: `{old}` stands {code.count(old)} times in the code of {check.label}: name a "
                         "piece that stands there once")
    code = code.replace(old, new)
    if not code.startswith("def "):
        return eval(f"({code})", known)
    scope = {}
    exec(code, known, scope)
    return scope[check.right.__name__]


def helpers(check):
    """`{name: code}` of the functions beside the checks that `right` calls, and of those that these call."""
    found, left = {}, [_expression(check)[1]]
    while left:
        for name in (node.id for node in ast.walk(left.pop()) if isinstance(node, ast.Name)):
            helper = check.against.__globals__.get(name)
            if inspect.isfunction(helper) and helper.__module__.startswith("equations.") and name not in found:
                found[name] = inspect.getsource(helper)
                left.append(ast.parse(found[name]))
    return {name: code for name, code in found.items() if check.against.__globals__[name] is not check.right}


def of_package(name):
    """The code of what initbook calls `name`, without its docstring: of a function, or the line of a constant."""
    module, *rest = name.split(".")
    module = importlib.import_module(f"initbook.{module}")
    found = functools.reduce(getattr, rest, module)
    if inspect.isfunction(found) and "<" not in found.__qualname__:
        return without_docstring(inspect.getsource(found))
    text = inspect.getsource(module)
    lines = [node for node in ast.parse(text).body if isinstance(node, ast.Assign)
             and rest[0] in [target.id for target in node.targets if isinstance(target, ast.Name)]]
    return "\n".join(ast.get_source_segment(text, line) for line in lines)


def _docstrings(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            yield node


def without_docstring(code):
    """A function as it is laid out in its file, but for its docstring and the blank lines around that."""
    lines = code.splitlines()
    for node in _docstrings(ast.parse(code)):
        first = node.body[0]
        lines[first.lineno - 1:first.end_lineno] = [None] * (first.end_lineno - first.lineno + 1)
    return "\n".join(line for line in lines if line is not None)


def bare(code):
    """Code without comments, docstrings and layout."""
    tree = ast.parse(code)
    for node in _docstrings(tree):
        node.body[:1] = [] if len(node.body) > 1 else [ast.Pass()]
    return ast.unparse(tree)


def bare_pieces(check):
    right, beside, package = check.code
    right = right if right.startswith("def ") else f"({right})"
    return [bare(code) for code in (right, *beside.values(), *package.values())]


def short_hash(pieces):
    return hashlib.sha256("\0".join(pieces).encode()).hexdigest()[:12]
