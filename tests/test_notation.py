"""Notation lists every letter that two pages use; a chapter's first use of a term is linked; titles of exercises."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
from docutils import nodes

import terms as terms_of
from browser import SITE

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PARTS = ("practice", "symmetry", "variance")

CODE = re.compile(r"```\{(?:code-cell|doctest)\}.*?```|(?<!`)`[^`\n]+`", re.DOTALL)
FORMULA = re.compile(r"```\{math\}(.*?)```|\$\$(.*?)\$\$|(?<![\\$])\$([^$\n]+(?:\n[^$\n]+)?)\$", re.DOTALL)
WORDS = re.compile(r"\\(?:text|operatorname|mathrm|label|begin|end)\*?\{[^}]*\}|(?m:^\s*(?::label:.*|%.*)$)")
GREEK = set("alpha beta gamma delta epsilon varepsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi "
            "varphi chi psi omega ell Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split())


def letters(text):
    """The letters of a page's formulas, Greek ones by name."""
    found = set()
    for groups in FORMULA.findall(CODE.sub("", text)):
        formula = WORDS.sub(" ", "".join(groups))
        found |= GREEK & set(re.findall(r"\\([a-zA-Z]+)", formula))
        found |= set(re.findall("[A-Za-z]", re.sub(r"\\[a-zA-Z]+", " ", formula)))
    return found


def shared(pages):
    """Letters that two or more pages use, with these pages."""
    users = defaultdict(set)
    for page, text in pages.items():
        for letter in letters(text):
            users[letter].add(page)
    return {letter: names for letter, names in users.items() if len(names) > 1}


def test_every_letter_that_two_pages_use_is_in_notation():
    pages = {path.stem: path.read_text("utf-8") for part in PARTS for path in (DOCS / part).glob("*.md")}
    known = letters((DOCS / "notation.md").read_text("utf-8"))
    assert {letter: names for letter, names in shared(pages).items() if letter not in known} == {}


def test_twin_a_letter_of_two_pages_is_seen_and_words_commands_and_code_are_none():
    page = "$\\zeta_k$ and $$ \\operatorname{tr} \\text{ab} x $$ `$y$`\n```{code-cell}\n$w$\n```"
    assert letters(page) == {"zeta", "k", "x"}
    assert shared({"a": page, "b": "$x$"}) == {"x": {"a", "b"}}


def terms():
    return re.findall(r"^(\S.*)\n  \S", (DOCS / "reference" / "glossary.md").read_text("utf-8"), re.MULTILINE)


def test_terms_are_in_the_order_of_the_alphabet():
    assert len(terms()) > 50 and terms() == sorted(terms(), key=str.casefold)


def linked(words, glossary, before=""):
    """A paragraph in which terms are linked, as text: a link is <word address>."""
    document = nodes.paragraph("", "", nodes.Text(words))
    written = nodes.paragraph("", "", nodes.reference("", before, refuri=before))
    terms_of.link_first(nodes.section("", written, document), glossary)
    return "".join(f"<{child.astext()} {child['refuri']}>" if isinstance(child, nodes.reference) else child.astext()
                   for child in document.children)


def test_the_first_use_of_a_term_is_linked_also_in_the_plural_and_a_plain_word_is_not():
    glossary = {"fan-in, fan-out": "#f", "ReLU": "#r", "logit": "#l", "spread": "#s", "mean square": "#m"}
    assert linked("Logits: the spread of a fan-out, of relu and ReLU; a logit.", glossary) == (
        "<Logits #l>: the spread of a <fan-out #f>, of relu and <ReLU #r>; a logit.")
    assert linked("fan-in, then fan-out", glossary) in ("<fan-in #f>, then fan-out", "fan-in, then <fan-out #f>")
    assert linked("a logit", glossary, before="#l") == "a logit"  # as somebody has linked it already


def test_what_is_a_plain_word_too_is_a_term():
    assert set(terms_of.ALSO_PLAIN) <= set(terms())


@pytest.mark.skipif(not SITE.exists(), reason="build/html is missing: make html")
def test_each_chapter_links_terms_to_the_glossary():
    chapters = {path.stem: path.read_text("utf-8") for part in PARTS for path in (SITE / part).glob("*.html")}
    chapters = {name: html for name, html in chapters.items() if "<article" in html and name != "index"}
    assert [name for name, html in chapters.items() if html.count("glossary.html#term-") < 3] == []


def test_no_two_exercises_have_one_title():
    titles = [title for path in DOCS.rglob("*.md")
              for title in re.findall(r"\{exercise\} (.+)", path.read_text("utf-8"))]
    assert len(titles) > 50 and sorted(titles) == sorted(set(titles))


# Spelling: the field's initialization, normalization, optimizer; for the rest (centre, colour) British


OTHER = re.compile(r"\b(\w+?)is(?:ations?|e[ds]?|ers?|ing)\b")
WITH_S = set("r ra ar no w ka exerc depthw pairw otherw likew prom comprom disgu surpr adv unsuperv prec conc".split())
ADDRESS = re.compile(r"(?m)^\([\w-]+\)=$|https?://\S+|#[\w-]+")  # old addresses lead to where they led


def spelt_otherwise(text):
    return [found[0] for found in OTHER.finditer(ADDRESS.sub("", text)) if found[1].lower() not in WITH_S]


def test_the_book_spells_words_as_its_field_does():
    sources = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "initbook").rglob("*.py")]
    assert len(sources) > 60
    assert {path.name: found for path in sources if (found := spelt_otherwise(path.read_text("utf-8")))} == {}


def test_twin_the_other_spelling_is_seen():
    assert spelt_otherwise("Initialised, an optimiser; (e-normalisation)\n(e-normalisation)=\n") == [
        "Initialised", "optimiser", "normalisation"]
    assert not spelt_otherwise("Exercises of noise rise pairwise; the optimizer is centred. https://a.org/initialisation")
