"""Mutants of initbook/: made by mutmut's operators, run here, each in a process of its own.

mutmut's own runner keeps all mutants of a function side by side and chooses one when it is called. So it leaves alone
what a module does while it is imported, and half of this package is made there: the named initializers, the constants,
the tables of names. Here a mutant is the whole text of a module, imported afresh by a process that has loaded numpy and
its like and no line of ours; so a mutant costs a fork, not a start of Python.

The tests of a mutant are those of the module's own files, and all others that run one of the changed function's lines.
"""

import ast
import gc
import hashlib
import importlib
import importlib.machinery
import importlib.util
import inspect
import json
import os
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import libcst
import pytest
from mutmut.mutation.file_mutation import create_mutations

from mutants.fork import side_by_side, status_of
from mutants.mutant import BUILD, ROOT, Mutant, Result, compare

# Loaded before the fork, because every mutant needs it; nothing of ours may be among them.
HEAVY = (
    "numpy numpy.testing scipy.special scipy.integrate scipy.optimize scipy.stats sklearn.datasets sklearn.linear_model"
    " matplotlib.figure matplotlib.backends.backend_svg tqdm hypothesis sybil"
).split()
PYTEST = ["-x", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-m", "not browser and not slow"]
# Tests of a module that do not bear its name.
OWN = {"_play": "test_frames", "_sheet": "test_figures", "_svg": "test_figures", "theory": "test_gains",
       "training": "test_moved"}
SILENT = ["-p", "no:terminal", "-o", "addopts="]  # what it would print costs time


# --- what is changed


@dataclass(frozen=True)
class Change:
    """A mutant with the whole text of its module."""

    mutant: Mutant
    module: str  # initbook.theory
    text: str
    lines: list  # of the same function; none for what runs at import


def changes(path):
    """All mutants of a module, in the order of its lines."""
    text = path.read_text(encoding="utf-8")
    module, mutations, *_ = create_mutations(str(path.relative_to(ROOT)), text)
    where, bodies = statements(module), lines_of_bodies(text)
    found = [changed(path, text, *where[id(m.original_node)], m, bodies) for m in mutations]
    unique = {change.text: change for change in found if change is not None}
    return sorted(unique.values(), key=lambda change: change.mutant.line)


def statements(module):
    """`{id of a node: (its top statement or method, that one's text, where it begins)}`."""
    found, start = {}, sum(len(module.code_for_node(line)) for line in module.header)
    for statement in module.body:
        text = module.code_for_node(statement)
        found |= {id(node): (statement, text, start) for node in walk(statement)}
        start += len(text)
    return found


def lines_of_bodies(text):
    """`{a function or class of a module: the lines that run when it is called}`: not its head, which runs at import."""
    found = {}
    for node in ast.parse(text).body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        functions = [n for n in inner if isinstance(n, ast.FunctionDef)]
        starts = [f.body[ast.get_docstring(f) is not None and len(f.body) > 1] for f in functions]
        found[getattr(node, "name", None)] = [
            line for f, start in zip(functions, starts, strict=True) for line in range(start.lineno, f.end_lineno + 1)]
    return found


def walk(node):
    yield node
    for child in node.children:
        yield from walk(child)


def changed(path, text, statement, old, start, mutation, bodies):
    replaced = statement.deep_replace(mutation.original_node, mutation.mutated_node)
    new = libcst.Module([]).code_for_node(replaced)
    if new == old:
        return None
    first = text[:start].count("\n") + 1
    offset, before, after = compare(old, new)
    name = getattr(getattr(statement, "name", None), "value", None)
    file = str(path.relative_to(ROOT))
    mutant = Mutant(file, first + offset, name or "module", before, after, "tests")
    new_text = text[:start] + new + text[start + len(old):]
    return Change(mutant, f"{path.parent.name}.{path.stem}", new_text, bodies.get(name, []))


# --- which tests


def unit(test):
    """What is run as a whole: a test, or all examples of a module's docstrings, which share their names."""
    return test.split("::")[0] if test.startswith("initbook/") else test


class Watch:
    """A plugin of pytest: how long each test takes, which lines it runs, and whether it starts another process."""

    def __init__(self, cov):
        self.cov, self.seconds, self.forks, self.now = cov, {}, set(), None
        sys.addaudithook(self.audit)

    def audit(self, event, args):
        if event == "subprocess.Popen" and self.now:
            self.forks.add(self.now)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        self.now, start = unit(item.nodeid), time.process_time()
        self.cov.switch_context(self.now)
        yield
        self.cov.switch_context("")
        self.seconds[self.now] = self.seconds.get(self.now, 0.0) + time.process_time() - start
        self.now = None
        return True


def watch(files, answer):
    """Run all tests once, unchanged, and write down what `Tests` needs."""
    import coverage

    cov = coverage.Coverage(data_file=None, include=[str(ROOT / "initbook" / "*")], config_file=False)
    plugin = Watch(cov)
    cov.start()
    failed = pytest.main([*PYTEST, "-q", "--tb=short", *files], plugins=[plugin])
    cov.stop()
    data = cov.get_data()
    lines = {Path(file).stem: data.contexts_by_lineno(file) for file in data.measured_files()}
    # Another process would import the package without the change, and a difference to it says nothing.
    seconds = {test: s for test, s in plugin.seconds.items() if test not in plugin.forks}
    answer.write_text(json.dumps({"lines": lines, "seconds": seconds}))
    return failed


class Tests:
    """Which tests can see a change, the likeliest first."""

    def __init__(self, lines, seconds):
        self.lines, self.seconds = lines, seconds

    def order(self, change):
        """The tests of the module's own files, then of others; first those that run the function, and the fast."""
        name = change.module.rpartition(".")[2]
        ran = self.lines.get(name, {})
        seen = {test for line in change.lines for test in ran.get(str(line), ())}
        at_import = not change.lines or "" in seen
        own = {test for test in self.seconds if self.is_of(test, name)}
        others = (set(self.seconds) if at_import else seen & set(self.seconds)) - own
        return [sorted(part, key=lambda test: (test not in seen, self.seconds[test], test)) for part in (own, others)]

    def is_of(self, test, name):
        own = (name, "test_" + name.strip("_"), OWN.get(name, name), "test_messages", "test_public_names")
        return Path(test.split("::")[0]).stem.startswith(own)


def test_files():
    """Those that import the package, and the examples of its docstrings."""
    tests = [path for path in sorted((ROOT / "tests").glob("test_*.py")) if imports_package(path)]
    return [str(path.relative_to(ROOT)) for path in tests] + ["initbook"]


def imports_package(path):
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom)]
    return any(name.startswith("initbook") for name in names)


def tests():
    """From the last time, if nothing has changed."""
    sources = sorted([*ROOT.glob("initbook/*.py"), *ROOT.glob("tests/*.py"), ROOT / "conftest.py"])
    stamp = hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    answer = BUILD / f"tests-{stamp}.json"
    BUILD.mkdir(parents=True, exist_ok=True)
    if not answer.exists():
        partial = answer.with_suffix(".part")
        log = BUILD / "tests.log"
        if status_of(lambda: watch(test_files(), partial), seconds=3600, log=log):
            sys.exit(f"mutants: the tests fail without any change, so no mutant can tell anything:\n{log.read_text()}")
        partial.rename(answer)
    return Tests(**json.loads(answer.read_text()))


# --- one mutant in one process


class Changed(importlib.machinery.SourceFileLoader):
    """Imports one module of the package with another text."""

    def __init__(self, change):
        self.name, self.text = change.module, change.text
        super().__init__(change.module, str(ROOT / change.mutant.file))

    def find_spec(self, name, path=None, target=None):
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, name):
        return compile(self.text, self.path, "exec", dont_inherit=True)


class Only:
    """A plugin of pytest: run these tests, in this order; before them any whose name the change has made new."""

    def __init__(self, order, known):
        self.rank, self.known = {test: i for i, test in enumerate(order)}, known

    def pytest_collection_modifyitems(self, items):
        units = [(self.rank.get(unit(item.nodeid), -1), unit(item.nodeid), item) for item in items]
        wanted = [(rank, item) for rank, name, item in units if rank >= 0 or name not in self.known]
        items[:] = [item for _, item in sorted(wanted, key=lambda pair: pair[0])]


def judge(change, parts, known):
    """In a process of its own: 0 if all tests pass with the change."""
    sys.meta_path.insert(0, Changed(change))
    scratch = ["--basetemp", str(BUILD / "scratch" / str(os.getpid()))]
    for order in filter(None, parts):
        files = list(dict.fromkeys(test.split("::")[0] for test in order))
        status = pytest.main([*PYTEST, *SILENT, *scratch, *files], plugins=[Only(order, known)])
        if status:
            return status
    return 0


def prepare():
    for name in HEAVY:
        importlib.import_module(name)
    from hypothesis import settings

    settings.register_profile("mutants", database=None, derandomize=True, deadline=None)
    settings.load_profile("mutants")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # Both are slow with many modules loaded, and every mutant would do them again.
    inspect.getmodule(sys._getframe())
    gc.collect()
    gc.freeze()


def run(chosen, workers, said=lambda result: None, own_only=frozenset()):
    """`[Result]` for the changes, in their order; `said` is told of each as it comes.

    Those in `own_only` (the equivalents that are listed, say) are judged by the tests of their module's own files.
    """
    prepare()
    known, results = tests(), {}
    shutil.rmtree(BUILD / "scratch", ignore_errors=True)
    (BUILD / "scratch").mkdir()
    for index, status, seconds in side_by_side((job(change, known, own_only) for change in chosen), workers):
        results[index] = Result(chosen[index].mutant, status != 0, seconds)
        said(results[index])
    return [results[index] for index in range(len(chosen))]


def job(change, known, own_only):
    parts = known.order(change)[: 1 if change.mutant in own_only else 2]
    # A mutant may loop for ever; one that survives takes as long as its tests do.
    limit = 20 + 4 * sum(known.seconds[test] for part in parts for test in part)
    return (lambda: judge(change, parts, known.seconds)), limit


def all_changes(names=()):
    """Of the modules of these names, or of all."""
    paths = [path for path in sorted((ROOT / "initbook").glob("*.py")) if not names or path.stem in names]
    return [change for path in paths for change in changes(path)]


__all__ = ["all_changes", "changes", "run"]
