"""Mutants of the pages: one thing a page says is made false, and some check must notice.

    kind      what is changed                                     who must notice
    key       a role asks for another key of its page, or for     census (glued)
              one that does not exist
    output    a digit, True or False, or the last letter of an    the runner of the snippets
              expected output
    constant  a number that a cell computes with                  the cells' assertions; census (given)
    factor    a number in a labelled equation, or a factor 2      equations, through census (displays)

A page's cells run in one process without a kernel. It forks just before the changed cell, so only the rest runs again.
Left alone: assertions; seeds, because no claim may depend on one; and figures, but for what they draw as predicted.
"""

import ast
import doctest
import json
import os
import random
import re
import sys
import time
import types
import warnings
from dataclasses import dataclass

from census import PAGES, displays, glued, numbers
from census.page import Page
from mutants.fork import side_by_side, status_of
from mutants.mutant import BUILD, ROOT, Mutant, Result

FLAGS = doctest.ELLIPSIS | doctest.DONT_ACCEPT_TRUE_FOR_1  # as conftest.py has them
SEEDS = {"default_rng", "SeedSequence"}
LEFT_ALONE = {"alt", "height", "limits", "seed", "text", "title", "xlim", "ylim", "ymax"}


@dataclass(frozen=True)
class Change:
    """A mutant with the whole text of its page."""

    mutant: Mutant
    text: str
    cell: int | None = None  # which of the page's cells is changed


# --- what is changed


def changes(path):
    """All mutants of a page, in the order of its lines."""
    page = Page(path)
    made = [*keys(page), *outputs(page), *constants(page), *factors(page)]
    return sorted(made, key=lambda change: change.mutant.line)


def change(page, kind, judge, start, end, new, cell=None):
    text = page.text[:start] + new + page.text[end:]
    line = page.text[:start].count("\n")
    before, after = (all_of_it.splitlines()[line].strip() for all_of_it in (page.text, text))
    return Change(Mutant(page.name, line + 1, kind, before, after, judge), text, cell)


def offset(page, piece, index):
    """Where a character of a piece stands in the page; pieces in a list are indented there."""
    rows = piece.text[:index].split("\n")
    line = piece.line + len(rows) - 1
    row = page.text.splitlines()[line - 1]
    whole = piece.text.split("\n")[len(rows) - 1]
    start = sum(len(r) for r in page.text.splitlines(keepends=True)[: line - 1])
    return start + row.index(whole) + len(rows[-1])


def keys(page):
    uses = list(glued.USE.finditer(page.text))
    names = list(dict.fromkeys(use["key"] for use in uses))
    for use in uses:
        another = names[(names.index(use["key"]) + 1) % len(names)]
        for new in dict.fromkeys([another, use["key"] + "x"]):
            if new != use["key"]:
                yield change(page, "key", "census", *use.span("key"), new)


def outputs(page):
    for piece in page.doctests:
        for example in doctest.DocTestParser().get_examples(piece.text):
            begin = sum(len(row) for row in piece.text.splitlines(keepends=True)[: example.lineno])
            begin = piece.text.index(example.want, begin + len(example.source)) if example.want else 0
            for found in things(example.want):
                start = offset(page, piece, begin + found.start())
                yield change(page, "output", "snippets", start, start + len(found[0]), other(found[0]))


def things(want):
    """What can be false in an output: its numbers and truth values; where it has none, its last letter."""
    return list(re.finditer(r"\d+(?:\.\d+)?|True|False", want)) or list(re.finditer(r"\w(?=\W*\Z)", want))


def other(thing):
    swapped = {"True": "False", "False": "True"}.get(thing)
    if swapped or not thing[-1].isdigit():
        return swapped or ("x" if thing != "x" else "y")
    return thing[:-1] + str((int(thing[-1]) + 1) % 10)


def constants(page):
    for index, cell in enumerate(page.cells):
        rows = cell.text.splitlines(keepends=True)
        for node in numbers_of(ast.parse(cell.text)):
            # Python counts the bytes of a line, we its letters.
            column = len(rows[node.lineno - 1].encode()[: node.col_offset].decode())
            start = offset(page, cell, sum(map(len, rows[: node.lineno - 1])) + column)
            end = start + node.end_col_offset - node.col_offset
            yield change(page, "constant", "cells", start, end, more(node.value), index)


def numbers_of(node):
    """The numbers of a piece of code, but for those that are not to be changed."""
    if isinstance(node, ast.Assert) or is_call(node, SEEDS) or isinstance(node, ast.keyword) and node.arg in LEFT_ALONE:
        return
    if draws(node):
        yield from (number for value in laws(node) for number in numbers_of(value))
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield node
    else:
        yield from (number for child in ast.iter_child_nodes(node) for number in numbers_of(child))


def laws(node):
    """What is drawn as predicted, in all panels of a figure."""
    panels = [call for call in ast.walk(node) if draws(call) and not is_call(call, {"contours"})]
    return [word.value for panel in panels for word in panel.keywords if word.arg in ("predicted", "levels")]


def is_call(node, names):
    return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in names


def draws(node):
    return isinstance(node, ast.Call) and ast.unparse(node.func).startswith("figures.")


def more(value):
    if isinstance(value, int):
        return repr(value + 1 if value < 10 else 2 * value)
    return repr(2 * value or 1.0)


def factors(page):
    for piece in page.displays:
        if not piece.info:
            continue
        relation = displays.RELATION.search(piece.text)
        if relation:
            at = offset(page, piece, relation.end())
            yield change(page, "factor", "equations", at, at, " 2")
        for found in re.finditer(r"(?<![\w}])\d+", piece.text):
            start = offset(page, piece, found.start())
            yield change(page, "factor", "equations", start, start + len(found[0]), str(int(found[0]) + 1))


# --- who notices


def complaints(page, made):
    """All that census says of a page whose cells have glued the keys `made`."""
    found = numbers.problems(page) + displays.problems(page) + glued.problems(page, made)
    return {said.split(": ", 1)[1] for said in found}


class Outputs(doctest.OutputChecker):
    """Keeps what each snippet printed."""

    def __init__(self):
        self.got = []

    def check_output(self, want, got, optionflags):
        self.got.append(got)
        return super().check_output(want, got, optionflags)


def snippets(page):
    """`[(want, got)]` of the page's examples that expect anything, run once."""
    examples = [example for piece in page.doctests for example in parsed(piece.text)]
    test = doctest.DocTest(examples, {}, page.name, page.name, 0, None)
    checker = Outputs()
    runner = doctest.DocTestRunner(checker, verbose=False, optionflags=FLAGS)
    failed = runner.run(test, out=lambda text: None).failed
    if failed:
        sys.exit(f"mutants: {failed} snippets of {page.name} fail without any change (make doctest shows which)")
    return checker.got


def parsed(text):
    return doctest.DocTestParser().get_examples(text)


def wanted(page):
    """What the examples expect; of an exception its last line."""
    return [e.exc_msg or e.want for piece in page.doctests for e in parsed(piece.text)]


def snippets_notice(text, page, got):
    return any(not doctest.OutputChecker().check_output(want, one, FLAGS)
               for want, one in zip(wanted(Page(page.path, text)), got, strict=True))


# --- cells, in processes of their own


class Cells:
    """The cells of a page, run in one namespace, one after the other."""

    def __init__(self, page):
        self.page, self.names, self.keys = page, {"__name__": "__main__"}, []
        self.known = set()

    def run(self, cell):
        exec(compile(cell.text, f"{self.page.name}:{cell.line}", "exec"), self.names)

    def survives(self, change):
        """Run a changed cell and all that follow: 0 if one raises or census has more to say, 1 if nobody notices."""
        changed = Page(self.page.path, change.text)
        try:
            for cell in changed.cells[change.cell:]:
                self.run(cell)
        except Exception:
            return 0
        return int(complaints(changed, self.keys) <= self.known)

    def through(self, answer):
        """Run all as they are and write down how long each took, what was glued, and what census says already."""
        seconds = []
        for cell in self.page.cells:
            start = time.process_time()
            self.run(cell)
            seconds.append(time.process_time() - start)
        known = sorted(complaints(self.page, self.keys))
        answer.write_text(json.dumps({"seconds": seconds, "keys": self.keys, "known": known}))
        return 0


def prepare(cells):
    """The world of a kernel, but for what costs time and cannot fail: writing the pictures, and all of MyST-NB."""
    from initbook import _sheet, figures

    _sheet.svg = figures.svg = lambda *args, **kwargs: "<svg ></svg>"
    sys.modules["myst_nb"] = types.SimpleNamespace(glue=lambda key, value, display=True: cells.keys.append(key))
    os.chdir(cells.page.path.parent)
    # What a cell prints to stderr fails the build.
    for category in (RuntimeWarning, UserWarning, FutureWarning):
        warnings.simplefilter("error", category)


def judge_cells(cells, chosen, workers, seconds):
    """`{index: (killed, seconds)}` of changes in cells: a process for each, forked before the cell that it changes."""
    verdicts = {}
    for number, cell in enumerate(cells.page.cells):
        here = [(index, change) for index, change in chosen if change.cell == number]
        limit = 30 + 10 * sum(seconds[number:])
        jobs = ((lambda c=change: cells.survives(c), limit) for _, change in here)
        for at, status, took in side_by_side(jobs, workers):
            verdicts[here[at][0]] = status != 1, took
        if max((change.cell for _, change in chosen), default=-1) > number:
            cells.run(cell)
    return verdicts


def judge_page(path, chosen, workers, answer):
    """All changes of a page, in a process that has it as its own; the verdicts are written to `answer`."""
    cells = Cells(Page(path))
    prepare(cells)
    log, first = BUILD / "cells.log", answer.with_suffix(".first")
    if status_of(lambda: cells.through(first), 3600, log):
        print(log.read_text())
        return 1
    base = json.loads(first.read_text())
    cells.known = set(base["known"])
    got = snippets(cells.page)
    verdicts = {}
    for index, change in enumerate(chosen):
        start = time.monotonic()
        if change.mutant.judge == "snippets":
            verdicts[index] = snippets_notice(change.text, cells.page, got), time.monotonic() - start
        elif change.cell is None:
            said = complaints(Page(path, change.text), base["keys"])
            verdicts[index] = not said <= cells.known, time.monotonic() - start
    in_cells = [(index, change) for index, change in enumerate(chosen) if change.cell is not None]
    verdicts |= judge_cells(cells, in_cells, workers, base["seconds"])
    answer.write_text(json.dumps([verdicts[index] for index in range(len(chosen))]))
    return 0


def sample(made, size):
    """All changes but those of constants, and of these so many, chosen by the page's name."""
    of_cells = [change for change in made if change.cell is not None]
    if size is None or len(of_cells) <= size:
        return made
    kept = set(random.Random(made[0].mutant.file).sample(range(len(of_cells)), size))
    dropped = {id(change) for index, change in enumerate(of_cells) if index not in kept}
    return [change for change in made if id(change) not in dropped]


def run(chosen, workers, said=lambda result: None, listed=frozenset()):
    """`[Result]` for the changes, page by page; those that are listed as equivalent are run like any other."""
    BUILD.mkdir(parents=True, exist_ok=True)
    results = []
    for file in dict.fromkeys(change.mutant.file for change in chosen):
        here = [change for change in chosen if change.mutant.file == file]
        for change, (killed, seconds) in zip(here, verdicts_on(ROOT / file, here, workers), strict=True):
            results.append(Result(change.mutant, killed, seconds))
            said(results[-1])
    return results


def verdicts_on(path, chosen, workers):
    """`[(killed, seconds)]`, from a process that has the page as its own."""
    answer, log = BUILD / "page.json", BUILD / "page.log"
    if status_of(lambda: judge_page(path, chosen, workers, answer), 10**6, log):
        sys.exit(f"mutants: {path} fails without any change:\n{log.read_text()}")
    return json.loads(answer.read_text())


def all_changes(names=()):
    """Of the pages whose path contains one of these names, or of all."""
    pages = [path for path in PAGES if not names or any(name in str(path) for name in names)]
    return [change for path in pages for change in changes(path)]


__all__ = ["all_changes", "changes", "run", "sample"]
