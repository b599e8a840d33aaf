"""`make libraries`: measure every library, run the snippets, and say what differs from docs/practice/libraries.json.

`--write` takes the new numbers over. Each library is run in an interpreter of its own; one that is not installed is
"not measured". A difference, or a snippet that fails, ends in exit code 1.
"""

import argparse
import datetime
import importlib
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from libraries import LIBRARIES

FILE = Path(__file__).parents[2] / "docs" / "practice" / "libraries.json"
BEFORE = Path(__file__).parents[2] / "build" / "libraries-before"  # releases that were another start


def measured(library, kinds=None):
    """All about one library: run in its own interpreter."""
    from libraries import lines, measure

    module = importlib.import_module(f"libraries.{library}")
    wanted = (lambda z: {kind: f for kind, f in module.layers(z).items() if kind in kinds}) if kinds else module.layers
    return {"note": getattr(module, "NOTE", ""), "name": module.NAME,
            "version": importlib.metadata.version(module.PACKAGE).split("+")[0],
            "rows": measure.measure(wanted, getattr(module, "MOST", measure.MOST)),
            "lines": {} if kinds else lines.run_all(library),
            "extra": {} if kinds or not hasattr(module, "extra") else module.extra()}


def in_its_own(library, kinds=(), path=()):
    """The same, from another interpreter: what it found and what is to be said of it, or None and why not."""
    there = os.environ | {"PYTHONPATH": os.pathsep.join([*map(str, path), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-W", "ignore", "-m", "libraries", "--one", library, *kinds]
    done = subprocess.run(command, capture_output=True, text=True, env=there)
    if done.returncode:
        return None, (done.stderr.strip().splitlines() or ["it died"])[-1]
    found = json.loads(done.stdout.splitlines()[-1])
    return found, found.pop("note")


def differences(old, new):
    """What changed of one library, in words."""
    if old is None:
        return ["is new"]
    found = [f"{old['version']} -> {new['version']}"] * (old["version"] != new["version"])
    before, now = ({(row["kind"], row["part"]): row for row in each["rows"]} for each in (old, new))
    found += [f"{' '.join(key)}: is gone" for key in before.keys() - now.keys()]
    for key, row in now.items():
        if key not in before:
            found.append(f"{' '.join(key)}: is new")
        elif says(before[key]) != says(row) or moved(before[key], row):
            found.append(f"{' '.join(key)}: {says(before[key])} -> {says(row)}")
    return found


def says(row):
    if "keeps" in row:
        return f"keeps {row['keeps']:.2f}"
    return f"{row['family']} {row['factor'] or ''}{'/' + row['over'] if row['over'] else ''}".strip()


def moved(a, b):
    if "keeps" in a:
        return False
    return abs(a["scale"] - b["scale"]) > 5 * (a["error"] ** 2 + b["error"] ** 2) ** 0.5 + 1e-3 * abs(a["scale"])


def main():
    parser = argparse.ArgumentParser(prog="make libraries", description=__doc__)
    parser.add_argument("--write", action="store_true", help="take the new numbers over")
    parser.add_argument("--only", nargs="+", metavar="LIBRARY", default=LIBRARIES, help="these, and leave the others")
    parser.add_argument("--one", nargs="+", metavar="LIBRARY", help="this one alone (and of it these kinds), as JSON")
    given = parser.parse_args()
    if given.one:
        sys.exit(print(json.dumps(measured(given.one[0], given.one[1:]))))
    committed = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {"libraries": {}}
    kept = {name: each for name, each in committed["libraries"].items() if name not in given.only}
    new, wrong = {}, 0
    for library in given.only:
        found, note = in_its_own(library)
        if found is None:
            print(f"{library}: not measured: {note}")
            wrong += 1
            continue
        said = differences(committed["libraries"].get(library), found)
        print(f"{found['name']} {found['version']}: " + (f"{len(found['rows'])} rows, {len(found['lines'])} snippets")
              + (note and f" ({note})"))
        print(*(f"    {one}" for one in said), sep="\n", end="\n" * bool(said))
        new[library], wrong = found, wrong + len(said)
    before = committed.get("before")
    if BEFORE.exists() and "keras" in given.only:
        before, note = in_its_own("keras", ["attention"], [BEFORE])
        print(f"Keras before: {before['version'] if before else note}")
    if given.write:
        about = {"date": str(datetime.date.today()), "python": platform.python_version(),
                 "processor": platform.machine().replace("_", "-")}
        new = {name: (kept | new)[name] for name in LIBRARIES if name in kept | new}
        whole = {"measured": about, "libraries": new, "before": before}
        FILE.write_text(written(whole), encoding="utf-8")
        sys.exit(print(f"written: {FILE.relative_to(FILE.parents[2])}"))
    sys.exit(bool(wrong) and print("see above; `make libraries WRITE=1` takes it over") is None)


def written(whole):
    """JSON with a line for each row, so that a difference reads well."""
    text = json.dumps(whole, indent=1, ensure_ascii=False)
    rows = [row for each in [*whole["libraries"].values(), whole["before"] or {"rows": []}] for row in each["rows"]]
    for row in rows:
        for depth in (4, 5, 3):
            long = json.dumps(row, indent=1, ensure_ascii=False).replace("\n", "\n" + " " * depth)
            text = text.replace(long, json.dumps(row, ensure_ascii=False))
    return text + "\n"


if __name__ == "__main__":
    main()
