"""The arrows of the house, held over the syntax trees of initbook/.

Data flows one way: seed, rng, weights, forward, statistics, figure, page. Nothing here runs the
package: each check takes the text of a module, so that its twin can hand it a bad one.
"""

import ast
import statistics
import sys
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "initbook"
SOURCES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(PACKAGE.glob("*.py"))}
EACH = pytest.mark.parametrize("module", SOURCES)

# What a module may import: other modules of the package, and other people's packages. Every module
# has its line here; a new one gets one.
HOUSE = {
    "__init__": "blocks diagnosis",
    "_check": "numpy",
    "_cures": "correlations theory numpy",
    "_expected": "_check activations theory numpy",
    "_verdicts": "_check _cures _expected activations numpy scipy",
    "_walk": "_check _expected _verdicts activations blocks probes numpy",
    "activations": "_check numpy scipy",
    "attention": "_check losses numpy",
    "blocks": "_check activations convolution initializers numpy",
    "convolution": "_check numpy",
    "correlations": "_check activations theory numpy scipy",
    "data": "_check numpy sklearn",
    "diagnosis": "_check _expected _verdicts _walk activations blocks figures losses numpy scipy",
    "_cells": "_check _sheet _svg numpy matplotlib",
    "_lines": "_check _svg numpy matplotlib",
    "_network": "_cells _check _sheet _svg numpy matplotlib",
    "_play": "_check _svg",
    "_sheet": "_check _svg numpy matplotlib",
    "_svg": "",
    "figures": "_cells _check _lines _network _play _sheet _svg numpy matplotlib",
    "initializers": "_check numpy scipy",
    "losses": "_check activations numpy",
    "network": "_check activations normalization numpy",
    "normalization": "_check numpy",
    "optimizers": "_check network numpy",
    "probes": "_check activations network numpy",
    "prose": "_check numpy IPython",
    "residual": "_check blocks network normalization",
    "scaling": "_check activations initializers network probes numpy",
    "symmetry": "_check activations network numpy",
    "theory": "_check activations numpy",
    "training": "_check activations losses network optimizers numpy tqdm",
}

# And what none may come to import, not even through another, however the table above grows.
NEVER = {
    "residual": {"theory", "correlations", "probes"},
    "theory": {"network", "probes", "initializers"},
    "correlations": {"network", "probes", "initializers"},
    "probes": {"theory", "correlations"},
    "scaling": {"theory", "correlations"},
    "network": {"initializers"},
    "initializers": {"network", "theory"},
    "figures": set(SOURCES) - {"figures", "_cells", "_check", "_lines", "_network", "_play", "_sheet", "_svg"},
}


parse = cache(ast.parse)


def imported(source):
    """Every dotted name that a module imports, wherever in it: ``from a import b`` gives a.b."""
    names = set()
    for node in ast.walk(parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = ["initbook"] * bool(node.level) + [node.module] * bool(node.module)
            names |= {".".join([*parts, alias.name]) for alias in node.names}
    return names


def neighbours(source):
    """The modules of the package that a module imports."""
    return {name.split(".")[1] for name in imported(source) if name.startswith("initbook.")}


def outsiders(source):
    """Packages that are neither this one nor Python's own."""
    tops = {name.split(".")[0] for name in imported(source)}
    return tops - {"initbook", *sys.stdlib_module_names}


def reach(module, sources):
    """Every module that importing this one brings along."""
    found, waiting = set(), [module]
    while waiting:
        new = neighbours(sources.get(waiting.pop(), "")) - found
        found |= new
        waiting += new
    return found


# --- who may import whom


@EACH
def test_a_module_imports_no_more_than_its_line_says(module):
    assert module in HOUSE, (f"initbook/{module}.py is new: say what it may import in HOUSE, at "
                             "the top of tests/test_architecture.py")
    more = (neighbours(SOURCES[module]) | outsiders(SOURCES[module])) - set(HOUSE[module].split())
    assert not more, f"initbook/{module}.py imports {', '.join(sorted(more))}, which its line in HOUSE does not allow"


@pytest.mark.parametrize("module", [m for m in NEVER if m in SOURCES])
def test_an_arrow_never_points_back_not_even_through_another_module(module):
    back = reach(module, SOURCES) & NEVER[module]
    assert not back, f"initbook/{module}.py comes to import {', '.join(sorted(back))}: see NEVER above"


@EACH
def test_imports_are_written_as_imports(module):
    # importlib and __import__ would go round every check above.
    names = {n.id for n in ast.walk(parse(SOURCES[module])) if isinstance(n, ast.Name)}
    assert "__import__" not in names
    assert not [n for n in imported(SOURCES[module]) if n.split(".")[0] == "importlib"]


def test_the_network_knows_one_activation_the_identity():
    chosen = {n for n in imported(SOURCES["network"]) if n.startswith("initbook.activations")}
    assert chosen == {"initbook.activations.Activation", "initbook.activations.identity"}


@pytest.mark.parametrize("bad", [
    "import initbook.network", "from initbook import network", "from . import network", "from .network import Trace",
    "if TYPE_CHECKING:\n    from initbook.network import Trace", "def f():\n    import initbook.network as n"])
def test_twin_an_import_is_seen_however_it_is_written(bad):
    assert neighbours(bad) == {"network"}
    assert reach("theory", {"theory": "from initbook import losses", "losses": bad}) == {"losses", "network"}
    outside = bad.replace("from .", "from matplotlib.").replace("initbook", "matplotlib").replace(". import", " import")
    assert outsiders("import math\n" + outside) == {"matplotlib"}


# --- randomness comes in from outside


def last(expression):
    return ast.unparse(expression).split(".")[-1]


def randomness(source):
    """Lines that make or draw from a generator of their own; the type's name is no such thing."""
    lines = [f"import {name}" for name in imported(source)
             if name.split(".")[0] in {"random", "secrets"} or name.startswith("numpy.random")]
    for node in ast.walk(parse(source)):
        of_random = isinstance(node, ast.Attribute) and last(node.value) == "random"
        made = isinstance(node, ast.Call) and last(node.func) == "Generator"
        if made or (of_random and node.attr != "Generator"):
            lines.append(ast.unparse(node))
    return lines


@EACH
def test_no_module_makes_its_own_randomness(module):
    made = randomness(SOURCES[module])
    assert not made, f"initbook/{module}.py: {made[0]}: take a generator as the argument `rng`"


@pytest.mark.parametrize("bad", [
    "rng = np.random.default_rng(0)", "def f(n):\n    return np.random.randn(n)",
    "from numpy.random import default_rng", "from numpy import random", "import random", "import secrets",
    "np.random.Generator(bits)"])
def test_twin_randomness_of_ones_own_is_seen(bad):
    assert randomness(bad)
    assert not randomness('def f(rng: np.random.Generator):\n    """>>> np.random.default_rng(0)"""')


# --- figures draw and do not compute

COMPUTING = {"cumsum", "dot", "einsum", "exp", "histogram", "linalg", "log", "mean", "median",
             "percentile", "polyfit", "std", "sum", "var"}


def computed(source):
    tree = list(ast.walk(parse(source)))
    products = ["@" for node in tree if isinstance(node, ast.MatMult)]
    return products + [n.attr for n in tree if isinstance(n, ast.Attribute) and n.attr in COMPUTING]


@pytest.mark.parametrize("module", ["figures", "_cells", "_network", "_sheet", "_play", "_svg"])
def test_figures_compute_nothing(module):
    assert not computed(SOURCES[module])
    assert all(map(computed, ["y.mean()", "x @ W", "np.linalg.norm(x)"]))  # the twin


# --- what is public is documented, by an example


def public_names(source):
    """What ``__all__`` lists, and what is entered into a registry; nothing where there is neither."""
    names = []
    for node in parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names += ast.literal_eval(node.value)
        call = getattr(node, "value", None)
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("_listed", "_scheme"):
            names += targets(node) or [call.args[-1].value]
        if "_listed" in map(ast.unparse, getattr(node, "decorator_list", [])):
            names.append(node.name)
    return names


def targets(node):
    found = node.targets if isinstance(node, ast.Assign) else []
    found = [node.target] if isinstance(node, ast.AnnAssign) else found
    return [target.id for target in found if isinstance(target, ast.Name)]


def docstrings(source):
    """``{name: its docstring}`` at the top of a module; a constant's stands on the line after."""
    body, docs = parse(source).body, {}
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            docs[node.name] = ast.get_docstring(node) or ""
        text = after.value if isinstance(after, ast.Expr) else None
        said = text.value if isinstance(text, ast.Constant) and isinstance(text.value, str) else ""
        docs |= dict.fromkeys(targets(node), said)
    return docs


def definitions(source):
    body = parse(source).body
    return [node.name for node in body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]


def undocumented(source):
    """Public names without a docstring; one that comes from another module is documented there."""
    docs, elsewhere = docstrings(source), {name.split(".")[-1] for name in imported(source)}
    return [name for name in public_names(source) if not docs.get(name) and name not in elsewhere]


def without_example(source):
    docs = docstrings(source)
    return [name for name in public_names(source) if name in definitions(source)
            and not ("Examples\n--------\n" in docs[name] and ">>> " in docs[name])]


def unlisted(source):
    """Functions and classes without an underscore that ``__all__`` forgets."""
    return [name for name in definitions(source)
            if not name.startswith("_") and name not in public_names(source)]


PUBLIC = pytest.mark.parametrize("module", [m for m in SOURCES if not m.startswith("_")])


@PUBLIC
def test_every_public_name_is_listed_and_has_a_docstring_and_a_function_an_example(module):
    source = SOURCES[module]
    assert public_names(source)
    said = [f"{name} has no docstring" for name in undocumented(source)]
    said += [f"{name} has no example: add a section Examples with >>>" for name in without_example(source)]
    said += [f"{name} is not in __all__: add it, or begin its name with _" for name in unlisted(source)]
    assert not said, f"initbook/{module}.py: " + "; ".join(said)


BAD_MODULE = '''
__all__ = ["ABSENT", "Bare", "LOUD", "SILENT", "chatty", "shown"]
LOUD: int = 1
"""One."""
SILENT = other = 2
class Bare:
    x = 1
def chatty():
    """Says what it does.

    Examples
    --------
    None that runs.
    """
def shown():
    """Says and shows.

    Examples
    --------
    >>> shown()
    """
def forgotten():
    pass
'''


def test_twin_bad_documentation_is_seen():
    assert undocumented(BAD_MODULE) == ["ABSENT", "Bare", "SILENT"]
    assert without_example(BAD_MODULE) == ["Bare", "chatty"]
    assert unlisted(BAD_MODULE) == ["forgotten"]


# --- sizes that read easily


def is_text(node):
    """A string that stands alone: a docstring."""
    return (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str))


def body_lines(source):
    """``{function: lines of its body}``; signature and docstring are not counted."""
    lines = {}
    for node in ast.walk(parse(source)):
        if isinstance(node, ast.FunctionDef):
            body = [n for n in node.body if not is_text(n)]
            lines[f"{node.name}:{node.lineno}"] = (
                node.end_lineno - body[0].lineno + 1 if body else 0)
    return lines


def code_lines(source):
    """Lines of a module that are neither empty nor in a docstring."""
    text = {line for node in ast.walk(parse(source)) if is_text(node)
            for line in range(node.lineno, node.end_lineno + 1)}
    return [line for number, line in enumerate(source.splitlines(), 1)
            if line.strip() and number not in text]


LENGTHS = {f"{module}.{name}": n for module, source in SOURCES.items()
           for name, n in body_lines(source).items()}


def test_half_of_the_functions_are_six_lines_or_less_nine_in_ten_below_sixteen_and_none_is_above_thirty():
    long = [f"{name} has {n} lines" for name, n in LENGTHS.items() if n > 30]
    assert not long, "; ".join(long) + ": 30 at most, its docstring not counted"
    assert statistics.median(LENGTHS.values()) <= 6
    assert statistics.quantiles(LENGTHS.values(), n=10)[-1] < 16


@EACH
def test_a_module_says_what_it_is_for_and_fits_in_200_lines(module):
    assert ast.get_docstring(parse(SOURCES[module]))
    assert len(code_lines(SOURCES[module])) <= 200


def test_twin_lines_are_counted_right():
    text = '    """Say.\n\n    More."""\n'
    source = f"def f(a,\n      b):\n{text}    # why\n    c = a\n\n    return c\n"
    assert body_lines(source) == {"f:1": 3}
    assert len(code_lines(source)) == 5
    assert body_lines('def f():\n    """Say."""\n') == {"f:1": 0}
