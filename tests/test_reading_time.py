"""The minutes in the box of a page's goals: what counts, what does not, and the same count from the finished page."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils import new_document

import reading_time
from browser import with_empty_formulas

SITE = Path(__file__).parents[1] / "build" / "html"
DRAWINGS = re.compile("<svg.*?</svg>", re.DOTALL)  # most of a page's bytes, and none of its words


class details(nodes.General, nodes.Element):
    """As sphinx-design's, which is found by its name."""


def page(*more):
    """A page with 3 words, 1 displayed formula, 2 inline ones and 2 lines of code on its road."""
    document = new_document("a page")
    first, second = nodes.math("", "a"), nodes.math("", "b")
    text = nodes.paragraph("", "", nodes.Text("two words "), first, nodes.emphasis("", "three"), second)
    document += [text, nodes.math_block("", "c = d"), nodes.literal_block("", "first\n\nsecond"), *more]
    return document


def tabs(*contents):
    return nodes.container("", *(nodes.container("", nodes.paragraph("", text), design_component="tab-item")
                                 for text in contents), design_component="tab-set")


def section(title):
    return nodes.section("", nodes.title("", title), nodes.paragraph("", "many more words"))


ROAD = {"words": 3, "displays": 1, "inlines": 2, "lines": 2}


@pytest.mark.parametrize("aside", [
    details("", nodes.paragraph("", "folded"), nodes.math_block("", "x"), nodes.literal_block("", "code")),
    section("Exercises"), section("Further reading"),
    nodes.comment("", "a comment"), nodes.raw("", "<svg>one</svg>", format="html"),
    nodes.container("", nodes.literal_block("", "printed by a cell"), nb_element="cell_code_output"),
])  # fmt: skip
def test_what_is_folded_printed_or_after_the_road_takes_no_time(aside):
    assert reading_time.counts(page(aside)) == ROAD


@pytest.mark.parametrize("more, kind, number", [
    (section("An Exercise"), "words", 5), (nodes.math_block("", "x"), "displays", 1),
    (nodes.doctest_block("", ">>> 1\n1"), "lines", 2),
    (nodes.container("", nodes.caption("", "a caption"), nb_element="cell_code_output"), "words", 2),
    (tabs("first tab", "another one", "a third"), "words", 2),
])  # fmt: skip
def test_twin_what_stands_on_the_road_does(more, kind, number):
    assert reading_time.counts(page(more)) == ROAD | {kind: ROAD[kind] + number}


def test_minutes_are_words_formulas_and_lines_at_their_pace():
    assert reading_time.minutes(page()) == pytest.approx(3 / 200 + 1 / 2 + 2 * 2 / 60 + 2 * 5 / 60)


@pytest.mark.parametrize("allowed, said", [({}, 0), ({"part": 20}, 1), ({"part": 30}, 0), ({"other": 20}, 0)])
def test_a_road_that_is_too_long_for_its_part_is_a_warning(monkeypatch, allowed, said):
    warnings = []
    monkeypatch.setattr(reading_time, "LOG", SimpleNamespace(warning=lambda *words, **where: warnings.append(words)))
    box = nodes.admonition("", nodes.paragraph(), classes=["goals"])
    document = page(nodes.paragraph("", "word " * 5000), box)
    env = SimpleNamespace(docname="part/page", metadata={"part/page": {}})
    reading_time.ask(SimpleNamespace(env=env, config=SimpleNamespace(main_road_minutes=allowed)), document)
    assert len(warnings) == said and box.astext().strip() == "About 26 minutes."


@pytest.mark.parametrize("road, said", [("side", " Side road: a first reading may skip it."), (None, "")])
def test_a_side_road_says_so_beside_its_minutes(road, said):
    box = nodes.admonition("", nodes.paragraph(), classes=["goals"])
    env = SimpleNamespace(docname="part/page", metadata={"part/page": {"road": road}})
    reading_time.ask(SimpleNamespace(env=env, config=SimpleNamespace(main_road_minutes={})), page(box))
    assert box.astext().strip() == f"About 1 minutes.{said}"


def test_a_sum_of_minutes_is_that_of_the_pages_and_exercises_it_names(monkeypatch):
    warnings = []
    monkeypatch.setattr(reading_time, "LOG", SimpleNamespace(warning=lambda *words, **where: warnings.append(words)))
    learnt = {"a/one": {"a/one": 14, "ex-one": 5}, "a/two": {"a/two": 9}}
    app = SimpleNamespace(env=SimpleNamespace(reading_minutes=learnt))

    def sum_of(names):
        (node,), _ = reading_time.asking("minutes", "", names, 0, None)
        document = page(nodes.paragraph("", "", node))
        reading_time.answer(app, document, "a/page")
        return document.children[-1].astext()

    assert sum_of("a/one ex-one") == "19" and sum_of("a/two") == "9" and not warnings
    assert sum_of("a/two ex-none") == "9" and "ex-none" in warnings[0]


def test_a_page_says_its_minutes_and_those_of_its_exercises_to_others():
    exercise = nodes.admonition("", label="ex-one", minutes=5)
    app = SimpleNamespace(env=SimpleNamespace(docname="a/page", reading_minutes={}))
    document = page(nodes.paragraph("", "word " * 2000), section("Exercises"), exercise)
    reading_time.learn(app, document)
    assert app.env.reading_minutes == {"a/page": {"a/page": 11, "ex-one": 5}}


def from_the_finished_page(article):
    """The count once more, from what a browser gets."""
    for part in article.find_all("section"):
        heading = part.find(["h1", "h2", "h3"])
        if heading and heading.get_text().startswith(reading_time.AFTER_THE_ROAD):
            part.clear()
    for aside in article.select("details, script, style, .headerlink, .moved, .cell_output :is(pre, .ib-report), "
                                ".sd-tab-content ~ .sd-tab-content, .sd-tab-label ~ .sd-tab-label"):
        aside.clear()
    displays, inlines, code = map(article.select, ("div.math", "span.math", "div.highlight"))
    lines = sum(1 for block in code for line in block.get_text().splitlines() if line.strip())
    for piece in [*displays, *inlines, *code]:
        piece.clear()
    return len(article.get_text(" ").split()) / 200 + len(displays) / 2 + len(inlines) / 30 + lines / 12


@pytest.mark.browser
@pytest.mark.skipif(not SITE.exists(), reason="build/html is missing: make html")
def test_the_box_says_what_the_finished_page_takes():
    counted = 0
    for path in sorted(SITE.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        if 'class="reading-time"' in text:
            counted += 1
            article = BeautifulSoup(with_empty_formulas(DRAWINGS.sub("", text)), "html.parser").find("article")
            box = article.select_one(".goals .reading-time")
            said = int(re.match(r"About (\d+) minutes\.", box.get_text())[1])
            assert abs(said - from_the_finished_page(article)) < 1.5, path.name  # both round, and count words apart
    assert counted > 10


def in_tables(article):
    """`{page: minutes}` of the table by which a part opens."""
    rows = [row.select("td") for row in article.select("table tr") if row.select_one("td a[href]")]
    return {row[0].a["href"]: int(row[-1].get_text()) for row in rows if row[-1].get_text().isdigit()}


@pytest.mark.browser
@pytest.mark.skipif(not SITE.exists(), reason="build/html is missing: make html")
@pytest.mark.parametrize("part", ["practice", "symmetry", "variance", "beyond"])
def test_the_table_of_a_part_has_the_minutes_that_its_pages_say(part):
    def article(name):
        text = with_empty_formulas(DRAWINGS.sub("", (SITE / part / name).read_text(encoding="utf-8")))
        return BeautifulSoup(text, "html.parser").find("article")

    told = in_tables(article("index.html"))
    said = {name: int(re.match(r"About (\d+)", article(name).select_one(".reading-time").get_text())[1])
            for name in told}
    assert told == said and told
