"""What builds and tests cost on this machine: `make bench` (some minutes; BENCH=--no-tests leaves out the tests).

The first build is from nothing: the seconds of its cells are told too, and the memory of its largest process. "Another
branch and back" does not count the build that was made there.

All is measured on a copy of the sources in a folder of its own, which is gone afterwards, so nothing here is touched,
also when it is interrupted. Processor seconds are those of all processes together; other work on the machine moves them
less than the time on the clock. Compare within one table. `--compare` also holds each site to one that is made anew.
"""

import json
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import kept

PAGE = "docs/symmetry/no-hidden-layer.md"
BUILD = [sys.executable, "tools/build_book.py", "html"]
TESTS = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "--dist", "worksteal"]
IGNORE = shutil.ignore_patterns("__pycache__", "build", ".venv", ".git", "mutants", ".*_cache", ".hypothesis")


def used():
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def timed(folder, command):
    """Processor seconds, and seconds on the clock."""
    before, begin, place = used(), time.perf_counter(), os.environ | {"PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, env=place, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"bench: {' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return used() - before, time.perf_counter() - begin


def insert(folder, pattern, line):
    """A line more on the page, behind the first place that looks like this."""
    path = folder / PAGE
    text = path.read_text(encoding="utf-8")
    at = re.search(pattern, text).end()
    path.write_text(f"{text[:at]}{line}\n{text[at:]}", encoding="utf-8")


def sentence(folder):
    insert(folder, r"\n# .*\n\n", "One sentence more.")


def cell(folder):
    """A comment: it is another cell, and does the same."""
    insert(folder, r"```\{code-cell\} python\n(?=[^:-])", "# a comment")


def heading(folder):
    insert(folder, r"\n## .*(?=\n)", ", and more")


def touch(folder):
    for path in (folder / "docs").rglob("*.md"):
        os.utime(path)


def branch(folder):
    text = (folder / PAGE).read_text(encoding="utf-8")
    heading(folder)
    timed(folder, BUILD)
    (folder / PAGE).write_text(text, encoding="utf-8")


EDITS = {"from nothing": lambda folder: None, "nothing changed": lambda folder: None, "all pages touched": touch,
         "another branch and back": branch, "a sentence edited": sentence, "a heading edited": heading,
         "a cell edited": cell}


def site(folder):
    return kept.contents(kept.files(folder / "build" / "html"), folder)


def compare(folder):
    """Whether a build that finds no page and no site, only what was computed, makes the same site."""
    here = site(folder)
    shutil.rmtree(folder / "build" / "kept")
    (folder / "build" / "html.made-of").unlink()
    shutil.rmtree(folder / "build" / "finished", ignore_errors=True)
    timed(folder, BUILD)
    if site(folder) != here:
        sys.exit(f"bench: not what a build from nothing makes: {sorted(set(here) ^ set(site(folder)))}")


def cells(folder):
    """Of the build that ran all cells: how long each page's took on the clock, and the largest process there was."""
    pages = json.loads((folder / "build" / "timings.json").read_text(encoding="utf-8"))
    seconds = {page: sum(ran or []) for page, ran in pages.items()}
    slowest = ", ".join(f"{page} {seconds[page]:.0f} s" for page in sorted(seconds, key=seconds.get)[:-6:-1])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    return f"\n  its cells {sum(seconds.values()):.0f} s on the clock ({slowest}), its largest process {peak:.0f} MB"


def measure(folder, options):
    for what, edit in EDITS.items():
        edit(folder)
        yield f"build, {what}", *timed(folder, BUILD), cells(folder) if what == "from nothing" else ""
        if "--compare" in options:
            compare(folder)
        if what == "from nothing" and "--no-tests" not in options:  # before edits that tests may refuse
            yield "tests", *timed(folder, TESTS), ""


def main(options):
    print(time.strftime("%Y-%m-%d"), platform.platform(), f"{os.cpu_count()} cores, Python {platform.python_version()}",
          f"load {os.getloadavg()[0]:.1f} at the start",
          *(f"{name} {version(name)}" for name in ("sphinx", "myst-nb", "numpy")), sep=", ")
    print(f"{'the page is ' + PAGE:45} {'processor':>10} {'clock':>10} {'to the first':>14}")
    with tempfile.TemporaryDirectory() as folder:
        copy, first = Path(folder, "book"), None
        shutil.copytree(kept.ROOT, copy, ignore=IGNORE)
        for what, processor, clock, more in measure(copy, options):
            first = first or processor
            print(f"{what:45} {processor:8.1f} s {clock:8.1f} s {processor / first:14.3f}{more}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
