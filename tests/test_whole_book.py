"""The whole book as one PDF and as one zip."""

import re
import zipfile

import pytest

import build_book
import whole_book
from browser import CHROMIUM

FOOT = '<p class="edition">book 1.0, numpy 2. <a href="x">Report</a><span class="whole-book"></span></p>'
PAGE = ('<html><body><nav class="bd-docs-nav"><p><span class="caption-text">Part I. Zero</span></p>'
        '<a class="reference internal" href="a/one.html">One</a><a class="reference internal" href="two.html">Two</a>'
        '</nav><article class="bd-article">{0}</article><footer>{1}</footer></body></html>')
ONE = ('<h1>One &amp; only<a class="headerlink" href="#one">#</a></h1><h2 id="sec">Sec</h2><p><a href="#sec">here</a> '
       '<a href="../two.html#sec">there</a> <a href="../left.html">out</a> <a href="https://a.org/">far</a></p>'
       '<svg><path id="g"/><use xlink:href="#g" clip-path="url(#g)"/></svg><details><summary>So</summary></details>'
       '<script>1</script>')
TWO = '<h1>Two<a class="headerlink" href="#two">#</a></h1><h2 id="sec">Sec</h2>'


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A book of three pages, whose last is in no side bar."""
    folder = tmp_path / "html"
    for name, text in {"index": TWO.replace("Two", "Book"), "a/one": ONE, "two": TWO}.items():
        path = folder / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE.format(text, FOOT), encoding="utf-8")
    (folder / "_static").mkdir()
    (folder / "_static" / "book-1.css").write_text("p { margin: 0 }")
    monkeypatch.setattr(whole_book, "SITE", folder)
    monkeypatch.setattr(build_book, "BUILD", tmp_path)
    monkeypatch.setattr(build_book, "finished", lambda site: "finished")
    monkeypatch.setattr(whole_book.kept, "ROOT", tmp_path)
    return folder


def test_pages_stand_in_the_order_of_the_side_bar_under_their_part(site):
    assert whole_book.contents() == [("", ["index.html"]), ("Part I. Zero", ["a/one.html", "two.html"])]


def test_a_page_that_opens_a_part_begins_one(site):
    index = site / "index.html"
    index.write_text(index.read_text().replace('"two.html"', '"b/index.html"'))
    (site / "b").mkdir()
    (site / "b" / "index.html").write_text(PAGE.format(TWO, FOOT))
    assert whole_book.contents()[1:] == [("Part I. Zero", ["a/one.html"]), ("Two", ["b/index.html"])]


def test_in_one_file_each_place_has_a_name_of_its_own_and_links_lead_within(site):
    text = whole_book.joined()
    places = re.findall(r'\bid="([^"]+)"', text)
    assert len(places) == len(set(places))
    leads = set(re.findall(r'href="#([^"]+)"', text))
    assert leads <= set(places) and {"a-one--sec", "two--sec", "a-one--g"} <= leads
    assert "url(#a-one--g)" in text and 'href="https://a.org/"' in text and "left.html" not in text
    assert "<script" not in text and "<details open>" in text
    assert '<h2 class="was-h1 ">One' in text and '<h3 class="was-h2 " id="a-one--sec">' in text


def test_the_zip_has_the_same_bytes_again_and_each_foot_links_to_it(site):
    whole_book.make("zip")
    path = site / whole_book.FILES["zip"]
    first = path.read_bytes()
    assert f'<a href="../{path.name}">zip</a>' in (site / "a" / "one.html").read_text()
    whole_book.make("zip")
    assert path.read_bytes() == first
    with zipfile.ZipFile(path) as book:
        inside = book.read(f"{whole_book.NAME}/a/one.html").decode()
        assert {name.partition("/")[0] for name in book.namelist()} == {whole_book.NAME} and ".zip" not in inside


def test_the_site_links_to_what_is_there_and_to_no_more(site):
    whole_book.link([])
    page = site / "two.html"
    assert "whole book" not in page.read_text()
    whole_book.link(["pdf", "zip"])
    assert re.findall(r'href="(initbook-[^"]*)"', page.read_text()) == list(whole_book.FILES.values())
    whole_book.link([])
    assert "whole book" not in page.read_text()


@pytest.mark.parametrize("title, said", [
    (b"/Title (For everFor ever)", b"/Title (For ever         )"),
    (b"/Title (in thein thecode)", b"/Title (in the code     )"), (b"/Title (Once)", b"/Title (Once)"),
    (b"/Title <FEFF006100620063006100620063>", b"/Title <FEFF006100620063002000200020>"),
])  # fmt: skip
def test_a_bookmark_says_its_heading_once_and_no_byte_moves(title, said):
    found = whole_book.TWICE.sub(whole_book.once, title)
    assert (found.split(), len(found)) == (said.split(), len(title))


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on the PATH")
def test_the_pdf_has_bookmarks_and_no_file_is_left(site):
    whole_book.make("pdf")
    pdf = (site / whole_book.FILES["pdf"]).read_bytes()
    titles = [found.decode("latin-1") for found in re.findall(rb"/Title \(([^)]*)\)", pdf)]
    assert {"Contents", "Part I. Zero", "One & only", "Two", "Sec"} <= set(titles), titles
    assert not (site / "whole-book.html").exists()
