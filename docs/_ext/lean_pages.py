"""Pages that ask for little: one style sheet, scripts that wait, and of the icon fonts only the icons in use.

Sphinx, the theme and each extension bring files of their own, and all of them would load on every page: 1 MB,
compressed, around 60 kB of text. The head is written by _templates/layout.html; which icons are in use, and so what the
style sheet holds, is known when all pages are finished.
"""

import base64
import hashlib
import io
import logging
import os
import re
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

import kept

# What layout.html of pydata-sphinx-theme loads beside the sheets that Sphinx knows.
THEME = ["styles/theme.css", "styles/pydata-sphinx-theme.css"]
logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every table

# Font Awesome's script draws all of its icons once more, in 540 kB.
NOT_READ = ["scripts/fontawesome.js", "**/*.map", "**/*webpack-macros.html"]

SCRIPT = re.compile(r"<script (?=[^>]*\bsrc=)(?!defer)")
IMPORT = re.compile(r'@import "([^"]+)";')
ADDRESS = re.compile(r"url\([\"']?(?!data:|#|%23)([^)\"']+)[\"']?\)")
ICON_RULE = re.compile(r'((?:\.fa-[\w-]+(?:::?\w+)?,?)+)\{--fa:"[^"]*"\}')
ICON_FONT = re.compile(r'url\("([^"]*/fa-(?:solid|regular|brands)-\d+\.woff2)"\)')
ICON_TAG = re.compile(r'<(i|span) class="([^"]*\bfa-[^"]*)"')
OF_ONE_PAGE = {"choose.js": "practice/which-start", "exercises.js": "reference/exercises"}
OF_NO_PAGE = {"sphinx_highlight.js"}  # book.js marks what was searched for, by words
NEEDED_BY = {"design-tabs.js": "sd-tab-set", "take.js": 'class="take"'}  # by what stands in a page's body
PART = re.compile(r'(>([^<]+)</a><details[^>]*>)<summary>(?=<span class="toctree-toggle")')
LETTER = re.compile(r'"(?:\\([ef][0-9a-f]{3})|([\ue000-\uf8ff]))"')


def style_text(path, static):
    """A style sheet with what it imports; addresses are turned to be seen from the folder `static`."""
    text = IMPORT.sub(lambda found: style_text(path.parent / found[1], static), path.read_text(encoding="utf-8"))
    seen_from = os.path.relpath(path.parent, static)
    return ADDRESS.sub(lambda found: f'url("{os.path.normpath(os.path.join(seen_from, found[1]))}")', text)


def without_unused_icons(style, names):
    """Without the two thousand rules for icons that stand on no page."""
    return ICON_RULE.sub(lambda found: found[0] if names & set(re.findall(r"fa-[\w-]+", found[1])) else "", style)


def letters(style):
    """The letters of private use that a style sheet names: its icons."""
    return {int(code, 16) if code else ord(letter) for code, letter in LETTER.findall(style)}


def small_font(path, codes):
    """A font with these letters only, as an address that holds it; made once, as it takes long."""
    key = kept.digest(kept.world(), path.read_bytes(), sorted(codes))
    data = kept.load("font", key) or kept.save("font", key, subset_font(path, codes))
    return "data:font/woff2;base64," + base64.b64encode(data).decode()


def subset_font(path, codes):
    font = TTFont(path, recalcTimestamp=False)
    tool = subset.Subsetter(subset.Options(hinting=False, layout_features=[]))
    tool.populate(unicodes=codes)
    tool.subset(font)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def bundle(static, sheets, icons):
    """Several style sheets as one file, which is named after what is in it."""
    style = "\n".join(style_text(static / sheet, static) for sheet in sheets)
    style = without_unused_icons(style, icons)
    codes = letters(style)
    style = ICON_FONT.sub(lambda found: f"url({small_font(static / found[1], codes)})", style)
    name = f"book-{hashlib.sha256(style.encode()).hexdigest()[:10]}.css"
    (static / name).write_text(style, encoding="utf-8")
    return name


def icons_of(text):
    return {name for _, classes in ICON_TAG.findall(text) for name in classes.split()}


def lighten(app, page, template, context, doctree):
    """No settings of searches and versions that this book is without, and no script that has nothing to do here."""
    sheets = sorted(context["css_files"], key=lambda sheet: sheet.priority)
    app.sheets = THEME + [sheet.filename.removeprefix("_static/") for sheet in sheets]
    others = OF_NO_PAGE | {name for name, its_page in OF_ONE_PAGE.items() if its_page != page}
    others |= {name for name, mark in NEEDED_BY.items() if mark not in context.get("body", "")}
    context["script_files"] = [script for script in context["script_files"]
                               if script.filename and Path(script.filename.partition("?")[0]).name not in others]


def lean(text, style):
    """Scripts are fetched beside the text and run after it, in their order; icons are for the eye."""
    # To go when Sphinx's own scripts, and those of search.html, say `defer`.
    text = SCRIPT.sub("<script defer ", text.replace("_static/ALL.css", f"_static/{style}"))
    # To go when the theme names what opens a part in the side bar.
    text = PART.sub(r'\1<summary aria-label="Pages of \2">', text)
    # To go when the theme and sphinx-design hide icons from screen readers.
    return ICON_TAG.sub(r'<\1 aria-hidden="true" class="\2"', text)


def finish(app, exception):
    if exception or app.builder.name != "html" or not app.sheets:  # with `make serve`, when no page was written
        return
    static = Path(app.outdir, "_static")
    paths = (path for path in sorted(Path(app.outdir).rglob("*.html")) if static not in path.parents)
    pages = {path: path.read_text(encoding="utf-8") for path in paths}
    style = bundle(static, app.sheets, set().union(*map(icons_of, pages.values())))
    for path, text in pages.items():
        path.write_text(lean(text, style), encoding="utf-8")
    for pattern in NOT_READ:
        for path in static.glob(pattern):
            path.unlink()


def setup(app):
    app.sheets = []
    app.connect("html-page-context", lighten, priority=900)
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
