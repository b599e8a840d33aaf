"""What was made, what was killed, and what survived with or without an excuse."""

import tomllib
from collections import defaultdict

from mutants.mutant import ROOT

EXCUSES = ROOT / "tests" / "equivalent_mutants.toml"
COLUMNS = ("made", "killed", "equivalent", "survived", "seconds")


def read_excuses(path=EXCUSES):
    """`{key of a mutant: why nothing can notice it}`."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", []) if path.exists() else []
    return {(e["file"], e["inside"], e["before"], e["after"]): e["because"] for e in entries}


def as_excuse(mutant):
    """The entry for the list, but for its reason."""
    values = zip(("file", "inside", "before", "after", "because"), (*mutant.key, ""), strict=True)
    return "\n".join(["[[mutant]]", *(f"{name} = {quoted(value)}" for name, value in values)])


def quoted(text):
    """As TOML writes a text: without escapes where it can."""
    if "\n" in text:
        return f"'''\n{text}'''"
    return f"'{text}'" if "'" not in text and text else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def table(results, excuses):
    """A line a file, and one for all."""
    rows = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    for result in results:
        verdict = "killed" if result.killed else "equivalent" if result.mutant.key in excuses else "survived"
        for row in (rows[result.mutant.file], rows["together"]):
            row["made"] += 1
            row[verdict] += 1
            row["seconds"] += result.seconds
    names = sorted(rows, key=lambda name: (name == "together", name))
    width = max(map(len, names))
    lines = [" " * width + "".join(f"{column:>12}" for column in COLUMNS)]
    lines += [f"{name:<{width}}" + "".join(f"{rows[name][column]:12.0f}" for column in COLUMNS) for name in names]
    return "\n".join(lines)


def survivors(results, excuses):
    return [result.mutant for result in results if not result.killed and result.mutant.key not in excuses]


def stale(results, excuses, made):
    """Excuses for what is no longer made, or is noticed now; `made` are the keys of all that could be made."""
    files = {key[0] for key in made}
    killed = {result.mutant.key for result in results if result.killed}
    alive = {result.mutant.key for result in results if not result.killed}
    for key in excuses:
        if key[0] in files and key not in made:
            yield f"{key[0]}: {key[1]}: no such mutant is made any more: take it from {EXCUSES.name}: {key[2]!r}"
        elif key in killed - alive:
            yield f"{key[0]}: {key[1]}: this one is noticed now: take it from {EXCUSES.name}: {key[2]!r} -> {key[3]!r}"


def share(results, excuses):
    """Killed, of those that are not equivalent."""
    counted = [result for result in results if result.killed or result.mutant.key not in excuses]
    return sum(result.killed for result in counted) / max(1, len(counted))
