"""Check the Python that Sphinx's own checker does not see, for `make doctest`: README, private modules, equations."""

import doctest
import importlib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FLAGS = doctest.ELLIPSIS | doctest.DONT_ACCEPT_TRUE_FOR_1  # as conftest.py has them
PRIVATE = sorted((ROOT / "initbook").glob("_*.py"))
EQUATIONS = sorted((ROOT / "equations").glob("*.py"))


def named(path):
    """A module's file, as Python imports it."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def readme(text):
    """Run all fences as one session; what doctest counted."""
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    names = {}
    for fence in FENCE.finditer(text):
        line = text[: fence.start(1)].count("\n")
        test = doctest.DocTestParser().get_doctest(fence[1], names, "README.md", "README.md", line)
        test.globs = names
        runner.run(test, clear_globs=False)
    return runner.summarize(verbose=False)


def modules(paths):
    """Run the docstrings of modules, all counted together."""
    found = [doctest.testmod(importlib.import_module(named(path)), optionflags=FLAGS) for path in paths]
    return doctest.TestResults(sum(one.failed for one in found), sum(one.attempted for one in found))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    results = {"README": readme((ROOT / "README.md").read_text(encoding="utf-8")),
               "private modules": modules(PRIVATE), "equations": modules(EQUATIONS)}
    for where, found in results.items():
        print(f"{where}: {found.attempted} tests, {found.failed} failures")
    sys.exit(any(found.failed for found in results.values()))
