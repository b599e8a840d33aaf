"""Pages that ask for little: one style sheet, scripts that wait, and of the icon fonts only the icons in use.

Sphinx, the theme and each extension bring files of their own, and all of them would load on every page: 1 MB,
compressed, around 60 kB of text. Here the finished site is gone through once more. Only links to scripts and style
sheets, and names of icons, are looked at.
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

STYLE = re.compile(r'[ \t]*<link\b[^>]*rel="stylesheet"[^>]*>\n?')
SCRIPT = re.compile(r'[ \t]*<script\b[^>]*\bsrc="([^"?]*)[^>]*></script>\n?')
PRELOAD = re.compile(r'[ \t]*<link rel="preload" as="script"[^>]*>\n?')
# Settings for what this book does without: search while typing, and a choice of versions.
OPTION = re.compile(r"[ \t]*<script>DOCUMENTATION_OPTIONS\.\w+ = [^<]*</script>\n?")
# The theme knows the system's choice of light or dark only when all its scripts have run: dark pages would flash.
THEME = re.compile(r"document\.documentElement\.dataset\.theme = [^;]*;")
AT_ONCE = (
    'document.documentElement.dataset.theme = document.documentElement.dataset.mode.replace('
    '"auto", matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");'
)
# Font Awesome's script draws all of its icons once more, in 540 kB.
NOWHERE = {"fontawesome.js"}
TO_SEARCH = {"searchtools.js", "language_data.js", "searchindex.js"}
FOR_TABS = {"design-tabs.js"}
logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every table

NOT_READ = ["scripts/fontawesome.js", "**/*.map", "**/*webpack-macros.html"]

IMPORT = re.compile(r'@import "([^"]+)";')
ADDRESS = re.compile(r"url\([\"']?(?!data:|#|%23)([^)\"']+)[\"']?\)")
ICON_RULE = re.compile(r'((?:\.fa-[\w-]+(?:::?\w+)?,?)+)\{--fa:"[^"]*"\}')
ICON_FONT = re.compile(r'url\("([^"]*/fa-(?:solid|regular|brands)-\d+\.woff2)"\)')
ICON_TAG = re.compile(r'<(i|span) class="([^"]*\bfa-[^"]*)"')
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
    """A font with these letters only, as an address that holds it."""
    font = TTFont(path, recalcTimestamp=False)
    tool = subset.Subsetter(subset.Options(hinting=False, layout_features=[]))
    tool.populate(unicodes=codes)
    tool.subset(font)
    out = io.BytesIO()
    font.save(out)
    return "data:font/woff2;base64," + base64.b64encode(out.getvalue()).decode()


def bundle(static, sheets, icons):
    """Several style sheets as one file, which is named after what is in it."""
    style = "\n".join(style_text(static / sheet, static) for sheet in sheets)
    style = without_unused_icons(style, icons)
    codes = letters(style)
    style = ICON_FONT.sub(lambda found: f"url({small_font(static / found[1], codes)})", style)
    name = f"book-{hashlib.sha256(style.encode()).hexdigest()[:10]}.css"
    (static / name).write_text(style, encoding="utf-8")
    return name


def sheets_of(text):
    """The style sheets that a page loads, as paths in the folder of static files."""
    return tuple(re.search(r'_static/([^"?]*)', link)[1] for link in STYLE.findall(text))


def icons_of(text):
    return {name for _, classes in ICON_TAG.findall(text) for name in classes.split()}


def with_one_style(text, name):
    first, *others = STYLE.findall(text)
    up = re.search(r'href="([^"]*)_static/', first)[1]
    text = text.replace(first, f'<link rel="stylesheet" href="{up}_static/{name}" />\n', 1)
    for link in others:
        text = text.replace(link, "", 1)
    return text


def with_waiting_scripts(text, unwanted):
    """Scripts are fetched beside the text and run after it, in their order, each once."""
    seen = set(unwanted)

    def wait(found):
        name = found[1].rpartition("/")[2]
        if name in seen:
            return ""
        seen.add(name)
        return found[0] if " defer" in found[0] else found[0].replace("<script", "<script defer", 1)

    return SCRIPT.sub(wait, OPTION.sub("", PRELOAD.sub("", text)))


def lean(page, text, style):
    unwanted = NOWHERE if page == "search" else NOWHERE | TO_SEARCH
    unwanted = unwanted if "sd-tab-set" in text else unwanted | FOR_TABS
    text = with_waiting_scripts(with_one_style(text, style), unwanted)
    text = ICON_TAG.sub(r'<\1 aria-hidden="true" class="\2"', text)
    return THEME.sub(AT_ONCE, text, count=1)


def finish(app, exception):
    if exception or app.builder.name != "html":
        return
    root = Path(app.outdir)
    static = root / "_static"
    paths = (path for path in sorted(root.rglob("*.html")) if static not in path.parents)
    pages = {path: path.read_text(encoding="utf-8") for path in paths}
    icons = set().union(*map(icons_of, pages.values()))
    styles = {sheets: bundle(static, sheets, icons) for sheets in dict.fromkeys(map(sheets_of, pages.values()))}
    for path, text in pages.items():
        path.write_text(lean(path.stem, text, styles[sheets_of(text)]), encoding="utf-8")
    for pattern in NOT_READ:
        for path in static.glob(pattern):
            path.unlink()


def setup(app):
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
