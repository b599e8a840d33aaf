"""Check the README's Python with Python's own doctest: Sphinx's checker, which `make doctest` is, sees pages only."""

import doctest
import re
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def check(text):
    """Run all fences as one session; what doctest counted."""
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.DONT_ACCEPT_TRUE_FOR_1)
    names = {}
    for fence in FENCE.finditer(text):
        line = text[: fence.start(1)].count("\n")
        test = doctest.DocTestParser().get_doctest(fence[1], names, "README.md", "README.md", line)
        test.globs = names
        runner.run(test, clear_globs=False)
    return runner.summarize(verbose=False)


if __name__ == "__main__":
    found = check(README.read_text(encoding="utf-8"))
    print(f"README: {found.attempted} tests, {found.failed} failures")
    sys.exit(bool(found.failed))
