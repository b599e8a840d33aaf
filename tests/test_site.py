"""What the build makes of the pages beside their text: lean pages, notebooks to take, what a published site needs."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from bs4 import BeautifulSoup

import execution
import lean_pages
import page_polish
import palette
import powers
import published
import site_server
import take_away
import take_figures
from browser import with_empty_formulas
from test_build import PACKAGE, Book

ROOT = Path(__file__).parents[1]

SITE = ROOT / "build" / "html"
built = pytest.mark.skipif(not SITE.exists(), reason="build/html is missing: make html")


# Lean pages


def test_a_bundle_holds_what_is_imported_with_addresses_that_still_lead_there(tmp_path):
    (tmp_path / "sub" / "fonts").mkdir(parents=True)
    (tmp_path / "a.css").write_text("p {color: red}")
    (tmp_path / "sub" / "b.css").write_text('@import "../a.css";q {src: url(fonts/f.woff2)} r {mask: url("data:x")}')
    name = lean_pages.bundle(tmp_path, ("sub/b.css",), set())
    assert (tmp_path / name).read_text() == 'p {color: red}q {src: url("sub/fonts/f.woff2")} r {mask: url("data:x")}'
    (tmp_path / "a.css").write_text("p {color: blue}")
    assert lean_pages.bundle(tmp_path, ("sub/b.css",), set()) != name


def test_what_opens_a_part_in_the_side_bar_says_of_which_part():
    toggle = '<a href="x.html">Part I</a><details open="open"><summary><span class="toctree-toggle">'
    assert '<summary aria-label="Pages of Part I">' in lean_pages.lean(toggle, "book.css")


@pytest.mark.parametrize(("style", "left"), [
    ('.fa-list{--fa:"1"}.fa-star,.fa-old-star{--fa:"2"}p{color:red}', '.fa-old-star{--fa:"2"}p{color:red}'),
    (".a .b{x:y}.a:not(.b){x:y}.a,.b{x:y}", ".a:not(.b){x:y}.a{x:y}"),  # without b nobody is .b; all are :not(.b)
    ("@media print{.b{x:y}}@media screen{.b{x:y}.a{x:y}}", "@media screen{.a{x:y}}"),
    ("/* .a{ */.b{x:y}", ""),
    ("@keyframes a{from{x:y}}@font-face{x:url(data:a;b.c)}", "@keyframes a{from{x:y}}@font-face{x:url(data:a;b.c)}"),
    (".made-up{x:y}", ".made-up{x:y}"),  # by a script, of "made-" and something
])  # fmt: skip
def test_rules_for_classes_that_nothing_has_are_left_out(style, left):
    assert lean_pages.without_unused(style, {"a", "fa-old-star", "made-"}) == left


def test_rules_of_dark_pages_are_there_for_light_ones_without_scripts():
    style = ('a{x:y}html[data-theme=dark] a,b{x:z}html[data-theme=dark] .only-light{x:z}p[data-theme="dark"]{x:z}'
             '@media print{html[data-theme="light"] a{x:y}}')
    asked = "@media screen and (scripting: none) and (prefers-color-scheme: dark)"
    rules = 'html[data-theme="light"] a{x:z}p[data-theme="light"]{x:z}'
    assert lean_pages.dark_without_scripts(style) == f"{asked}{{{rules}}}"


def test_letters_of_icons_are_found():
    assert lean_pages.letters('a{--fa:"\\f03a"}b{content:"\uf058"}c{content:"x"}') == {0xF03A, 0xF058}


def test_classes_are_taken_from_pages_and_scripts():
    assert lean_pages.names_in(['<p class="a b">', '<b class="a">'], ["x.classList.add(`bs-${y}`, 'shown')"]) >= {
        "a", "b", "bs-", "shown"}


# Numbers


@pytest.mark.parametrize("number, html", [
    ("2e-08", "2\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10<superscript>−8</superscript>"),
    ("-1.0e+12", "−1.0\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10<superscript>12</superscript>"),
    ("1e-10", "10<superscript>−10</superscript>"), ("1e−8", "10<superscript>−8</superscript>"),
    ("2.5", ""), ("12", ""), ("e1", ""),
])  # fmt: skip
def test_a_power_of_ten_is_written_as_readers_write_it(number, html):
    assert "".join(str(node) for node in powers.typeset(number)) == html


@pytest.mark.parametrize("text, apart", [
    ("74,196 and 98263", "74_196 and 98_263"), ("60 000 labels, 6,000 of them", "60_000 labels, 6000 of them"),
    ("in 2015 and 1,234,567.", "in 2015 and 1_234_567."), ("12345.5, v12345, doi:10.1038/323533", None),
    ("issue 24991", None), ("784-256-32, 0.12345", None),
])  # fmt: skip
def test_thousands_are_set_apart_in_one_way(text, apart):
    assert powers.thousands(text) == (apart or text).replace("_", powers.THIN)


DRAWN, TAGS = re.compile(r"(?s)<(svg|script|style|pre|code)\b.*?</\1>"), re.compile("<[^>]*>")


def prose_of(article):
    """Its words, without code, formulas, drawings and the bibliography."""
    soup = BeautifulSoup(with_empty_formulas(article), "html.parser")
    for other in soup.select(".citation, .take, a.external, .sig"):
        other.decompose()
    return soup.get_text()


@built
def test_large_numbers_have_one_style_in_the_whole_book():
    pages = [path for path in SITE.rglob("*.html") if not {"_modules", "_static"} & set(path.parts)]
    texts = {path: DRAWN.sub("", text[text.index("<article"):text.rindex("</article>")])
             for path in pages if "<article" in (text := path.read_text("utf-8"))}
    # A parser takes its time; most pages have no fault even where all is counted as their words.
    asked = [path for path, text in texts.items() if powers.thousands(words := TAGS.sub("", text)) != words]
    other = {path: powers.LARGE.findall(text) for path in asked
             if powers.thousands(text := prose_of(texts[path])) != text}
    assert other == {}
    assert sum(text.count(powers.THIN) for text in texts.values()) > 20


CELL = re.compile(r"(?s)<td\b.*?</td>")
REPORT = re.compile(r'(?s)class="ib-report".*?</table>')  # what a program has printed
NOT_AS_IN_TEXT = re.compile(r"\d%|(?<![\w.])\d(?:\.\d+)?e[-+−]?\d")


@built
def test_powers_and_per_cent_in_tables_are_written_as_in_the_text():
    cells = {path: [TAGS.sub("", DRAWN.sub("", cell)) for cell in CELL.findall(REPORT.sub("", path.read_text("utf-8")))]
             for path in SITE.rglob("*.html") if not {"_modules", "_static"} & set(path.parts)}
    assert [(path, cell) for path, found in cells.items() for cell in found if NOT_AS_IN_TEXT.search(cell)] == []
    assert any("\N{NO-BREAK SPACE}%" in cell for found in cells.values() for cell in found)


@built
def test_from_the_landing_page_three_roads_lead_on_and_no_button_chooses_one():
    pages = ("index.html", "variance/he.html")
    assert ['class="right-next"' in (SITE / name).read_text("utf-8") for name in pages] == [False, True]


def test_a_long_name_may_be_broken_behind_a_dot_and_a_decimal_or_a_short_one_not():
    assert page_polish.breakable('<span class="pre">initbook.theory.chi</span>') == (
        '<span class="pre">initbook.<wbr>theory.<wbr>chi</span>')
    for other in ('<span class="pre">np.sum</span>', '<span class="pre">0.123456789012</span>'):
        assert page_polish.breakable(other) == other


# Folds


def misplaced(html):
    """Folded cells whose code does not stand under what it made, or is not called after it."""
    wrong = []
    for cell in html.split('<div class="cell tag_hide-input')[1:]:
        name = re.search(r'<details class="fold code">\s*<summary>(.*?)</summary>', cell)
        made = cell[:name.start()] if name else ""
        kind = "Code of this figure" if "<figure" in made else "Code of this table" if "<table" in made else "Code"
        if not name or name[1] != kind or "cell_output" in cell[name.end():cell.index("</details>", name.end())]:
            wrong.append(cell[:200])
    return wrong


@built
def test_code_is_folded_under_what_it_made():
    pages = {path: path.read_text("utf-8") for path in SITE.rglob("*.html")}
    assert {path: misplaced(html) for path, html in pages.items() if misplaced(html)} == {}
    assert sum(html.count("Code of this figure") for html in pages.values()) > 50


def test_twin_code_above_its_figure_is_misplaced():
    fold, figure = '<details class="fold code">\n<summary>Code of this figure</summary></details>', "<figure></figure>"
    cell = '<div class="cell tag_hide-input container">'
    assert misplaced(cell + fold + figure) and not misplaced(cell + figure + fold)


@built
def test_a_fold_of_another_kind_stands_nowhere():
    pages = [path.read_text("utf-8") for path in SITE.rglob("*.html")]
    kinds = {kind for page in pages for kind in re.findall(r'<details class="([^"]*)"', page)}
    assert kinds and [kind for kind in kinds if "fold" not in kind.split()] == []


@built
def test_each_proof_ends_with_its_sign_and_begins_with_its_name():
    pages = [path.read_text("utf-8") for path in SITE.rglob("*.html") if "_modules" not in path.parts]
    named = re.compile(r'<div class="proof admonition"[^>]*>\s*<p>(?:<span[^>]*></span>)?<strong>Proof')
    begun = [named.findall(page) for page in pages]
    ends = [page.count('class="end-of-proof">□</span>') for page in pages]
    assert sum(ends) > 10 and [len(found) for found in begun] == ends


# To take


def test_what_a_figure_shows_is_its_caption_s_first_sentence():
    formula = take_figures.nodes.math("", r"\ln 10")
    caption = take_figures.nodes.caption("", "", take_figures.nodes.Text("Only small\ninputs give "), formula,
                                         take_figures.nodes.Text(". What was measured."))
    assert take_figures.claim(caption) == "Only small inputs give ln 10"


@pytest.mark.parametrize("site, repository, package", [
    ("https://b.org/", "https://github.com/someone/book", f"https://b.org/{take_away.WHEEL}"),
    ("", "https://github.com/someone/book", "git+https://github.com/someone/book"),
    ("", "", take_away.WHEEL),
])  # fmt: skip
def test_what_pip_installs_is_the_site_s_own_file_and_without_an_address_the_file_beside_the_page(
        site, repository, package):
    assert take_away.package(site, repository) == package
    assert take_away.INSTALL.format(package=package).endswith(f"%pip install --quiet {package}")


def test_the_wheel_is_the_same_from_the_same_commit_and_holds_the_package_with_its_data(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    wheels = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        wheels.append(take_away.write_wheel(tmp_path / name))
    assert wheels[0].name == take_away.WHEEL and wheels[0].read_bytes() == wheels[1].read_bytes()
    assert wheels[0].stat().st_mode & 0o044 == 0o044
    held = {name for name in zipfile.ZipFile(wheels[0]).namelist() if ".dist-info" not in name}
    files = execution.source_files(ROOT / "initbook")
    assert held == {path.relative_to(ROOT).as_posix() for path in files}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    assert take_away.write_wheel(tmp_path).read_bytes() != wheels[0].read_bytes()


def test_the_package_runs_from_its_wheel_alone(tmp_path):
    """Without the repository: not from its folder, and not by its editable install."""
    wheel = take_away.write_wheel(tmp_path)
    script = (f"import sys\nsys.path.insert(0, {str(wheel)!r})\nimport initbook, numpy as np\n"
              "from initbook import activations, check\n"
              "print(initbook.__file__)\nprint(check([(np.ones((2, 2)), None)], activations.tanh, np.ones((3, 2))))")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ran = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ran.stdout.startswith(str(wheel)) and "all rows of x are alike" in ran.stdout, ran.stderr


@pytest.mark.parametrize("text", ["2.5", "'arm'", "(1, 2)", "inf"])
def test_glued_values_are_read_back(text):
    assert repr(execution.value_of(text)) == text


def test_launch_links_open_the_notebook_and_need_a_repository():
    links = take_away.launch_links("https://github.com/someone/book", "variance/he")
    assert links["Colab"].endswith("/github/someone/book/blob/gh-pages/_sources/variance/he.ipynb")
    assert links["Binder"].startswith("https://mybinder.org/v2/gh/someone/book/gh-pages?urlpath=lab/tree/_sources/")
    assert take_away.launch_links("", "variance/he") == {}


def steps_that_push():
    """Shell commands of the workflows."""
    workflows = (yaml.safe_load(path.read_text()) for path in (ROOT / ".github" / "workflows").glob("*.yml"))
    steps = (step for workflow in workflows for job in workflow["jobs"].values() for step in job["steps"])
    return [step["run"] for step in steps if "git push" in step.get("run", "")]


def test_the_branch_that_launch_links_read_is_pushed_with_the_site_alone(tmp_path, monkeypatch):
    def git(*words):
        return subprocess.run(["git", *words], cwd=work, check=True, capture_output=True, text=True).stdout

    (script,) = steps_that_push()
    work = tmp_path / "work"
    (work / "build" / "html" / "_sources").mkdir(parents=True)
    for name, text in {"Makefile": "", ".gitignore": "build/", "build/html/_sources/page.ipynb": "{}"}.items():
        (work / name).write_text(text)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    git("init", "--quiet", "--bare", "../origin")
    git("init", "--quiet")
    git("remote", "add", "origin", "../origin")
    git("add", ".")
    git("-c", "user.name=x", "-c", "user.email=x@localhost", "commit", "--quiet", "--message", "x")
    ran = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=work, capture_output=True, text=True,
                         env=os.environ | {"GITHUB_SHA": "x"}, check=False)  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    listed = git("--git-dir=../origin", "ls-tree", "-r", "--name-only", take_away.BRANCH)
    assert listed.splitlines() == ["_sources/page.ipynb"]


# Published


def test_a_head_names_whole_addresses_or_none():
    about = ("variance/he", 'He & "she"', "ReLU <halves>.")
    head = page_polish.tags("Book", "", *about)
    assert "og:image" not in head and "://" not in head and 'content="He &amp; &quot;she&quot;"' in head
    head = page_polish.tags("Book", "https://b.org/x/", *about)
    for said in ('"og:image" content="https://b.org/x/_static/cards/variance/he.png"', '"twitter:card"',
                 '"og:url" content="https://b.org/x/variance/he.html"', '"description" content="ReLU &lt;halves&gt;."',
                 '"og:image:alt" content="The page&#x27;s title'):
        assert said in head


def test_pages_that_sphinx_makes_describe_themselves_and_have_no_picture():
    app = SimpleNamespace(env=SimpleNamespace(titles={}), config=SimpleNamespace(html_title="B", html_baseurl="b.org/"))
    descriptions = set()
    for page in ("genindex", "search", "_modules/index", "_modules/initbook/theory"):
        page_polish.describe(app, context := {}, page)
        descriptions.add(re.search(r'name="description" content="([^"]{30,150})"', context["metatags"])[1])
        assert f'content="b.org/{page}.html"' in context["metatags"] and "og:image" not in context["metatags"]
    assert len(descriptions) == 4 and "The source code of initbook.theory" in "".join(descriptions)


def test_each_page_has_a_card_of_its_own_which_is_small_and_always_the_same(tmp_path):
    titles = {"one": "A title", "again": "A title", "deep/two": "Gains: how large should weights be for my activation?"}
    for page, title in titles.items():
        published.draw_card(tmp_path / published.card(page), title, "The book")
    one, again, two = ((tmp_path / published.card(page)).read_bytes() for page in titles)
    assert one == again != two
    assert len(two) < 100_000
    assert (int.from_bytes(two[16:20]), int.from_bytes(two[20:24])) == (1200, 630)


def test_links_of_the_lost_page_start_at_the_root():
    text = '<a href="x/y.html"><a href="#z"><a href="https://a.org/"><img src="./i.svg"><html data-content_root="./">'
    rooted = published.from_any_depth(text, "https://b.org/book/")
    assert rooted == ('<a href="/book/x/y.html"><a href="#z"><a href="https://a.org/"><img src="/book/i.svg">'
                      '<html data-content_root="/book/">')  # fmt: skip
    assert '"/x/y.html"' in published.from_any_depth(text, "")


def test_the_map_lists_whole_addresses():
    lines = published.sitemap("https://b.org/", ["index", "a&b"])
    assert "<loc>https://b.org/index.html</loc>" in lines and "a&amp;b" in lines


# Colours


@pytest.mark.parametrize("name", ["book.css", "logo.svg", "five-starts.svg"])
def test_every_colour_is_in_the_palette(name):
    text = (ROOT / "docs" / "_static" / name).read_text(encoding="utf-8")
    found = set(re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\([^)]*\)", text))
    assert found and found <= palette.PALETTE, f"{name}: {found - palette.PALETTE}: take one of tools/palette.py"


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
    for key, name in {"url": "Documentation", "repository-code": "Source"}.items():
        said, published_at = cff.get(key), project.get("urls", {}).get(name)
        assert said in (None, published_at), f"CITATION.cff: {key} is not {name} of [project.urls] in pyproject.toml"


# The built site


@cache
def written_pages():
    """Name and text of the pages that were written, not those that Sphinx makes of them."""
    names = sorted(path.relative_to(SITE / "_sources").with_suffix(".html") for path in SITE.glob("_sources/**/*.md"))
    return {name.as_posix(): (SITE / name).read_text(encoding="utf-8") for name in names}


class TestSite:
    """The built book, as files."""

    pytestmark = built

    def test_the_package_lies_beside_the_pages_and_what_names_it_leads_there(self):
        assert (SITE / take_away.WHEEL).is_file()
        practice = (SITE / "practice" / "check-yours.html").read_text(encoding="utf-8")
        assert f'href="../{take_away.WHEEL}"' in practice
        assert f"pip install {take_away.WHEEL}" in re.sub("<[^>]+>", "", practice)

    def test_what_a_notebook_reads_lies_beside_it(self):
        beside = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").glob("*/*.json")}
        assert all((SITE / "_sources" / path).is_file() for path in beside)

    def test_all_that_the_style_sheet_asks_for_is_in_the_site(self):
        (style,) = (SITE / "_static").glob("book-*.css")
        assert style.stat().st_size < 250_000  # four fifths of the theme's rules are for what no page has
        addresses = set(lean_pages.ADDRESS.findall(style.read_text(encoding="utf-8")))
        assert addresses
        assert [path for path in addresses if not (style.parent / path).exists()] == []

    def test_each_place_that_the_style_sheet_names_holds_something(self):
        style = (ROOT / "docs" / "_static" / "book.css").read_text(encoding="utf-8")
        named = set(re.findall(r"#([a-z][\w-]*)(?=[^{}]*\{)", re.sub(r"(?s)/\*.*?\*/", "", style)))
        held = {place for page in SITE.rglob("*.html")
                for place in re.findall(r'<(?!span\b)\w+ [^>]*?\bid="([^"]+)"', page.read_text(encoding="utf-8"))}
        assert len(named) > 5 and named <= held  # an old name of a section is an empty span before it

    def test_each_page_loads_one_style_sheet_and_scripts_that_wait_and_the_search_page_alone_its_index(self):
        for path in (path for path in SITE.rglob("*.html") if "_static" not in path.parts):
            page = path.read_text(encoding="utf-8")
            assert page.count('rel="stylesheet"') == 1 and "ALL.css" not in page, path
            assert re.findall(r"<script (?!defer)[^>]*\bsrc=[^>]*>", page) == [], path
            assert ("searchindex.js" in page) == (path.name == "search.html"), path
            assert re.findall(r'<i class="fa[^>]*>', page) == [], path

    def test_the_source_code_in_the_site_is_that_of_the_package(self):
        listings = {path.relative_to(SITE / "_modules").parts[0] for path in SITE.glob("_modules/**/*.html")}
        assert listings == {"index.html", "initbook"}

    def test_the_site_points_at_the_addresses_it_has_and_at_no_other(self):
        page, urls = (SITE / "variance" / "he.html").read_text(encoding="utf-8"), site_server.URLS
        has = {"source-buttons": "Source" in urls, "og:image": "Documentation" in urls,
               "canonical": "Documentation" in urls,
               "launch-buttons": take_away.launch_links(urls.get("Source", ""), "variance/he")}
        assert {kind for kind in has if re.search(rf"{kind}\b", page)} == {kind for kind in has if has[kind]}
        assert (SITE / "sitemap.xml").exists() == ("Documentation" in urls)

    @pytest.mark.parametrize("thing", [
        r"<h([1-4])\b[^>]*>.*?</h\1>", r"<figcaption.*?</figcaption>", r'<span class="eqno">.*?</span>'])
    def test_headings_figures_and_numbered_equations_of_every_page_give_their_address(self, thing):
        counted = 0
        for name, text in written_pages().items():
            article = text[text.index("<article") : text.index("</article")]
            for found in re.finditer(thing, article, re.DOTALL):
                link = re.search(r'class="headerlink" href="#([^"]*)"', found[0])
                assert link and f' id="{link[1]}"' in article, (name, found[0])
                counted += 1
        assert counted > 50

    def test_each_figure_can_be_taken_and_is_cited_with_its_number_what_it_shows_and_its_page(self):
        counted = 0
        for name, text in written_pages().items():
            figures = re.findall(r'<figure[^>]* id="(fig-[^"]*)">(.*?)</figure>', text, re.DOTALL)
            title = re.search(r"<h1>(.*?)<a", text, re.DOTALL)[1]
            for figure, inside in figures:
                number = re.search(r'caption-number">Fig. (\d+)', inside)[1]
                row = re.search(rf'class="take" data-name="{figure}".*?<p>(.*?)</p>', inside)[1]
                assert f"Figure {number}: “" in row and len(row.split("“")[1]) > 15, (name, row)
                assert ("<" in title or f"In “{title}”" in row) and not re.search(r"[\\${}]", row), (name, row)
                counted += 1
        assert counted > 50

    def test_the_pages_lead_on_and_back_in_the_order_of_the_side_bar_and_the_first_leaves_the_choice(self):
        pages = written_pages()
        side = re.search(r'bd-docs-nav".*?</nav>', pages["index.html"], re.DOTALL)[0]
        order = ["index.html", *re.findall(r'href="([^"]*)"', side)]
        assert set(order) == set(pages) - {"404.html"}
        for before, here, after in zip([None, *order], order, [*order[1:], None], strict=False):
            links = re.findall(r'class="(?:left-prev|right-next)"\s*href="([^"]*)"', pages[here])
            ways = [os.path.normpath(Path(here).parent / link) for link in links]
            assert ways == [way for way in (before, after if before else None) if way], here


# A small book with an address


@pytest.mark.slow
def test_an_address_in_one_place_brings_launch_buttons_previews_and_a_map(tmp_path):
    book, source, home = Book(tmp_path), "https://github.com/someone/book", "https://someone.github.io/book/"
    shutil.copytree(ROOT / "initbook", tmp_path / "initbook", dirs_exist_ok=True)  # it draws the cards
    book.write("initbook/__init__.py", PACKAGE)
    book.publish(f'Documentation = "{home}"\nSource = "{source}"\n')
    assert book.build() == (True, "")
    page, html = book.page(), tmp_path / "build" / "html"
    for address in (*take_away.launch_links(source, "one").values(), f"{source}/edit/main/docs/one.md",
                    f"{home}_static/cards/one.png", f'<link rel="canonical" href="{home}one.html" />'):
        assert address in page
    assert f"{home}one.html" in (html / "sitemap.xml").read_text()
    assert "someone/book" in (html / "binder" / "requirements.txt").read_text()
    assert all((html / "_static" / "cards" / f"{name}.png").exists() for name in ("index", "one", "two"))
    assert '<meta name="description"' in (html / "genindex.html").read_text()
    assert f"{home}{take_away.WHEEL}" in (html / "_sources" / "one.ipynb").read_text()  # and there it lies:
    assert (html / take_away.WHEEL).is_file()
