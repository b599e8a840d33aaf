"""What the tests in a browser share: where the built book is, which browser there is, and what they need to run."""

import os
import shutil

import pytest

from site_server import SITE, served, weight

__all__ = ["CHROMIUM", "FLAGS", "MISSING", "NEEDS", "SITE", "THOROUGH", "served", "weight"]

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
THOROUGH = bool(os.environ.get("INITBOOK_THOROUGH"))  # once a week: slow tests look at everything, not at a part
MISSING = {
    "build/html is missing: make html": not SITE.exists(),
    "no Chromium on the PATH": not CHROMIUM,
}
NEEDS = [pytest.mark.browser, *(pytest.mark.skipif(missing, reason=reason) for reason, missing in MISSING.items())]
