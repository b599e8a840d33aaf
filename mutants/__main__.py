"""`python -m mutants [--sample N] [--again] [package | pages] [name …]`: make faults, and see who notices.

A name is a module's (`theory`) or part of a page's path (`variance/he`). `--sample N` changes no more than N constants
of a page; `--again` runs only what survived the last time. Ends with 1 when too much survives, or an excuse is stale.
"""

import argparse
import json
import os
import sys
import time

from mutants import pages, report
from mutants.mutant import BUILD, Result

BARS = {"package": 0.95, "pages": 1.0}


def options(words):
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument("part", nargs="?", choices=[*BARS, "all"], default="all")
    parser.add_argument("names", nargs="*", help="modules, or parts of the paths of pages")
    parser.add_argument("--sample", type=int, help="no more constants of a page than so many")
    parser.add_argument("--again", action="store_true", help="only what survived the last time")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    return parser.parse_args(words)


def part_of(name):
    if name == "pages":
        return pages
    from mutants import package  # mutmut reads its settings when it is imported

    return package


def last(path):
    return [Result.from_json(saved) for saved in json.loads(path.read_text())] if path.exists() else []


def say(results):
    """One line a hundred, and every survivor as it comes."""
    def said(result):
        results.append(result)
        if not result.killed:
            print(result.mutant, flush=True)
        if len(results) % 100 == 0:
            print(f"… {len(results)} run, {sum(r.killed for r in results)} noticed", flush=True)
    return said


def run(name, given):
    """Run one part and report on it: whether it is as it should be."""
    part, excuses, kept = part_of(name), report.read_excuses(), BUILD / f"{name}.json"
    made = chosen = part.all_changes(given.names)
    if given.sample is not None and name == "pages":
        chosen = pages.sample(made, given.sample)
    if given.again:
        alive = {result.mutant.key for result in last(kept) if not result.killed}
        chosen = [change for change in chosen if change.mutant.key in alive]
    print(f"mutants: {len(chosen)} of the {name}", flush=True)
    start = time.monotonic()
    listed = frozenset(change.mutant for change in chosen if change.mutant.key in excuses)
    results = part.run(chosen, given.workers, say([]), listed)
    write(kept, results)
    return told(name, results, excuses, {change.mutant.key for change in made}, time.monotonic() - start)


def write(path, results):
    """Over what was known of the same mutants."""
    known = {(*r.mutant.key, r.mutant.line): r for r in [*last(path), *results]}
    path.write_text(json.dumps([result.as_json() for result in known.values()]))


def told(name, results, excuses, made, seconds):
    left, gone = report.survivors(results, excuses), list(report.stale(results, excuses, made))
    share = report.share(results, excuses)
    print(f"\nmutants of the {name}, in {seconds / 60:.1f} minutes\n\n{report.table(results, excuses)}\n")
    print(*left, *gone, sep="\n")
    print(f"mutants: {share:.1%} of the {name} noticed, {BARS[name]:.0%} asked; {len(gone)} stale excuses")
    return share >= BARS[name] and not gone


if __name__ == "__main__":
    given = options(sys.argv[1:])
    sys.exit(not all([run(name, given) for name in BARS if given.part in (name, "all")]))
