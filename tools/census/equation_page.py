"""What the page "Every equation, checked" says, in Markdown: written anew by every build."""

import re
from pathlib import PurePosixPath

import equations
from census.book import PAGES, look_at
from census.page import ROOT

TREE = re.compile(r"```\{toctree\}\n(.*?)```", re.DOTALL)
MEANING = {
    "symbolic": "algebra by machine (sympy)",
    "exact": "whole numbers and fractions, without rounding",
    "quadrature": "an integral in place of the expectation",
    "numerical": "both sides in floating point",
    "simulation": "a mean over random draws",
}


def problems(residuals):
    """Equations that are off by more than they may be, and twins that are not."""
    for label, ((off, may), (twin_off, twin_may)) in residuals.items():
        if off <= may and twin_off > twin_may:
            continue
        where, package = equations.checks()[label].where, equations.checks()[label].package
        if not off <= may:
            yield (f"{where}: {label} is off by {off:.3g} and may be off by {may:.3g}: correct the equation or "
                   f"{' or '.join(['its check', *(f'initbook.{name}' for name in package)])}")
        if not twin_off > twin_may:
            yield (f"{where}: the twin of {label} passes: its check cannot tell the equation from a mistake: "
                   "hold the formula against something that the mistake changes")


def number(x):
    """3.1e-4 as a formula."""
    if x == 0 or 0.01 <= abs(x) < 1000:
        return f"${x:.3g}$"
    digits, exponent = f"{x:.1e}".split("e")
    return rf"${digits} \times 10^{{{int(exponent)}}}$"


CHANGED = ("**The equation or the code below was changed since somebody last compared the two.** So it has no ✓ on its "
           "page.\n\n")


def entry(tex, check, residual):
    """A box for each equation: as its page has it, the code that is run for it, and what came of it."""
    (off, may), (twin_off, twin_may) = residual
    right, helpers, package = check.code
    changed = "" if equations.confirmed(check, tex) else CHANGED
    return f"""
::::{{admonition}} {{eq}}`{check.label}`: {MEANING[check.how]}
:class: checked-equation
:name: checked-{check.label}

```{{math}}
{without_comments(tex)}
```

{changed}{"".join(map(code, [right, *helpers.values()]))}{from_package(package)}{check.what}

- The equation is off by {number(off)} and may be off by {number(may)}.
- With a mistake ({check.mistake}) it is off by {number(twin_off)}{may_be(may, twin_may)}.
::::
"""


def without_comments(tex):
    return re.sub(r"(?m)^\s*%.*\n", "", tex).strip()


def code(text):
    return f"```python\n{text.strip()}\n```\n\n"


def from_package(package):
    """The functions of initbook that the code above calls: folded, for most are long."""
    if not package:
        return ""
    names = ", ".join(f"`initbook.{name}`" for name in package)
    return f":::{{dropdown}} {names}\n{''.join(map(code, package.values()))}:::\n\n"


def may_be(may, twin_may):
    """The twin's limit, where it is another: a sampling error, say, that grows with the mistake."""
    return "" if twin_may == may else f" and may be off by {number(twin_may)}"


def section(path, page, residuals):
    link = "../" + str(path.relative_to(ROOT / "docs"))
    entries = "".join(entry(tex, equations.checks()[label], residuals[label])
                      for label, tex in page["equations"].items() if label in residuals)
    start = f"\n## {page['title']}\n\nDerived on [the page of this name]({link}).\n"
    return start + entries if page["equations"] else ""


def text(residuals, seen=None):
    """All of it, in the order of the pages; `seen` is what was found on each of them (census.look_at)."""
    seen = seen or {path: look_at(path) for path in PAGES}
    hows = [check.how for check in equations.checks().values()]
    kinds = "\n".join(f"| {how} | {meaning} | {hows.count(how)} |" for how, meaning in MEANING.items())
    table = f"| kind | what it means | equations |\n|---|---|---|\n{kinds}\n| all | | {len(hows)} |\n"
    return table + "".join(section(path, seen[path], residuals) for path in in_order())


def named_by(page):
    """The pages that a page's tables of contents name, from the top folder."""
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    lines = [line.strip() for tree in TREE.findall(text) for line in tree.splitlines()]
    return [(PurePosixPath(page).parent / line).as_posix() for line in lines if line and line[0] != ":"]


def walk(page="index"):
    """A page and all below it, as the side bar has them."""
    yield page
    for below in named_by(page):
        yield from walk(below)


def in_order():
    """Pages as the table of contents has them; first those that it has not."""
    place = {ROOT / "docs" / f"{page}.md": number for number, page in enumerate(walk())}
    return sorted(PAGES, key=lambda path: place.get(path, -1))
