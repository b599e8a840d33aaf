"""Pages that ask for little: one style sheet, scripts that wait, and of the icon fonts only the icons in use.

Sphinx, the theme and each extension bring files of their own, and all of them would load on every page: 1 MB,
compressed, around 60 kB of text. The head is written by _templates/layout.html; which classes and icons are in use, and
so what the style sheet holds, is known when all pages are finished.
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
COMMENT = re.compile(r"(?s)/\*.*?\*/")
RULE = re.compile(r"([^{}@;]+)\{([^{}]*)\}")
EMPTY = re.compile(r"@(?:media|supports)[^{};]*\{\s*\}")
DARK = re.compile(r"\[data-theme=\"?dark\"?\](?! \.only-light)")
BETWEEN_SELECTORS = re.compile(r",(?![^(]*\))")
IN_BRACKETS = re.compile(r"\([^()]*\)")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
CLASSES = re.compile(r'class="([^"]*)"')
WORD = re.compile(r"[\w-]{3,}")
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


def repeated(pattern, text):
    """The text without what the pattern finds, also in what is then left."""
    while (less := pattern.sub("", text)) != text:
        text = less
    return text


def without_unused(style, names):
    """Without the rules for classes that no page has and no script names: four fifths of the theme's.

    A script may put a class together: one that begins as a name that ends in - stays.
    """
    stems = tuple(name for name in names if name.endswith("-"))

    def in_use(selector):
        return all(name in names or name.startswith(stems) for name in CLASS.findall(repeated(IN_BRACKETS, selector)))

    def rule(found):
        selectors = [selector for selector in BETWEEN_SELECTORS.split(found[1]) if in_use(selector)]
        return f"{','.join(selectors)}{{{found[2]}}}" if selectors else ""

    return repeated(EMPTY, RULE.sub(rule, COMMENT.sub("", style)))


def dark_without_scripts(style):
    """The rules of dark pages for light ones, too, where no script runs and the system asks for dark ones.

    A page is light until its script has seen what its reader wants. Its one logo, which the theme calls light, stays.
    """
    found = ((",".join(filter(DARK.search, BETWEEN_SELECTORS.split(of))), what) for of, what in RULE.findall(style))
    rules = DARK.sub('[data-theme="light"]', "".join(f"{of.strip()}{{{what}}}" for of, what in found if of))
    return f"@media screen and (scripting: none) and (prefers-color-scheme: dark){{{rules}}}" if rules else ""


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


def bundle(static, sheets, names):
    """Several style sheets as one file, which is named after what is in it, for pages and scripts with these names."""
    style = without_unused("\n".join(style_text(static / sheet, static) for sheet in sheets), names)
    codes = letters(style)
    style += dark_without_scripts(style)
    style = ICON_FONT.sub(lambda found: f"url({small_font(static / found[1], codes)})", style)
    name = f"book-{hashlib.sha256(style.encode()).hexdigest()[:10]}.css"
    (static / name).write_text(style, encoding="utf-8")
    return name


def names_in(pages, scripts):
    """Classes of pages, and all words of scripts, as any of them may be a class."""
    classes = {each for page in pages for each in CLASSES.findall(page)}
    words = {word for text in scripts for word in WORD.findall(text)}
    return words.union(*map(str.split, classes))


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
    for pattern in NOT_READ:
        for path in static.glob(pattern):
            path.unlink()
    paths = (path for path in sorted(Path(app.outdir).rglob("*.html")) if static not in path.parents)
    pages = {path: path.read_text(encoding="utf-8") for path in paths}
    scripts = (path.read_text(encoding="utf-8") for path in static.rglob("*.js"))
    style = bundle(static, app.sheets, names_in(pages.values(), scripts))
    for path, text in pages.items():
        path.write_text(lean(text, style), encoding="utf-8")


def setup(app):
    app.sheets = []
    app.connect("html-page-context", lighten, priority=900)
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
