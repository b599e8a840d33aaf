"""Print how long each page of the last build ran, and its slowest cells: `make timings`."""

import json
import sys
from pathlib import Path

TIMINGS = Path(__file__).parents[1] / "build" / "timings.json"
SLOWEST = 10


def page_lines(pages):
    """Pages by the seconds that their cells ran, the slowest first."""
    totals = sorted(((sum(cells), page) for page, cells in pages.items()), reverse=True)
    total = sum(seconds for seconds, _ in totals)
    return [f"{seconds:8.2f} s  {page}" for seconds, page in [*totals, (total, "all pages")]]


def cell_lines(pages):
    cells = [(s, page, n) for page, cells in pages.items() for n, s in enumerate(cells, start=1)]
    return [f"{s:8.2f} s  {page}, cell {n}" for s, page, n in sorted(cells, reverse=True)[:SLOWEST]]


def main():
    if not TIMINGS.exists():
        sys.exit("timings: nothing has been built yet: make html")
    pages = {page: cells or [] for page, cells in json.loads(TIMINGS.read_text()).items()}
    print(*page_lines(pages), "", "The slowest cells:", *cell_lines(pages), sep="\n")


if __name__ == "__main__":
    main()
