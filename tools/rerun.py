"""Run a page's cells in this interpreter, as written or from other seeds: `python tools/rerun.py docs/variance/he.md`.

Quicker than a build, and what `make accept` learns the sampling errors from: with `--seeds K` every generator of the
page starts from another seed and nothing is asserted: what it measures is measured anew. `--json`: numbers only.
"""

import argparse
import ast
import contextlib
import io
import json
import os
import sys
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests")]
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"}  # before numpy is imported

import numpy as np  # noqa: E402

from census import glued  # noqa: E402
from census.page import Page  # noqa: E402
from initbook import prose  # noqa: E402
from initbook.diagnosis import Report  # noqa: E402
from measured import printed  # noqa: E402


class WithoutAssertions(ast.NodeTransformer):
    """From other seeds a claim about one run may fail, and the rest of the page is to be measured all the same."""

    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)


def from_other_seeds(shift):
    """numpy's maker of generators, with every whole-number seed taken to another one."""
    made = np.random.default_rng
    return lambda seed=None: made([seed, shift] if isinstance(seed, int | np.integer) else seed)


def run(page, shift=0, say=lambda *words: None):
    """Every cell in one namespace; what the page handed to its text, and what it printed."""
    found, texts, names = {}, [], {"__name__": "__main__"}
    prose.numbers = lambda **values: found.update(
        pair for top in values.items() for pair in prose._named(*top))
    if shift:
        np.random.default_rng = from_other_seeds(shift)
    for cell in page.cells:
        code = ast.parse("\n" * (cell.line - 1) + cell.text)
        code = ast.fix_missing_locations(WithoutAssertions().visit(code)) if shift else code
        begin, out = time.perf_counter(), io.StringIO()
        last = code.body.pop() if code.body and isinstance(code.body[-1], ast.Expr) else None
        with contextlib.redirect_stdout(out):
            exec(compile(code, page.name, "exec"), names)
            value = eval(compile(ast.Expression(last.value), page.name, "eval"), names) if last else None
            if isinstance(value, Report):  # a notebook shows it
                print(value)
        texts += [out.getvalue()] if out.getvalue() else []
        say(f"{page.name}:{cell.line}: {time.perf_counter() - begin:.2f} s", out.getvalue())
    return found | printed(texts)


def main(words=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("--seeds", type=int, default=0, metavar="K", help="other seeds; the same K, the same seeds")
    parser.add_argument("--json", action="store_true", help="print the numbers and nothing else")
    given = parser.parse_args(words)
    page = Page(given.page.resolve())
    os.chdir(page.path.parent)
    try:
        found = run(page, given.seeds, (lambda *words: None) if given.json else print)
    except Exception as error:
        line = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == page.name]
        sys.exit(f"{page.name}:{line[0] if line else 1}: {type(error).__name__}: {error}")
    if given.json:
        sys.exit(print(json.dumps(found)))
    print(*(f"{key} = {value}" for key, value in found.items()), sep="\n")
    print(*glued.problems(page, [key for key in found if not key.startswith("printed.")]), sep="\n")


if __name__ == "__main__":
    main()
