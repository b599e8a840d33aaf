"""The build holds every page to the census: what is wrong is a warning, with file, line and what to do.

Also the two marks of numbers that no cell computed, and the page that lists every equation with its check.
"""

import hashlib
import json

from docutils import nodes
from sphinx.util import logging

import census
import equations
import execution
from census import displays, equation_page, glued
from census.page import Page

LOG = logging.getLogger(__name__)
PLACEHOLDER = "<!-- every equation, checked -->"


def marked(role, raw, text, line, inliner, options=None, content=None):
    """{given}`0.1` and {cited}`33.82`: to a reader, the number; the census knows which of the two it is."""
    return [nodes.inline(raw, text, classes=[role])], []


def report(problems):
    for said in problems:
        LOG.warning("%s", said, type="census")


def kept_residuals():
    """How far off every equation and its twin are, from the last build that checked the same against the same."""
    files = execution.source_files(execution.ROOT / "tests" / "equations")
    sources = [path.read_bytes() for path in files if path.suffix == ".py"]  # what is confirmed changes no residual
    world = hashlib.sha256(execution.fingerprint().encode() + b"\0".join(sources)).hexdigest()
    entry = execution.ROOT / "build" / "equations" / f"{world}.json"
    if not entry.exists():
        found = {label: [check.residual, check.twin] for label, check in equations.checks().items()}
        execution.write_whole(entry, json.dumps(found, default=float))
    return json.loads(entry.read_text(encoding="utf-8"))


def look_up_confirmed(app, config):
    """Which equations get a ✓ (docs/_ext/katex.py). As an "env" value it has pages written anew when it changes."""
    config.confirmed_equations = sorted(label for path in census.PAGES for label in displays.confirmed(Page(path)))


def start(app):
    # `make page P=…` includes one page, its root, and is told of that one only.
    root = f"{app.config.root_doc}.md"
    report(census.problems([execution.ROOT / "docs" / root] if root in app.config.include_patterns else None))
    app.residuals = kept_residuals()
    report(equation_page.problems(app.residuals))


def fill_in(app, page, source):
    if PLACEHOLDER in source[0]:
        source[0] = source[0].replace(PLACEHOLDER, equation_page.text(app.residuals))


def look_at_keys(app, env):
    """Which numbers were glued is known once the pages have run; of a page that failed it is not known."""
    for page, run in execution.runs(app).items():
        if run["succeeded"]:
            report(glued.problems(Page(env.doc2path(page)), run["glued"]))


def setup(app):
    app.add_role("given", marked)
    app.add_role("cited", marked)
    app.add_config_value("confirmed_equations", [], "env")
    app.connect("config-inited", look_up_confirmed)
    app.connect("builder-inited", start)
    app.connect("source-read", fill_in)
    app.connect("env-check-consistency", look_at_keys)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
