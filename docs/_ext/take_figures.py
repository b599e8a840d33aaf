"""Each figure can be taken along: a quiet row under its caption saves it, copies its address, and says how to cite it.

The row is written with the page, so nothing moves when scripts begin. Saving is the browser's work, as the drawing is
on the page already (docs/_static/take.js); the citation needs no script.

Any page may ask for {claim}`fig-name`: what that figure shows, in the first sentence of its caption.
"""

import re
from html import escape

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging

import execution
from find import line
from take_away import PROJECT

LOG = logging.getLogger(__name__)
YEAR = re.search(r"year\s*=\s*{(\d+)}", (execution.ROOT / "docs/_static/initbook.bib").read_text("utf-8"))[1]
AUTHORS = PROJECT["authors"][0]["name"]
SENTENCE = re.compile(r"(.+?[.?!])(?:\s|$)", re.DOTALL)


class take_row(nodes.General, nodes.Element):  # noqa: N801, as docutils names its nodes
    """What stands under a caption. It has no text of its own: search and excerpts pass it by."""


def claim(caption):
    """A caption's first sentence, which says what the figure shows."""
    words = line(caption)
    return (SENTENCE.match(words) or [words, words])[1].rstrip(".")


def citation(number, shows, page, address):
    where = f" {address}." if address else ""
    return (f"{AUTHORS} ({YEAR}). Figure {number}: “{shows}”. In “{page}”, {PROJECT['name']}, "
            f"version {PROJECT['version']}.{where} CC BY 4.0.")


def add_rows(app, doctree, page):
    numbers = app.env.toc_fignumbers.get(page, {}).get("figure", {})
    title, base = app.env.titles[page].astext(), app.config.html_baseurl
    for figure in doctree.findall(nodes.figure):
        caption = figure.next_node(nodes.caption)
        name = next((name for name in figure["ids"] if name in numbers), None)
        if caption is None or name is None:
            continue
        number = ".".join(map(str, numbers[name]))
        address = f"{base}{page}.html#{name}" if base else ""
        figure += take_row(name=name, number=number, cite=citation(number, claim(caption), title, address))


class claimed(nodes.inline):  # noqa: N801
    """Stands for the first sentence of a figure's caption until all pages have been read."""


def claiming(role, raw, name, line, inliner, options=None, content=None):
    return [claimed(raw, "", of=name)], []


def captions(app, page):
    """`{name: caption}` of the figures of a page."""
    return {name: figure.next_node(nodes.caption) for figure in app.env.get_doctree(page).findall(nodes.figure)
            for name in figure["ids"]}


def resolved(app, caption):
    """A caption as its page shows it: numbers in place of links to equations and figures."""
    caption = caption.deepcopy()
    equations, labels = app.env.get_domain("math").equations, app.env.get_domain("std").labels
    for link in list(caption.findall(addnodes.pending_xref)):
        kind, target = link["reftype"], link["reftarget"]
        if kind == "eq" and target in equations:
            there, kind, name, shown = equations[target][0], "displaymath", nodes.make_id(f"equation-{target}"), "({})"
        elif kind == "numref" and target in labels:
            there, kind, name, shown = labels[target][0], "figure", labels[target][1], "Figure {}"
        else:
            continue
        number = app.env.toc_fignumbers.get(there, {}).get(kind, {}).get(name, ())
        link.replace_self(nodes.Text(shown.format(".".join(map(str, number)))))
    return caption


def answer(app, doctree, page):
    labels = app.env.get_domain("std").labels
    for node in list(doctree.findall(claimed)):
        there, name, _ = labels.get(node["of"], ("", "", ""))
        caption = captions(app, there).get(name) if there else None
        if caption is None:
            LOG.warning("{claim} of %s: no figure has this name", node["of"], location=page, type="figure")
        node.replace_self(nodes.Text(claim(resolved(app, caption)) if caption else ""))


def visit(writer, node):
    name, number, cite = (escape(node[key]) for key in ("name", "number", "cite"))
    buttons = "".join(
        f'<button type="button" data-take="{kind}" aria-label="{shown} {of} figure {number}">{shown}</button>'
        for kind, shown, of in [("svg", "Save SVG", "of"), ("png", "Save PNG", "of"), ("link", "Copy link", "to")])
    writer.body.append(
        f'<div class="take" data-name="{name}">{buttons}<details>'
        f'<summary aria-label="Cite figure {number}">Cite</summary><p>{cite}</p></details>'
        '<span class="take-said" role="status"></span></div>\n')
    raise nodes.SkipNode


def setup(app):
    app.add_node(take_row, html=(visit, None))
    app.add_role("claim", claiming)
    app.connect("doctree-resolved", answer)
    app.connect("doctree-resolved", add_rows)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
