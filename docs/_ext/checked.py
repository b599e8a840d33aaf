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
import kept
from census import equation_page, glued
from census.page import Page

LOG = logging.getLogger(__name__)
PLACEHOLDER = "<!-- every equation, checked -->"


def marked(role, raw, text, line, inliner, options=None, content=None):
    """{given}`0.1` and {cited}`33.82`: to a reader, the number; the census knows which of the two it is."""
    return [nodes.inline(raw, text, classes=[role])], []


def report(problems):
    for said in problems:
        LOG.warning("%s", said, type="census")


def kept_residuals(fingerprint):
    """How far off every equation and its twin are, from the last build that checked the same against the same."""
    files = execution.source_files(execution.ROOT / "tests" / "equations")
    sources = [path.read_bytes() for path in files if path.suffix == ".py"]  # what is confirmed changes no residual
    world = hashlib.sha256(fingerprint.encode() + b"\0".join(sources)).hexdigest()
    entry = execution.ROOT / "build" / "equations" / f"{world}.json"
    if not entry.exists():
        found = {label: [check.residual, check.twin] for label, check in equations.checks().items()}
        execution.write_whole(entry, json.dumps(found, default=float))
    return json.loads(entry.read_text(encoding="utf-8"))


def look_up_confirmed(app, config):
    """Which equations get a ✓ (docs/_ext/katex.py). As an "env" value it has pages written anew when it changes."""
    equations.remember(kept.answer("stated", lambda: [(each.label, each.where, each.bare)
                                                     for each in equations.checks().values()]))
    app.seen = {path: kept.answer("census", lambda path=path: census.look_at(path), str(path), path.read_text("utf-8"))
                for path in census.PAGES}
    config.confirmed_equations = sorted(label for page in app.seen.values() for label in page["confirmed"])


def start(app):
    # `make page P=…` includes one page, its root, and is told of that one only.
    root = f"{app.config.root_doc}.md"
    one = execution.ROOT / "docs" / root if root in app.config.include_patterns else None
    report(said for path, page in app.seen.items() if one in (None, path) for said in page["problems"])
    if not one:
        labels = [label for page in app.seen.values() for label in page["equations"]]
        report(kept.answer("elsewhere", lambda: census.elsewhere(labels), labels))
    app.residuals = kept_residuals(app.config.execution_world)
    report(equation_page.problems(app.residuals))


def fill_in(app, page, source):
    if PLACEHOLDER in source[0]:
        told = [(str(path), page["title"], page["equations"], page["confirmed"]) for path, page in app.seen.items()]
        order = list(map(str, equation_page.in_order()))
        text = kept.answer("equations", lambda: equation_page.text(app.residuals, app.seen), told, order)
        source[0] = source[0].replace(PLACEHOLDER, text)


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
