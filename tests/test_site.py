"""What the build makes of the pages beside their text: lean pages, notebooks to take, what a published site needs."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs" / "_ext"))
import find  # noqa: E402
import lean_pages  # noqa: E402
import page_polish  # noqa: E402
import published  # noqa: E402
import take_away  # noqa: E402

SITE = ROOT / "build" / "html"
needs_site = pytest.mark.skipif(not SITE.exists(), reason="build/html is missing: make html")
HEAD = """<head>
  <link rel="stylesheet" href="../_static/a.css?v=1" />
  <link href="../_static/sub/b.css" rel="stylesheet" />
  <link rel="preload" as="script" href="../_static/late.js" />
  <script src="../_static/one.js?v=2"></script>
  <script defer src="../_static/fontawesome.js"></script>
  <script>DOCUMENTATION_OPTIONS.pagename = 'x';</script>
  <script src="../searchindex.js"></script>
  <script defer src="../_static/late.js"></script>
</head><i class="fa-solid fa-list"></i>
"""


# Lean pages


def test_a_page_loads_one_style_sheet_and_its_scripts_wait():
    page = lean_pages.lean("page", HEAD, "all.css")
    assert lean_pages.sheets_of(page) == ("all.css",)
    assert 'href="../_static/all.css"' in page
    assert re.findall(r"<script (defer )?src=\"([^\"?]*)", page) == [("defer ", "../_static/one.js"),
                                                                    ("defer ", "../_static/late.js")]  # fmt: skip
    assert "pagename" not in page
    assert '<i aria-hidden="true" class="fa-solid fa-list">' in page


def test_only_the_search_page_loads_the_index():
    assert "searchindex.js" in lean_pages.lean("search", HEAD, "all.css")
    assert "searchindex.js" not in lean_pages.lean("page", HEAD, "all.css")


def test_a_bundle_holds_what_is_imported_with_addresses_that_still_lead_there(tmp_path):
    (tmp_path / "sub" / "fonts").mkdir(parents=True)
    (tmp_path / "a.css").write_text("p {color: red}")
    (tmp_path / "sub" / "b.css").write_text('@import "../a.css";q {src: url(fonts/f.woff2)} r {mask: url("data:x")}')
    name = lean_pages.bundle(tmp_path, ("sub/b.css",), set())
    assert (tmp_path / name).read_text() == 'p {color: red}q {src: url("sub/fonts/f.woff2")} r {mask: url("data:x")}'
    (tmp_path / "a.css").write_text("p {color: blue}")
    assert lean_pages.bundle(tmp_path, ("sub/b.css",), set()) != name


def test_rules_of_icons_that_no_page_shows_are_left_out():
    style = '.fa-list{--fa:"\\f03a"}.fa-star,.fa-old-star{--fa:"\\f005"}p{color:red}'
    assert lean_pages.without_unused_icons(style, {"fa-old-star"}) == '.fa-star,.fa-old-star{--fa:"\\f005"}p{color:red}'
    assert lean_pages.letters('a{--fa:"\\f03a"}b{content:"\uf058"}c{content:"x"}') == {0xF03A, 0xF058}


# Search


@pytest.mark.parametrize(
    ("text", "words"),
    [("It is 11.35 %.", ["It", "is", "11.35"]), ("he_normal, 2.", ["he_normal", "2"]), ("1.2.3", ["1.2", "3"])],
)
def test_decimals_are_words_of_the_index(text, words):
    assert find.WithNumbers({}).split(text) == words


# To take


def test_a_notebook_for_readers_needs_no_glue_and_has_its_numbers():
    cells = [
        nbformat.v4.new_markdown_cell("It is {glue:text}`page.md::loss:.2f`, on {glue:text}`cpu`."),
        nbformat.v4.new_code_cell('from myst_nb import glue\nglue("loss", 2.3026, display=False)'),
    ]
    notebook = take_away.for_readers(nbformat.v4.new_notebook(cells=cells), {"loss": 2.3026, "cpu": "arm"}, "")
    assert notebook.cells[0].source == "It is 2.30, on arm."
    assert len(notebook.cells) == 2
    exec(notebook.cells[1].source, {"__name__": "reader"})
    assert "myst_nb" not in notebook.cells[1].source


def test_a_page_with_a_failed_cell_keeps_the_names_of_numbers_that_are_missing():
    cells = [nbformat.v4.new_markdown_cell("It is {glue:text}`page.md::loss:.2f`.")]
    notebook = take_away.for_readers(nbformat.v4.new_notebook(cells=cells), {}, "")
    assert notebook.cells[0].source == "It is {glue:text}`page.md::loss:.2f`."


def test_a_notebook_installs_the_package_once_it_is_known_where_from():
    address = "https://github.com/someone/book"
    notebook = take_away.for_readers(nbformat.v4.new_notebook(), {}, address)
    assert f"git+{address}" in notebook.cells[0].source


def test_launch_links_open_the_notebook_and_need_a_repository():
    links = take_away.launch_links("https://github.com/someone/book", "variance/he")
    assert links["Colab"].endswith("/github/someone/book/blob/gh-pages/_sources/variance/he.ipynb")
    assert links["Binder"].startswith("https://mybinder.org/v2/gh/someone/book/gh-pages?urlpath=lab/tree/_sources/")
    assert take_away.launch_links("", "variance/he") == {}


@pytest.mark.parametrize("text", ["2.5", "'arm'", "(1, 2)", "inf"])
def test_glued_values_are_read_back(text):
    assert repr(take_away.from_repr(text)) == text


# Published


def test_a_head_names_whole_addresses_or_none():
    about = ("Book", "", "variance/he", 'He & "she"', "ReLU <halves>.")
    assert "og:image" not in page_polish.tags(*about)
    assert "://" not in page_polish.tags(*about)
    assert 'content="He &amp; &quot;she&quot;"' in page_polish.tags(*about)
    head = page_polish.tags("Book", "https://b.org/x/", *about[2:])
    assert 'property="og:image" content="https://b.org/x/_static/card.png"' in head
    assert 'property="og:url" content="https://b.org/x/variance/he.html"' in head


def test_the_card_is_small_and_always_the_same(tmp_path):
    for name in ("one.png", "two.png"):
        published.draw_card(tmp_path / name, "A title")
    card = (tmp_path / "one.png").read_bytes()
    assert card == (tmp_path / "two.png").read_bytes()
    assert len(card) < 100_000
    assert (int.from_bytes(card[16:20]), int.from_bytes(card[20:24])) == (1200, 630)


def test_links_of_the_lost_page_start_at_the_root():
    text = '<a href="x/y.html"><a href="#z"><a href="https://a.org/"><img src="./i.svg"><html data-content_root="./">'
    rooted = published.from_any_depth(text, "https://b.org/book/")
    assert rooted == ('<a href="/book/x/y.html"><a href="#z"><a href="https://a.org/"><img src="/book/i.svg">'
                      '<html data-content_root="/book/">')  # fmt: skip
    assert '"/x/y.html"' in published.from_any_depth(text, "")


def test_the_map_lists_whole_addresses():
    lines = published.sitemap("https://b.org/", ["index", "a&b"])
    assert "<loc>https://b.org/index.html</loc>" in lines and "a&amp;b" in lines


# The citation says the same everywhere


def test_the_reference_in_bibtex_is_that_of_citation_cff():
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    bibtex = (ROOT / "docs" / "_static" / "initbook.bib").read_text(encoding="utf-8")
    cite = (ROOT / "docs" / "reference" / "cite.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert cff["version"] == project["version"]
    for text in (bibtex, cite):
        for words in (cff["title"], f"Version {cff['version']}", cff["authors"][0]["name"]):
            assert words in text
    urls = project.get("urls", {})
    assert (cff.get("url"), cff.get("repository-code")) == (urls.get("Documentation"), urls.get("Source"))


# The built site


def notebooks():
    return sorted(SITE.glob("_sources/**/*.ipynb"))


@pytest.mark.browser
@needs_site
def test_every_executed_page_can_be_taken_as_a_notebook_with_its_outputs():
    sources = {path for path in (ROOT / "docs").rglob("*.md") if "{code-cell}" in path.read_text(encoding="utf-8")}
    assert {path.relative_to(SITE / "_sources").with_suffix(".md") for path in notebooks()} == {
        path.relative_to(ROOT / "docs") for path in sources}  # fmt: skip
    for path in notebooks():
        notebook = nbformat.read(path, 4)
        nbformat.validate(notebook)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert all(cell.execution_count for cell in code), path
        figures = [cell for cell in code if cell.source.rstrip().endswith(")") and "figures.show(" in cell.source]
        assert all(cell.outputs for cell in figures), path
        assert not any("myst_nb" in cell.source or "{glue:" in cell.source for cell in notebook.cells), path


@pytest.mark.browser
@needs_site
def test_all_that_the_style_sheet_asks_for_is_in_the_site():
    (style,) = (SITE / "_static").glob("book-*.css")
    addresses = set(lean_pages.ADDRESS.findall(style.read_text(encoding="utf-8")))
    assert addresses
    assert [path for path in addresses if not (style.parent / path).exists()] == []


@pytest.mark.browser
@needs_site
def test_a_site_without_an_address_points_at_no_repository():
    if tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"].get("urls"):
        pytest.skip("the book has an address")
    page = (SITE / "variance" / "he.html").read_text(encoding="utf-8")
    assert re.findall(r"launch-buttons|source-buttons|og:image|canonical", page) == []
    assert not (SITE / "sitemap.xml").exists()


def run_like_a_reader(notebook, folder):
    """Run in a process that cannot import what builds the book."""
    for hidden in ("myst_nb", "sphinx"):
        (folder / f"{hidden}.py").write_text("raise ImportError('a reader does not have this')\n")
    path = folder / "taken.ipynb"
    nbformat.write(notebook, path)
    script = "import nbformat, nbclient; nbclient.NotebookClient(nbformat.read('taken.ipynb', 4)).execute()"
    return subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False)


EXTENSIONS = {"amsmath", "colon_fence", "dollarmath"}
TAKEN = ["index", "variance/fans"]


@pytest.mark.slow
@needs_site
@pytest.mark.parametrize("name", TAKEN)
def test_a_notebook_that_was_taken_runs_without_what_builds_the_book(name, tmp_path):
    ran = run_like_a_reader(nbformat.read(SITE / "_sources" / f"{name}.ipynb", 4), tmp_path)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.slow
@needs_site
@pytest.mark.parametrize("name", TAKEN)
def test_a_source_that_was_taken_is_a_notebook_that_runs(name, tmp_path):
    from myst_nb.core.read import read_myst_markdown_notebook
    from myst_parser.config.main import MdParserConfig

    text = (SITE / "_sources" / f"{name}.md").read_text(encoding="utf-8")
    ran = run_like_a_reader(read_myst_markdown_notebook(text, MdParserConfig(enable_extensions=EXTENSIONS)), tmp_path)
    assert ran.returncode == 0, ran.stderr


# A small book with an address


@pytest.mark.slow
def test_an_address_in_one_place_brings_launch_buttons_previews_and_a_map(tmp_path):
    from test_build import Book

    book = Book(tmp_path)
    shutil.copytree(ROOT / "initbook", tmp_path / "initbook", dirs_exist_ok=True)  # it draws the card
    (tmp_path / "initbook" / "__init__.py").write_text("ANSWER = 41\n")
    urls = '[project.urls]\nDocumentation = "https://someone.github.io/book/"\nSource = "https://github.com/someone/book"'
    text = (tmp_path / "pyproject.toml").read_text(encoding="utf-8")
    book.write("pyproject.toml", re.sub(r"\[project\.urls\][^\[]*", urls + "\n\n", text))
    assert book.build() == (True, "")
    page, html = book.page(), tmp_path / "build" / "html"
    for address in (
        "https://colab.research.google.com/github/someone/book/blob/gh-pages/_sources/one.ipynb",
        "https://mybinder.org/v2/gh/someone/book/gh-pages?urlpath=lab/tree/_sources/one.ipynb",
        "https://github.com/someone/book/edit/main/docs/one.md",
        "https://someone.github.io/book/_static/card.png",
        '<link rel="canonical" href="https://someone.github.io/book/one.html" />',
    ):
        assert address in page
    assert "https://someone.github.io/book/one.html" in (html / "sitemap.xml").read_text()
    assert "someone/book" in (html / "binder" / "requirements.txt").read_text()
    assert (html / "_static" / "card.png").exists()
    assert "git+https://github.com/someone/book" in (html / "_sources" / "one.ipynb").read_text()
