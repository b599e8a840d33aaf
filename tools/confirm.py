"""`make confirm EQ=eq-label`: somebody compares an equation of the book with the code that is run for it, and says so.

The two are shown beside each other, with what of the package that code calls, and whether its check holds. One
equation at a time, and only to somebody at a terminal: a ✓ that nobody gave would stand beside what nobody read.
"""

import itertools
import shutil
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests")]

import equations  # noqa: E402
from census import PAGES, displays  # noqa: E402
from census.page import Page  # noqa: E402

HEAD = "# Which formula was last compared, by reading, with which code: `make confirm EQ=eq-label` writes a line.\n\n"
QUESTION = "Does the code say what the formula says? [y/N] "


def find(label, pages=PAGES):
    """Where an equation stands, its formula, and its check."""
    for page in map(Page, pages):
        piece = displays.labelled_displays(page).get(label) if label in page.text else None
        if piece and label in equations.checks():
            return f"{page.name}:{piece.line}", piece.text.strip("\n"), equations.checks()[label]
    raise SystemExit(f"confirm: no page has an equation `{label}` with a check: say EQ=eq-…, a page's `:label:`")


def beside(left, right, width):
    """Two texts in two columns, or where these do not fit, one above the other."""
    columns = left.splitlines(), right.splitlines()
    wide = max(map(len, columns[0]), default=0) + 3
    if wide + max(map(len, columns[1]), default=0) > width:
        return f"{left}\n\n{right}"
    pairs = itertools.zip_longest(*columns, fillvalue="")
    return "\n".join(f"{one:{wide}}{other}".rstrip() for one, other in pairs)


def shown(label, where, tex, check, width):
    """All that somebody needs who is asked."""
    right, helpers, package = check.code
    blocks = [f"{label}, {where}, checked in {check.where}", beside(textwrap.dedent(tex), right.strip(), width)]
    blocks += map(str.strip, helpers.values())
    blocks += [f"initbook.{name}:\n{textwrap.indent(code.strip(), '    ')}" for name, code in package.items()]
    return "\n\n".join([*blocks, check.what])


def verdict(check):
    """Whether the check holds and its twin does not, and in words by how much."""
    (off, may), (twin_off, twin_may) = check.residual, check.twin
    good = bool(off <= may and twin_off > 2 * twin_may)
    return good, (f"The equation is off by {float(off):.3g} and may be off by {float(may):.3g}; with a mistake "
                  f"({check.mistake}) it is off by {float(twin_off):.3g}.")


def write(check, tex, path=None):
    path = path or equations.CONFIRMED
    known = equations.known(path) | {check.label: equations.fingerprint(check, tex)}
    path.write_text(HEAD + "".join(f'{label} = "{known[label]}"\n' for label in sorted(known)), encoding="utf-8")


def main(arguments):
    if len(arguments) != 1:
        raise SystemExit("confirm: one equation at a time: make confirm EQ=eq-label")
    where, tex, check = find(arguments[0])
    good, said = verdict(check)
    print(shown(arguments[0], where, tex, check, shutil.get_terminal_size().columns) + f"\n\n{said}\n")
    if not good:
        holds = check.residual[0] <= check.residual[1]
        raise SystemExit(f"confirm: its twin passes: correct `wrong` in {check.where}" if holds else
                         f"confirm: the check does not hold: correct {where}, or {check.where}")
    if equations.confirmed(check, tex):
        print("confirm: nothing was changed since this was last confirmed")
        return
    if not sys.stdin.isatty():
        raise SystemExit("confirm: nobody is here to compare them: run this in a terminal; nothing was written")
    if input(QUESTION).strip().lower() not in ("y", "yes"):
        raise SystemExit(f"confirm: nothing was written: correct {where}, or `right` in {check.where}")
    write(check, tex)
    print(f"confirm: written to {equations.CONFIRMED.relative_to(ROOT)}: commit it with what you changed")


if __name__ == "__main__":
    main(sys.argv[1:])
