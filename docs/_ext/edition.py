"""Which book is this, and whose numbers: a line at the foot of each page, and the page "My numbers differ from yours".

The commit is known when all pages are finished, and is put into them then: pages that are kept (kept_pages.py) outlive
commits that did not touch them. Without git the line has the day of SOURCE_DATE_EPOCH, if whoever builds has set it.
"""

import os
from datetime import UTC, date, datetime
from html import escape
from importlib.metadata import version
from pathlib import Path

import kept
import measured
from census.equation_page import number
from gathered import pages, title
from take_away import PROJECT

COMMIT = "<!-- the commit -->"  # in each page's foot, until it is known
URLS = PROJECT.get("urls", {})


def day(iso):
    """2026-11-27 as readers write it."""
    return f"{date.fromisoformat(iso):%d %B %Y}".lstrip("0")


def which():
    """The commit and its day, in words."""
    name, when = kept.commit()
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    if not name:
        return f" of {datetime.fromtimestamp(epoch, UTC):%d %B %Y}".replace(" 0", " ") if epoch else ""
    since = ", with edits since" if name.endswith("+") else ""
    return f" of {day(when)}, commit {name.rstrip('+')}{since}"


def report():
    """Where an error is reported: an address, or how it is done without one."""
    source = URLS.get("Source", "").rstrip("/")
    return URLS.get("Issues") or (f"{source}/issues" if source else "")


def describe(app, page, template, context, doctree):
    context["edition"] = {"name": PROJECT["name"], "version": PROJECT["version"], "numpy": version("numpy"),
                          "commit": COMMIT, "report": report()}


def finish(app, exception):
    if exception or app.builder.name != "html":
        return
    said = escape(which())
    for path in Path(app.outdir).rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if COMMIT in text:
            path.write_text(text.replace(COMMIT, said), encoding="utf-8")


# My numbers differ from yours


def numbers():
    """`{page: {kind: {key: what is kept}}}` of all that was measured, in the order of the pages."""
    found = {}
    for page in pages():
        rows = measured.read(page)
        if rows:
            found[page] = {kind: {key: kept for key, (of, kept) in rows.items() if of == kind}
                           for kind in measured.KINDS}
    return found


def in_text(found, kind):
    """`(page, key, what is kept)` of the numbers in sentences: what cells print has no name."""
    return [(page, key, kept) for page, kinds in found.items() for key, kept in kinds[kind].items()
            if not key.startswith("printed.")]


def room(found):
    """By which share of itself a number that hangs on the draws may be off, for half of them; and one in the middle."""
    shares = sorted((measured.ERRORS * error / abs(value), page, key, value, error)
                    for page, key, (value, error) in in_text(found, "sampled") if value)
    share, *row = shares[len(shares) // 2]
    return f"{share:.0%}".replace("%", "\N{NO-BREAK SPACE}%"), row


def named(page, key):
    return f"`{key}` of [{title(page)}](../{page}.md)"


def by_kind(found):
    """How many there are of each kind, how far they may be off, and one of each."""
    exact, sampled, machine = (sum(len(kinds[kind]) for kinds in found.values()) for kind in measured.KINDS)
    (page, key, kept), *_ = (row for row in in_text(found, "exact") if row[2] % 1)
    (other, its_key, bounds), *_ = in_text(found, "machine")
    half, (third, third_key, value, error) = room(found)
    return ("| kind | how many | how far yours may be off | for example |\n|---|---|---|---|\n"
            f"| **exact** | {exact} | one part in a thousand million: so it was from other "
            f"seeds, and with an older processor's arithmetic | {named(page, key)}: {number(kept)} |\n"
            f"| **sampled** | {sampled} | with the same seed, by rounding. With another, by {measured.ERRORS} standard "
            f"errors; of those in sentences, half may be off by less than {half} of themselves "
            f"| {named(third, third_key)}: {number(value)}, standard error {number(error)} |\n"
            f"| **machine** | {machine} | as far as the bounds below say "
            f"| {named(other, its_key)}: between {number(bounds[0])} and {number(bounds[1])} |\n")


def by_page(found):
    rows = "".join(f"| [{title(page)}](../{page}.md) | " + " | ".join(str(len(kinds[kind])) for kind in measured.KINDS)
                   + " |\n" for page, kinds in found.items())
    return f"| page | exact | sampled | machine |\n|---|---|---|---|\n{rows}"


def called(key):
    """What cells print has no name."""
    return "in what a cell prints" if key.startswith("printed.") else f"`{key}`"


def on_one_machine(found):
    rows = "".join(f"| [{title(page)}](../{page}.md) | {called(key)} | {number(low)} | {number(high)} |\n"
                   for page, kinds in found.items() for key, (low, high) in kinds["machine"].items())
    return f"| page | number | at least | at most |\n|---|---|---|---|\n{rows}"


MAKERS = {"<!-- numbers by kind -->": by_kind, "<!-- numbers of one machine -->": on_one_machine,
          "<!-- numbers by page -->": by_page}


def fill_in(app, page, source):
    wanted = [placeholder for placeholder in MAKERS if placeholder in source[0]]
    found = wanted and numbers()
    for placeholder in wanted:
        source[0] = source[0].replace(placeholder, MAKERS[placeholder](found))


def setup(app):
    app.connect("source-read", fill_in)
    app.connect("html-page-context", describe)
    app.connect("build-finished", finish, priority=910)  # after lean_pages.py
    return {"parallel_read_safe": True, "parallel_write_safe": True}
