"""The whole book in one file, made of the site that was built: `python tools/whole_book.py pdf`, or figures, or zip.

The PDF is Chromium's print of all pages joined into one, with bookmarks; the figures are those of all pages in one zip,
as SVG files; the other zip is the site, which opens from disk. They lie at the root of the site, and the foot of each
page then links to them. A site that is made anew is without them; one that is taken as it was has what it had.
"""

import os
import re
import sys
import tomllib
import zipfile
from contextlib import contextmanager
from html import escape, unescape
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import build_book
import kept
import small_pdf
from site_server import CHROMIUM

SITE = build_book.BUILD / "html"
PROJECT = tomllib.loads((kept.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NAME = f"{PROJECT['name']}-{PROJECT['version']}"
FILES = {"pdf": f"{NAME}.pdf", "figures": f"{NAME}-figures.zip", "zip": f"{NAME}.zip"}
LEFT_OUT = {"reference/exercises.html"}  # they stand in their chapters, with their solutions
FOOT = re.compile(r'<span class="whole-book">.*?</span>')
SIDE = re.compile(r'<span class="caption-text">(?P<part>.*?)</span>|<a class="[^"]*internal" href="(?P<page>[^"#]+)">')
UNPRINTED = re.compile("|".join([
    r"<script\b.*?</script>", '<a class="headerlink".*?</a>', '<span class="katex-mathml">.*?</math></span>',
    '<details class="fold code">.*?</details>', '<div class="take".*?</details>.*?</div>']), re.DOTALL)
PLACES = re.compile(r'\b(id|for|aria-labelledby|aria-describedby|name)="([^"]+)"|url\(#([^)]+)\)')
ADDRESS = re.compile(r'\b(xlink:href|href|src)="([^"]*)"')
HEADING = re.compile(r"<(/?)h([1-5])\b(?: class=\"([^\"]*)\")?")
HEADED = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1>", re.DOTALL)
DRAWINGS = """async () => {
  await document.fonts.ready;
  const rows = [...document.querySelectorAll("figure .take")].map((row) => [row, row.closest("figure")]);
  return rows.map(([row, figure]) =>
    [figure.querySelector(".caption-number").textContent, row.dataset.name, sheet(figure).text]);
}"""  # sheet is that of docs/_static/take.js
STYLE = """
.bd-article { max-width: none; }
.leaf, .contents, .part { break-before: page; }
.part + .leaf { break-before: auto; }
.cover { padding-top: 60mm; text-align: center; }
.contents ul { list-style: none; }
.bd-main .bd-content .bd-article .was-h1 { display: block; margin-top: 0; font-size: var(--pst-font-size-h1); }
.was-h2 { font-size: var(--pst-font-size-h2); }
.was-h3 { font-size: var(--pst-font-size-h3); }
.ib-how, .bd-article .moved { display: none; }
"""


# The pages, joined


def contents():
    """`[(title of a part, its pages)]`, in the order of the side bar, after the landing page; a part has a page that
    opens it, or only a title."""
    index = (SITE / "index.html").read_text(encoding="utf-8")
    side = index[index.index("bd-docs-nav"):]
    found = [("", ["index.html"])]
    for row in SIDE.finditer(side[:side.index("</nav>")]):
        if row["part"]:
            found.append((unescape(row["part"]), []))
        elif row["page"].endswith("/index.html"):
            found.append((title(row["page"]), [row["page"]]))
        elif row["page"] not in LEFT_OUT:
            found[-1][1].append(row["page"])
    return found


def article(page):
    text = (SITE / page).read_text(encoding="utf-8")
    return text[text.index(">", text.index("<article")) + 1:text.index("</article>")]


def anchor(page, place=""):
    """A place of a page, where all pages are one: `variance/he.html`, `lem-half` -> `variance-he--lem-half`."""
    return PurePosixPath(page).with_suffix("").as_posix().replace("/", "-") + (f"--{place}" if place else "")


def address(page, given, pages, drawn=False):
    """Where a link or a picture of a page is found from the joined one; nothing for a link to a page that is left out
    or to a file, which a reader of the PDF does not have."""
    parts = urlsplit(given)
    if parts.scheme or given.startswith("data:"):
        return given
    there = os.path.normpath(PurePosixPath(page).parent / parts.path) if parts.path else page
    if there in pages:
        return f"#{anchor(there, parts.fragment)}"
    return there if drawn else None


def leaf(page, pages, opens=False):
    """A page as a part of the joined one: its places renamed, its links turned, its headings one level lower, but the
    title of a page that opens a part."""
    def place(found):
        return f"url(#{anchor(page, found[3])})" if found[3] else f'{found[1]}="{anchor(page, found[2])}"'

    def link(found):
        to = address(page, unescape(found[2]), pages, found[1] == "src")
        return "" if to is None else f'{found[1]}="{escape(to)}"'

    def heading(found):
        of = f' class="was-h{found[2]} {found[3] or ""}"' if not found[1] else ""
        return f"<{found[1]}h{int(found[2]) + (not opens or found[2] > '1')}{of}"

    printed = UNPRINTED.sub("", article(page))  # the rest would be half of the file
    text = ADDRESS.sub(link, PLACES.sub(place, printed))
    text = HEADING.sub(heading, re.sub(r"<details\b(?![^>]*\bopen\b)", "<details open", text))
    return f'<div class="leaf" id="{anchor(page)}">{text}</div>'


def title(page):
    head = re.search(r"<h1>(.*?)<a class=\"headerlink\"", article(page), re.DOTALL)
    return unescape(re.sub("<[^>]+>", "", head[1]))


def edition():
    foot = re.search(r'<p class="edition">\s*(.*?)<a', (SITE / "index.html").read_text(encoding="utf-8"), re.DOTALL)
    return foot[1].strip()


def cover(book):
    rows = "".join(f"<li>{escape(part)}<ul>" + "".join(f'<li><a href="#{anchor(page)}">{escape(title(page))}</a></li>'
                                                         for page in pages) + "</ul></li>" for part, pages in book)
    return (f'<div class="cover"><h1>{escape(title("index.html"))}</h1><p>{edition()}</p>'
            '<p>The initbook authors. Text: CC BY 4.0. Code: MIT.</p></div>'
            f'<div class="contents"><h1>Contents</h1><ul>{rows}</ul></div>')


def part_of(part, names, pages):
    """Its pages, under its title, which the page that opens a part has itself."""
    opened = bool(part) and title(names[0]) == part
    head = f'<h1 class="part">{escape(part)}</h1>' if part and not opened else ""
    return head + "".join(leaf(page, pages, opened and page == names[0]) for page in names)


def joined():
    book = contents()
    pages = {page for _, names in book for page in names}
    style = next((SITE / "_static").glob("book-*.css")).name
    leaves = "".join(part_of(part, names, pages) for part, names in book)
    return ('<!doctype html><html lang="en" data-theme="light" data-mode="light"><head><meta charset="utf-8">'
            f'<title>{escape(title("index.html"))}</title><link rel="stylesheet" href="_static/{style}">'
            f'<style>{STYLE}</style></head><body><main class="bd-main"><div class="bd-content">'
            f'<article class="bd-article">{cover(book)}{leaves}</article></div></main></body></html>')


# To print, and to pack


def headings(html):
    return [" ".join(unescape(re.sub("<[^>]+>", "", text)).split()) for _, text in HEADED.findall(html)]


@contextmanager
def chromium():
    """A page of a browser that waits as long as it takes."""
    from playwright.sync_api import sync_playwright

    path = CHROMIUM or sys.exit("no Chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.set_default_timeout(0)
        yield page
        browser.close()


def pdf(path):
    """Chromium's print; its times are those of the commit, so one site and one browser give one file."""
    sheet, html = SITE / "whole-book.html", joined()
    sheet.write_text(html, encoding="utf-8")
    try:
        with chromium() as page:
            page.goto(sheet.as_uri())
            foot = ('<div style="width: 100%; font-size: 8px; text-align: center; font-family: sans-serif">'
                    '<span class="pageNumber"></span></div>')
            printed = page.pdf(format="A4", outline=True, tagged=True, print_background=True,
                               display_header_footer=True, header_template="<span></span>", footer_template=foot,
                               margin={"top": "15mm", "bottom": "17mm", "left": "15mm", "right": "15mm"})
    finally:
        sheet.unlink()
    day = (kept.commit()[1] or "1970-01-01").replace("-", "").encode()
    objects, trailer = small_pdf.objects_of(re.sub(rb"\(D:\d{14}", b"(D:" + day + b"000000", printed))
    small_pdf.name_bookmarks(objects, headings(html))
    path.write_bytes(small_pdf.written(objects, trailer))


def figures():
    """All figures of the book as `Save SVG` under each gives them, named by their numbers, pages and names."""
    with chromium() as page:
        for name in (name for _, names in contents() for name in names):
            page.goto((SITE / name).as_uri())
            for number, of, drawing in page.evaluate(DRAWINGS):
                yield f"{int(number.split()[-1]):03}-{anchor(name, of)}.svg", drawing.encode()


def pack(path, files):
    """A folder of files with the same bytes for the same files: one time for all."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as book:
        for name, content in files:
            entry = zipfile.ZipInfo(f"{path.stem}/{name}", (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            book.writestr(entry, content)


def link(kinds):
    """In the foot of each page, links to the files of these kinds."""
    for path in (path for path in SITE.rglob("*.html") if "_static" not in path.relative_to(SITE).parts):
        text = path.read_text(encoding="utf-8")
        links = " ".join(f'<a href="{os.path.relpath(SITE / FILES[kind], path.parent)}">{kind}</a>' for kind in kinds)
        said = FOOT.sub(f'<span class="whole-book">{links and f" · The whole book: {links}"}</span>', text)
        if said != text:
            path.write_text(said, encoding="utf-8")


def make(kind):
    if not SITE.exists():
        sys.exit("build/html is missing: make html")
    with build_book.alone(), build_book.adding():
        path = SITE / FILES[kind]
        if kind == "pdf":
            pdf(path)
        if kind == "figures":
            pack(path, figures())
        if kind == "zip":  # it does not name itself
            link([other for other in FILES if other != "zip" and (SITE / FILES[other]).exists()])
            pack(path, ((file.relative_to(SITE).as_posix(), file.read_bytes())
                        for file in kept.files(SITE) if file != path))
        link([other for other in FILES if (SITE / FILES[other]).exists()])
    print(f"{kind}: {path.relative_to(kept.ROOT)}, {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    make(sys.argv[1])
