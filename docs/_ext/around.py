"""What stands around the text of a page, in another language: the words that our extensions and scripts add.

They are written where they are used, in English. Translators get them with the book's own; when a translated book is
finished, they are put in their place, in pages and in scripts, where they are all that an element, a label or a string
says. What this book's theme adds, Sphinx and the theme translate.
"""

import re
from html import escape, unescape
from pathlib import Path

from sphinx.builders.gettext import MsgOrigin
from sphinx.locale import init

from translated import without_numbers

DOMAIN = "book"
LEVELS = [f"{level} · {{0}} minutes · {how}"
          for level in ("easy", "medium", "hard") for how in ("by hand", "with the package")]
MESSAGES = [
    "Code", "Code of this figure", "Code of this table", "Solution", "About {0} minutes. Needs:",
    "About {0} minutes. Side road: a first reading may skip it. Needs:", "The book", *LEVELS,
    "Save SVG", "Save PNG", "Copy link", "Cite", "Saved", "Copied",
    "Save SVG of figure {0}", "Save PNG of figure {0}", "Copy link to figure {0}", "Cite figure {0}",
    "Move the figure", ". Where scripts run, this figure has controls.", "Play", "Pause",
    "My numbers differ", "Report an error",
    "One page", "{0} pages", "the book does not have {0}", "Also: ",
    "Words are also looked up here: ", "What this book leaves out", "Index",
    "Page", "Level", "How", "Of these", "Title", "Tick {0}",
    "Open all solutions", "Close all solutions", "Print what is shown",
    "1 exercise, {0} minutes", "{0} exercises, {1} minutes",
    "Choose an activation", "Count fans", "Choose a recipe", "Glossary",
]  # fmt: skip
LABEL = re.compile(r'(aria-label=")([^<>"]+)(?=")')
TEXT = re.compile(r'(<(?:(?:summary|button|a|p)\b[^>]*|span class="ib-how")>)([^<>]+)(?=<)')
STRING = re.compile(r'(["`])((?:(?!\1)[^\n$]|\$\{[^}\n]*\})+)(?=\1)')
HOLE = re.compile(r"\$\{[^}\n]*\}")
SCRIPT = re.compile(r"(?<=<script>)(?:(?!</script>).)*?\.ib-play(?:(?!</script>).)*", re.DOTALL)


def in_page(html, translate):
    def put(found):
        said = unescape(found[2])
        words, numbers = without_numbers(said.strip())
        if words not in MESSAGES:
            return found[0]
        return found[1] + escape(said.replace(said.strip(), translate(words).format(*numbers)))

    return SCRIPT.sub(lambda found: in_script(found[0], translate), TEXT.sub(put, LABEL.sub(put, html)))


def in_script(text, translate):
    def put(found):
        holes = HOLE.findall(found[2])
        places = iter(f"{{{i}}}" for i in range(len(holes)))
        words = HOLE.sub(lambda _: next(places), found[2])
        return found[1] + translate(words).format(*holes).replace(found[1], "’") if words in MESSAGES else found[0]

    return STRING.sub(put, text)


def offer(app):
    if app.builder.name == "gettext":
        for message in MESSAGES:
            app.builder.catalogs[DOMAIN].add(message, MsgOrigin(__file__, 1))


def finish(app, exception):
    folders = [Path(app.srcdir, folder) for folder in app.config.locale_dirs]
    catalogue, there = init(folders, app.config.language, DOMAIN)
    if exception or app.builder.name != "html" or not there:
        return
    out = Path(app.outdir)
    scripts = [out / "_static" / ours.name for ours in Path(app.srcdir, "_static").glob("*.js")]
    for path in [*out.rglob("*.html"), *scripts]:
        put = in_script if path in scripts else in_page
        path.write_text(put(path.read_text(encoding="utf-8"), catalogue.gettext), encoding="utf-8")


def setup(app):
    app.connect("builder-inited", offer)
    app.connect("build-finished", finish, priority=920)  # after edition.py
    return {"parallel_read_safe": True, "parallel_write_safe": True}
