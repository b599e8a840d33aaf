"""What the pages measured, one file a page under tests/numbers/: compared by `make test`, renewed by `make accept`.

A file has three tables. `exact` numbers are those of mathematics: they agree to 1e-9. `sampled` ones hang on the draws:
they agree to four standard errors, and the error stands beside the number. `machine` ones hang on how one machine
rounds: of them only bounds are known. Which of the three a number is, is measured: its page is run again from other
seeds, and with another machine's arithmetic (tools/rerun.py).
"""

import argparse
import concurrent.futures
import hashlib
import json
import math
import os
import platform
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from statistics import stdev

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "tests" / "numbers"
BUILT = ROOT / "build" / "numbers.json"
PRINTED = re.compile(r"(?<![\w.])[-\N{MINUS SIGN}]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
KINDS = ("exact", "sampled", "machine")
EXACT, ERRORS = 1e-9, 4
SEEDS = range(1, 5)
# The oldest kernels that OpenBLAS and numpy carry: they add in another order, and do not fuse.
OTHER_ARITHMETIC = {
    "x86_64": {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"},
}.get(platform.machine(), {"OPENBLAS_CORETYPE": "ARMV8"})


# What is kept


def path_of(page):
    """`variance/he` -> tests/numbers/variance-he.toml"""
    return KEPT / f"{page.replace('/', '-')}.toml"


def read(page):
    """`{key: (kind, what is kept)}`; nothing for a page that has no file yet."""
    path = path_of(page)
    tables = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {key: (kind, kept) for kind in KINDS for key, kept in tables.get(kind, {}).items()}


def reasons(page):
    path = path_of(page)
    return tomllib.loads(path.read_text(encoding="utf-8")).get("reasons", {}) if path.exists() else {}


def write(page, kept, why):
    """The whole file, in an order that makes a short diff."""
    lines = [f"# What docs/{page}.md measured. Written by `make accept`; tools/measured.py says what the tables mean.",
             f"measured_on = {quoted(here())}"]
    for kind in KINDS:
        rows = [f"{quoted(key)} = {value!r}" for key, (of, value) in sorted(kept.items()) if of == kind]
        lines += ["", f"[{kind}]", *rows] if rows else []
    lines += ["", "[reasons]", *(f"{quoted(key)} = {quoted(why[key])}" for key in sorted(why))] if why else []
    KEPT.mkdir(exist_ok=True)
    path_of(page).write_text("\n".join(lines) + "\n", encoding="utf-8")


def quoted(text):
    return json.dumps(text, ensure_ascii=False)  # which is how TOML quotes, too


def here():
    return (f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, "
            + ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "scikit-learn")))


def printed(texts):
    """The numbers that a page's cells printed, by the cell (of those that print) and the place in its output."""
    return {f"printed.{n}.{i}": float(number.replace("\N{MINUS SIGN}", "-"))
            for n, text in enumerate(texts) for i, number in enumerate(PRINTED.findall(text))}


# How it is compared


def fits(kept, value):
    """Whether a number is what it was, as far as one of its kind can be."""
    kind, was = kept
    if kind == "machine":
        return was[0] <= value <= was[1]
    number, allowed = (was[0], ERRORS * was[1]) if kind == "sampled" else (was, 0)
    return math.isclose(value, number, rel_tol=EXACT, abs_tol=allowed)


def shown(kept):
    """What is kept, and its error, in words."""
    kind, was = kept
    words = {"exact": "{}", "sampled": "{0[0]:.6g}, error {0[1]:.2g}", "machine": "between {0[0]:g} and {0[1]:g}"}
    return words[kind].format(was)


def differences(page, values):
    """`(key, what was kept, what was built)`: numbers out of their tolerance, new ones, and those that are gone."""
    kept = read(page)
    out = [(key, kept.get(key), value) for key, value in values.items()
           if key not in kept or not fits(kept[key], value)]
    return out + [(key, kept[key], None) for key in kept if key not in values]


def built(fingerprint):
    """The numbers of each page of the last build, if it is a build of this tree; else the pages that it is not of."""
    last = json.loads(BUILT.read_text(encoding="utf-8")) if BUILT.exists() else {"world": None, "pages": {}}
    here = executed()
    pages = {page: {key: value for key, value in found["numbers"].items() if not isinstance(value, str)}
             for page, found in last["pages"].items()
             if last["world"] == fingerprint and page in here and found["source"] == digest(source(page))}
    return pages, [page for page in here if page not in pages]


def source(page):
    return (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def executed():
    """The pages that have cells."""
    pages = (path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in (ROOT / "docs").rglob("*.md"))
    return sorted(page for page in pages if "```{code-cell}" in source(page))


# What kind a number is


def again(page, seeds=0, environment=None):
    """The page's numbers in another run; none if that run failed, as it may from other seeds."""
    command = [sys.executable, ROOT / "tools" / "rerun.py", ROOT / "docs" / f"{page}.md", "--json", f"--seeds={seeds}"]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | (environment or {}))
    return json.loads(done.stdout) if done.returncode == 0 else {}


def kind_of(value, otherwise, elsewhere):
    """The kind of a number and what is kept of it, from its values `otherwise`, by other seeds, and `elsewhere`."""
    values = [value, *otherwise]
    drift = max(abs(other - value) for other in elsewhere)
    if all(math.isclose(other, value, rel_tol=EXACT) for other in [*otherwise, *elsewhere]):
        return "exact", value
    error = stdev(values)
    if drift <= error / 10:
        return "sampled", [value, float(f"{error:.2g}")]
    values += elsewhere
    room = 10 * (max(values) - min(values))
    low, high = (min(values) / 10, max(values) * 10) if min(values) > 0 else (min(values) - room, max(values) + room)
    return "machine", [float(f"{low:.1g}"), float(f"{high:.1g}")]


def kinds(page, keys, values):
    """`{key: (kind, what is kept)}` for these numbers, by running the page again."""
    runs = [{"seeds": seed} for seed in SEEDS] + [{"environment": OTHER_ARITHMETIC}]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        *otherwise, elsewhere = pool.map(lambda options: again(page, **options), runs)
    if not elsewhere or sum(map(bool, otherwise)) < 2:
        sys.exit(f"accept: {page} cannot be run again: see `python tools/rerun.py docs/{page}.md --seeds 1`")
    return {key: kind_of(values[key], [found[key] for found in otherwise if key in found], [elsewhere[key]])
            for key in keys}


# make accept


def accept(page, values, reason):
    found = differences(page, values)
    for key, kept, value in found:
        old, new = (shown(kept) if kept else "not kept yet"), ("gone" if value is None else f"{value:.6g}")
        print(f"{page}  {key}  {old}  ->  {new}")
    moved = [key for key, kept, value in found if kept and value is not None]
    if moved and not reason:
        reason = input(f"Why did {', '.join(moved)} change? ").strip() if sys.stdin.isatty() else ""
        if not reason:
            sys.exit(f'accept: {page}: a number left its tolerance: say why, make accept P={page} REASON="…"')
    if found:
        keep = {key: kept for key, kept in read(page).items() if key in values}
        keep |= kinds(page, [key for key, _, value in found if value is not None], values)
        why = reasons(page) | dict.fromkeys(moved, reason)
        write(page, keep, {key: words for key, words in why.items() if key in keep})
    return bool(found)


def main(words=None):
    parser = argparse.ArgumentParser(description="Take over what the last build measured.")
    parser.add_argument("page", nargs="?", help="as in variance/he; all pages when not given")
    parser.add_argument("--reason", default="", help="why a number left its tolerance")
    given = parser.parse_args(words)
    given.page = given.page and given.page.removeprefix("docs/").removesuffix(".md")
    if given.page and given.page not in executed():
        sys.exit(f"accept: there is no page with cells {given.page}: P=variance/he, for example")
    sys.path.insert(0, str(ROOT / "docs" / "_ext"))
    from execution import fingerprint

    pages, not_built = built(fingerprint())
    if given.page and given.page not in pages or not_built and not given.page:
        sys.exit("accept: build/html is not of this tree: make html")
    chosen = [given.page] if given.page else list(pages)
    changed = [page for page in chosen if accept(page, pages[page], given.reason)]
    for path in KEPT.glob("*.toml"):
        if path.name not in {path_of(page).name for page in executed()}:
            path.unlink()
    print(f"accept: {len(changed)} of {len(chosen)} files written: look at git diff tests/numbers")


if __name__ == "__main__":
    main()
