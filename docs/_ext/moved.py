"""Old addresses still lead to what stood there. What has moved is listed in docs/moved.toml, page by page:

    ["symmetry/old-page"]
    to = "symmetry/new-page"  # the whole page has another name now
    ["symmetry/a-page"]
    old-anchor = "symmetry/another-page#new-anchor"

For a page that is gone the build writes one that sends its reader on, with the anchor she came for. For an anchor it
puts a line at the head of its old page, which shows only to who comes by the old address (`:target`, book.css) and
says where to go; where scripts run she is taken there (book.js). Both work from files and without a server.
"""

import os
import tomllib
from html import escape
from pathlib import Path

MOVED = Path(__file__).parents[1] / "moved.toml"
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Moved: {title}</title><link rel="canonical" href="{to}">
<meta name="robots" content="noindex"><script>location.replace("{to}" + location.hash)</script>
<meta http-equiv="refresh" content="1; url={to}"></head>
<body><p>This page is now <a href="{to}">{title}</a>.</p></body></html>
"""


def moved():
    """page -> its old anchors, and where each leads now; `to` stands for the page itself."""
    return tomllib.loads(MOVED.read_text(encoding="utf-8"))


def address(page, there):
    """From one page to a place on another, as `symmetry/breaking#exercises` says it."""
    to, _, anchor = there.partition("#")
    return os.path.relpath(f"{to}.html", Path(page).parent) + (anchor and f"#{anchor}")


def title_of(app, page):
    """Its name where `make page` has read another page only."""
    return app.env.titles[page].astext() if page in app.env.titles else page


def signpost(app, page, anchor, there):
    title = title_of(app, there.partition("#")[0])
    link = f'<a href="{escape(address(page, there))}">{escape(title)}</a>'
    return f'<p class="moved" id="{escape(anchor)}">What stood here has moved: {link}.</p>\n'


def put_up(app, page, template, context, doctree):
    if doctree and page in moved():
        context["body"] = "".join(signpost(app, page, *row) for row in moved()[page].items()) + context["body"]


def send_on(app, exception):
    if exception or app.builder.name != "html":
        return
    for page, anchors in moved().items():
        if "to" in anchors:
            path = Path(app.outdir, f"{page}.html")
            title = escape(title_of(app, anchors["to"]))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(PAGE.format(to=address(page, anchors["to"]), title=title), encoding="utf-8")


def setup(app):
    app.connect("html-page-context", put_up)
    app.connect("build-finished", send_on)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
