"""The whole book as one PDF and as one zip."""

import re
import struct
import xml.etree.ElementTree as xml
import zipfile
import zlib
from pathlib import Path

import pytest

import build_book
import small_pdf
import whole_book
from browser import CHROMIUM

FOOT = '<p class="edition">book 1.0, numpy 2. <a href="x">Report</a><span class="whole-book"></span></p>'
PAGE = ('<html><body><nav class="bd-docs-nav"><p><span class="caption-text">Part I. Zero</span></p>'
        '<a class="reference internal" href="a/one.html">One</a><a class="reference internal" href="two.html">Two</a>'
        '</nav><div class="onlyprint"><h1>Print</h1><h2>Contents</h2></div>'
        '<article class="bd-article">{0}</article><footer>{1}</footer></body></html>')
ONE = ('<h1>One &amp; only<a class="headerlink" href="#one">#</a></h1><h2 id="sec">Sec</h2><p><a href="#sec">here</a> '
       '<a href="../two.html#sec">there</a> <a href="../left.html">out</a> <a href="../a.bib">file</a> <a href="https://a.org/">far</a></p>'
       '<img src="../a.png">'
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
    levels = re.findall(r"<(h\d) class=\"[^\"]*\"[^>]*>(.*?)<", whole_book.joined())
    assert levels == [("h2", "Book"), ("h3", "Sec"), ("h1", "Part I. Zero"), ("h2", "One &amp; only"), ("h3", "Sec"),
                      ("h1", "Two"), ("h3", "Sec")]


def test_in_one_file_each_place_has_a_name_of_its_own_and_links_lead_within(site):
    text = whole_book.joined()
    places = re.findall(r'\bid="([^"]+)"', text)
    assert len(places) == len(set(places))
    leads = set(re.findall(r'href="#([^"]+)"', text))
    assert leads <= set(places) and {"a-one--sec", "two--sec", "a-one--g"} <= leads
    assert "url(#a-one--g)" in text and 'href="https://a.org/"' in text and 'src="a.png"' in text
    assert "left.html" not in text and "a.bib" not in text and "Print" not in text
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


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on the PATH")
def test_the_figures_are_files_by_themselves_named_by_number_page_and_name_the_same_each_time(site):
    figure = ('<h1>One</h1><figure id="f"><div class="ib-figure"><svg viewBox="0 0 9 9" aria-label="seen">'
              '<path d="M0 0h9" stroke="currentColor"/></svg></div><span class="caption-number">Fig. 7 </span>'
              '<div class="take" data-name="fig-a"><p>Cited.</p></div></figure><script>')
    script = (Path(__file__).parents[1] / "docs" / "_static" / "take.js").read_text(encoding="utf-8")
    (site / "a" / "one.html").write_text(PAGE.format(f"{figure}{script}</script>", FOOT), encoding="utf-8")
    whole_book.make("figures")
    path = site / whole_book.FILES["figures"]
    first = path.read_bytes()
    with zipfile.ZipFile(path) as book:
        assert book.namelist() == [f"{path.stem}/007-a-one--fig-a.svg"]
        drawn = xml.fromstring(book.read(book.namelist()[0]))
    assert [part.text for part in drawn[:2]] == ["Cited.", "seen"]
    assert drawn.find(".//{*}path").get("style").count("rgb(0, 0, 0)") > 1
    whole_book.make("figures")
    assert path.read_bytes() == first and f'<a href="{path.name}">figures</a>' in (site / "two.html").read_text()


def test_the_site_links_to_what_is_there_and_to_no_more(site):
    whole_book.link([])
    page = site / "two.html"
    assert "whole book" not in page.read_text()
    whole_book.link(["pdf", "zip"])
    linked = re.findall(r'href="(initbook-[^"]*)"', page.read_text())
    assert linked == [whole_book.FILES["pdf"], whole_book.FILES["zip"]]
    whole_book.link([])
    assert "whole book" not in page.read_text()


def chromium_s(*objects):
    """A PDF as Chromium writes it, its first object the catalogue."""
    out, rows = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        rows.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    table = b"".join(b"%010d 00000 n \n" % row for row in rows)
    return (out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(rows) + 1) + table
            + b"trailer\n<</Size %d\n/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(rows) + 1, len(out)))


def unpacked(pdf):
    """`{number: text}` of all objects, found as a reader's program finds them: by the table at the end."""
    def stream(at):
        about, _, rest = pdf[at:].partition(b"\nstream\n")
        return about, zlib.decompress(rest[:int(re.search(rb"/Length (\d+)", about)[1])])

    about, table = stream(int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", pdf)[1]))
    assert b"/Root" in about and len(table) == 7 * int(re.search(rb"/Size (\d+)", about)[1])
    rows, found = list(struct.iter_unpack(">BIH", table)), {}
    for number, (kind, at, place) in enumerate(rows):
        if kind == 1:
            assert pdf[at:].startswith(b"%d 0 obj\n" % number)
            found[number] = pdf[at:pdf.index(b"endobj", at)].partition(b"obj\n")[2].strip()
        if kind == 2:
            head, inside = stream(rows[at][1])
            first = int(re.search(rb"/First (\d+)", head)[1])
            pairs = inside[:first].split()
            assert int(pairs[2 * place]) == number
            begin, end = map(int, [*pairs[1::2], len(inside)][place:place + 2])
            found[number] = inside[first:][begin:end].strip()
    return found


def test_a_packed_pdf_has_the_same_objects_and_bookmarks_named_after_their_headings(monkeypatch):
    monkeypatch.setattr(small_pdf, "PACKED", 3)
    pdf = chromium_s(
        b"<</Type /Catalog\n/Outlines 2 0 R>>", b"<</Type /Outlines\n/First 3 0 R\n/Last 5 0 R>>",
        b"<</Title (A (b) bA (b) b)\n/Next 5 0 R\n/First 4 0 R>>".replace(b"(b)", b"\\(b\\)"), b"<</Title <FEFF0042>>>",
        b"<</Title (C)\n/Prev 3 0 R>>", b"<</Length 4>>\nstream\n\x00\nobj\nendstream")
    objects, trailer = small_pdf.objects_of(pdf)
    assert list(objects) == [1, 2, 3, 4, 5, 6] and objects[6].startswith(b"<</Length 4>>")
    assert unpacked(small_pdf.written(objects, trailer)).items() >= objects.items()
    small_pdf.name_bookmarks(objects, ["A (b)", "Bé", "C"])
    found = unpacked(small_pdf.written(objects, trailer))
    titles = [re.search(rb"/Title <feff(\w+)>", found[number])[1] for number in (3, 4, 5)]
    assert [bytes.fromhex(title.decode()).decode("utf-16-be") for title in titles] == ["A (b)", "Bé", "C"]
    assert b"/Next 5 0 R" in found[3] and found[6] == objects[6]
    with pytest.raises(ValueError, match="shorter"):  # a heading without a bookmark
        small_pdf.name_bookmarks(objects, ["A", "B", "C", "D"][:2])


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on the PATH")
def test_the_pdf_has_a_bookmark_for_each_heading_and_no_file_is_left(site):
    whole_book.make("pdf")
    found = unpacked((site / whole_book.FILES["pdf"]).read_bytes())
    titles = [bytes.fromhex(said[1].decode()).decode("utf-16-be")
              for text in found.values() if (said := re.search(rb"/Title <feff(\w+)>", text))]
    assert sorted(titles) == ["Book", "Book", "Contents", "One & only", "Part I. Zero", "Sec", "Sec", "Sec", "Two"]
    assert not (site / "whole-book.html").exists()
