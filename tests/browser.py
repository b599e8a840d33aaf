"""What the tests of the built book share: where it is, how it is parsed, which browser there is, what they need."""

import os
import re

import pytest

from site_server import CHROMIUM, SITE, served, weight

__all__ = ["CHROMIUM", "FLAGS", "MISSING", "NEEDS", "SITE", "THOROUGH", "served", "weight", "with_empty_formulas"]

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
THOROUGH = bool(os.environ.get("INITBOOK_THOROUGH"))  # once a week: slow tests look at everything, not at a part
MISSING = {
    "build/html is missing: make html": not SITE.exists(),
    "no Chromium on the PATH": not CHROMIUM,
}
NEEDS = [pytest.mark.browser, *(pytest.mark.skipif(missing, reason=reason) for reason, missing in MISSING.items())]

FORMULA, TAG = re.compile(r'<(span|div) class="math\b[^>]*>'), re.compile("<(/?)(?:span|div)")


def with_empty_formulas(html):
    """Nine tenths of a page are the boxes of its formulas: too many for an HTML parser that is to find its words."""
    kept, place = [], 0
    while found := FORMULA.search(html, place):
        kept.append(html[place:found.end()])
        depth, tags = 1, TAG.finditer(html, found.end())
        while depth:
            tag = next(tags)
            depth += -1 if tag[1] else 1
        place = tag.start()
    return "".join([*kept, html[place:]])
