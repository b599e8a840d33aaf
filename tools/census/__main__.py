"""`python -m census [page …]`: what is wrong, and how much was checked; for example variance/he."""

import sys

from census import PAGES, counts, problems
from census.page import ROOT


def page_of(name):
    path = ROOT / "docs" / f"{name.removeprefix('docs/').removesuffix('.md')}.md"
    return path if path.is_file() else sys.exit(f"census: there is no page {name}: P=variance/he, for example")


if __name__ == "__main__":
    chosen = list(map(page_of, sys.argv[1:]))
    found = problems(chosen)
    print("\n".join(found))
    print(f"census: {len(found)} problems;", ", ".join(f"{n} {what}" for what, n in counts(chosen or PAGES).items()))
    sys.exit(bool(found))
