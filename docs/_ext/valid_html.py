"""HTML as its standard allows it, where others' extensions write what it does not; tests/test_html.py holds all pages.

To go, line by line, when sphinx-proof and sphinx-exercise give each box an id of its own or none, when docutils writes
a second address of a folded box before the box, and when viewcode puts no block into its line of code.
"""

import re

from docutils import nodes

OF_EVERY_BOX = {"proof", "proof-content", "exercise-content", "solution-content"}
BEFORE_SUMMARY = re.compile(r"(<details[^>]*>)\s*((?:<span id=\"[^\"]+\"></span>)+)(?=<summary)")
LISTING = re.compile(r"<pre>.*?</pre>", re.DOTALL)


def drop_shared_ids(app, doctree, page):
    """An id names one place of a page: no address can lead to one that every box has."""
    for node in doctree.findall(nodes.Element):
        if OF_EVERY_BOX & set(node.get("ids", [])):
            node["ids"] = [name for name in node["ids"] if name not in OF_EVERY_BOX]


def inline(listing):
    return listing[0].replace("<div ", "<span ").replace("</div>", "</span>")


def mend(app, page, template, context, doctree):
    body = BEFORE_SUMMARY.sub(r"\2\1", context.get("body", ""))
    context["body"] = LISTING.sub(inline, body) if page.startswith("_modules/") else body


def setup(app):
    app.connect("doctree-resolved", drop_shared_ids, priority=900)
    app.connect("html-page-context", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
