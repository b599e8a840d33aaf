"""No address of the book dies: each page and anchor that the first published version had still leads to its content.

`addresses.txt` has a line for each page of that version, with the anchors of its article: headings, equations,
figures, theorems, exercises, terms, names of the package. Left out is what Sphinx only numbers (`id3`,
`proof-content`). A page or anchor that is no longer there needs a row in docs/moved.toml; the message of a failing test
is such rows, to be pasted.
"""

import re
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

import moved
from browser import CHROMIUM

ROOT = Path(__file__).parents[1]
SITE = ROOT / "build" / "html"
LISTED = (Path(__file__).parent / "addresses.txt").read_text(encoding="utf-8").splitlines()
ADDRESSES = {page: anchors.split() for page, _, anchors in (line.partition(":") for line in LISTED)}
ARTICLE = re.compile(r"<article\b.*?</article>", re.DOTALL)
ID = re.compile(r'<(?P<tag>\w+)(?P<before>[^<>]*)\bid="(?P<id>[^"]+)"')
PARTS = ("practice", "symmetry", "variance", "beyond", "reference")


def built(test):
    return pytest.mark.browser(pytest.mark.skipif(not SITE.exists(), reason="build/html is missing: make html")(test))


@cache
def anchors(page):
    """The anchors of a page of the site but its signposts; none where there is no such page."""
    path = SITE / f"{page}.html"
    found = ARTICLE.search(path.read_text(encoding="utf-8")) if path.exists() else None
    ids = ID.finditer(found[0]) if found else []
    return {match["id"] for match in ids if 'class="moved"' not in match["before"]}


def lost(addresses, anchors, exists, rows):
    """page -> the anchors (and, as "to", the page) that lead nowhere, neither by themselves nor by a row."""
    def leads(there):
        page, _, anchor = there.partition("#")
        return exists(page) and (not anchor or anchor in anchors(page))

    def of_page(page, wanted):
        row = rows.get(page, {})
        if "to" in row:
            return [] if leads(row["to"]) else ["to"]
        if not exists(page):
            return ["to"]
        return [a for a in wanted if a not in anchors(page) and not (a in row and leads(row[a]))]

    found = {page: of_page(page, wanted) for page, wanted in addresses.items()}
    return {page: gone for page, gone in found.items() if gone}


def to_paste(gone):
    """Rows for docs/moved.toml, with the new place filled in where one other page has that very anchor."""
    pages = [f"{part}/{path.stem}" for part in PARTS for path in sorted(SITE.glob(f"{part}/*.html"))]
    lines = []
    for page, wanted in gone.items():
        lines.append(f'["{page}"]')
        for anchor in wanted:
            now = [other for other in pages if anchor in anchors(other)]
            lines.append(f'"{anchor}" = "{now[0]}#{anchor}"' if len(now) == 1 else f'"{anchor}" = "…"')
    return "\n".join(lines)


@built
def test_every_old_address_leads_to_its_content():
    gone = lost(ADDRESSES, anchors, lambda page: (SITE / f"{page}.html").exists(), moved.moved())
    assert not gone, f"add to docs/moved.toml:\n{to_paste(gone)}"


@built
def test_no_row_is_for_what_is_still_there_and_each_signpost_stands():
    for page, rows in moved.moved().items():
        text = (SITE / f"{page}.html").read_text(encoding="utf-8")
        for anchor, there in rows.items():
            if anchor == "to":
                assert f'location.replace("{moved.address(page, there)}" + location.hash)' in text
            else:
                assert anchor not in anchors(page), f"docs/moved.toml: {page}#{anchor} has not moved"
                assert f'<p class="moved" id="{anchor}">' in text


PAGES = {"a/old": {"one", "two"}, "b/new": {"three"}}


@pytest.mark.parametrize("wanted, rows, gone", [
    ({"a/old": ["one"]}, {}, {}),
    ({"a/old": ["one", "three"]}, {}, {"a/old": ["three"]}),
    ({"a/old": ["three"]}, {"a/old": {"three": "b/new#three"}}, {}),
    ({"a/old": ["three"]}, {"a/old": {"three": "b/new#four"}}, {"a/old": ["three"]}),  # a row that leads nowhere
    ({"a/older": ["one"]}, {}, {"a/older": ["to"]}),
    ({"a/older": ["one"]}, {"a/older": {"to": "a/old"}}, {}),
    ({"a/older": []}, {"a/older": {"to": "a/oldest"}}, {"a/older": ["to"]}),
])  # fmt: skip
def test_an_address_that_leads_nowhere_is_seen(wanted, rows, gone):
    assert lost(wanted, lambda page: PAGES.get(page, set()), PAGES.__contains__, rows) == gone


def test_a_page_that_is_gone_sends_on_with_the_anchor_and_an_anchor_has_a_signpost(tmp_path, monkeypatch):
    rows = {"a/old": {"to": "b/new"}, "b/new": {"three": "index#four"}}
    monkeypatch.setattr(moved, "moved", lambda: rows)
    title = SimpleNamespace(astext=lambda: "A & B")
    app = SimpleNamespace(builder=SimpleNamespace(name="html"), outdir=tmp_path,
                          env=SimpleNamespace(titles={"b/new": title, "index": title}))
    moved.send_on(app, None)
    page = (tmp_path / "a" / "old.html").read_text()
    assert 'location.replace("../b/new.html" + location.hash)' in page and "A &amp; B" in page
    context = {"body": "<h1>New</h1>"}
    moved.put_up(app, "b/new", "page.html", context, doctree=True)
    post, body = context["body"].split("\n")
    assert 'class="moved" id="three"' in post and 'href="../index.html#four"' in post and body == "<h1>New</h1>"


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on the PATH")
@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("came_by, lands_on", [
    ("a/old.html#three", "new.html#three"), ("b/page.html#two", "new.html#three"), ("b/page.html#one", "page.html#one"),
])  # fmt: skip
def test_old_addresses_lead_there_from_files_and_without_scripts(
        tmp_path, monkeypatch, browser, scripts, came_by, lands_on):
    monkeypatch.setattr(moved, "moved", lambda: {"a/old": {"to": "b/new"}, "b/page": {"two": "b/new#three"}})
    app = SimpleNamespace(builder=SimpleNamespace(name="html"), outdir=tmp_path,
                          env=SimpleNamespace(titles={"b/new": SimpleNamespace(astext=lambda: "New")}))
    context = {"body": '<p id="one">It is still here.</p>'}
    moved.put_up(app, "b/page", "page.html", context, doctree=True)
    moved.send_on(app, None)
    static = (ROOT / "docs" / "_static").as_uri()
    head = f'<link rel="stylesheet" href="{static}/book.css"><script>DOCUMENTATION_OPTIONS = {{}}</script>'
    head += f'<script defer src="{static}/book.js"></script>'
    (tmp_path / "b").mkdir(exist_ok=True)
    (tmp_path / "b" / "page.html").write_text(f'{head}<div class="bd-article">{context["body"]}</div>')
    (tmp_path / "b" / "new.html").write_text('<p id="three">Here it is now.</p>')
    visitor = browser.new_context(java_script_enabled=scripts).new_page()
    visitor.goto(f"{tmp_path.as_uri()}/{came_by}")
    if not scripts and visitor.locator(".moved:target").is_visible():  # then it is one click
        visitor.locator(".moved:target a").click()
    visitor.wait_for_url(f"**/{lands_on if scripts or 'old' not in came_by else 'new.html'}")
    assert not visitor.locator(".moved").is_visible()


LABELS = re.compile(r"(?m)^\(([\w-]+)\)=$|^ *:?(?:label|name): *([\w-]+)|\((eq-[\w-]+)\)$")
LINK = re.compile(r"\]\((?P<page>[^)\s#:]*)#(?P<anchor>[^)\s]+)\)")


def by_heading(pages):
    """Links within these pages, `{path: text}`, that go to a heading's own words: in another language it has others."""
    labels = {path: {next(filter(None, found)) for found in LABELS.findall(text)} for path, text in pages.items()}
    links = [(path, (path.parent / link["page"]).resolve() if link["page"] else path, link["anchor"])
             for path, text in pages.items() for link in LINK.finditer(text)]
    return [(path.name, anchor) for path, to, anchor in links if to in pages and anchor not in labels[to]]


def test_a_link_to_a_heading_goes_by_its_label_which_no_translation_changes():
    pages = {path: path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")}
    assert by_heading(pages) == []
    theorem = ROOT / "docs" / "symmetry" / "theorem.md"
    twin = pages | {theorem: pages[theorem] + "\nSee [before](what-moves.md#a-detective-story).\n"}
    assert by_heading(twin) == [("theorem.md", "a-detective-story")]
