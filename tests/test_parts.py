"""Each part of the book opens with a page that names its pages, all of them, in the order of the side bar."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
PARTS = ["practice", "symmetry", "variance", "beyond"]


def opening(part):
    return (DOCS / part / "index.md").read_text(encoding="utf-8")


def tree(text):
    """What stands in its last `toctree`, line by line."""
    (*_, lines) = re.findall(r"```\{toctree\}\n(.*?)```", text, re.DOTALL)
    return [line for line in lines.split() if not line.startswith(":")]


def rows(text):
    """The pages of its table, in order: `(page, what its minutes are asked of)`."""
    return re.findall(r"(?m)^\| \[[^]]*\]\(([\w-]+)\.md\) \|.*\| (?:\{minutes\}`([\w/-]+)`)? *\|$", text)


def problems(part, text, files):
    named, asked = [page for page, _ in rows(text)], [of for _, of in rows(text)]
    return [said for said, wrong in {
        "the table names other pages than the side bar, or in another order": named != tree(text),
        "a page of the part is not named": set(named) != files - {"index"},
        "minutes of another page": asked != [f"{part}/{page}" for page in named],
    }.items() if wrong]


@pytest.mark.parametrize("part", PARTS)
def test_a_part_opens_with_all_its_pages_their_minutes_and_its_result_in_a_figure(part):
    text, files = opening(part), {path.stem for path in (DOCS / part).glob("*.md")}
    assert problems(part, text, files) == [] and text.count("figures.show(") == 1
    order = re.sub(r"\n(\| \[[^\n]*)\n(\| \[[^\n]*)\n", r"\n\2\n\1\n", text, count=1)
    other = text.replace("{minutes}`", "{minutes}`other", 1)
    twins = [(order, files)] * (len(rows(text)) > 1) + [(text, files | {"new"}), (other, files)]
    assert {len(problems(part, *twin)) for twin in twins} == {1}


def first_reading(text):
    """The pages whose minutes are added up in the paragraph that begins so."""
    (pages,) = re.findall(r"(?m)^On a first reading.*?\{minutes\}`(.*?)`", text)
    return [page.partition("/")[2] for page in pages.split()]


def side_roads(part):
    return {path.stem for path in (DOCS / part).glob("*.md") if "\nroad: side\n" in path.read_text("utf-8")}


@pytest.mark.parametrize("part", ["symmetry", "variance"])
def test_a_part_begins_with_its_first_reading_and_each_page_behind_says_that_it_is_a_side_road(part):
    pages, road, aside = tree(opening(part)), first_reading(opening(part)), side_roads(part)
    assert road and aside and pages[:len(road)] == road and set(pages[len(road):]) == aside


def test_the_side_bar_leads_to_every_part():
    (first, *_) = re.findall(r"```\{toctree\}\n(.*?)```", (DOCS / "index.md").read_text(encoding="utf-8"), re.DOTALL)
    assert [line for line in first.split() if "/" in line] == [f"{part}/index" for part in PARTS]
