"""A book in another language: every word is offered, and no translation changes a number, a formula or a link."""

import os
import re
import subprocess
import sys

import pytest
from babel.messages.pofile import read_po, write_po

import around
from browser import SITE
from test_build import ROOT, Book
from test_incremental import PACKAGE, PAGES
from translated import raw, without_numbers

# What a translator leaves as it is: roles, formulas, code, targets of links, numbers of figures, marks
KEPT = re.compile(r"(\{[\w:,-]+\}`[^`]*`|\$[^$]*\$|`[^`]*`|\]\([^)]*\)|\{\d+\}|<[^>]*>)")
ACCENTED = str.maketrans("aeioucngs", "àéîöüçñĝŝ")
LINE = re.compile(r"(?<=<p>)[^<]{20,}")  # a paragraph's first words
HREF = re.compile(r'href="([^"]*)"')
TAGS = re.compile(r"(?s)<(script|style)\b.*?</\1>|<[^>]+>")
MORE = """
```{math}
% definition
y = 3 x
```

```{code-cell} python
initbook.Curves()
```

```{prf:theorem} Another
All is $y^2$ & 7.
```

```{exercise} How many
:label: ex-many
:level: easy
:minutes: 5
:how: by hand
Find all 12 of them.
```
"""
CURVES = """

class Curves:
    \"\"\"Two curves.\"\"\"

    def _repr_html_(self):
        return "".join(f'<svg role="img" aria-label="The curve ends at {end}."></svg>' for end in (0.25, 0.5))
"""
REAL = ["symmetry/no-hidden-layer", "variance/fans", "beyond/lottery"]  # theorems, exercises, figures that move
# What their figures are numbered by, and cited from
ROOTS = ["index", "symmetry/index", "variance/index", "beyond/index", "reference/bibliography"]


def pseudo(message):
    """Another language: every vowel has an accent."""
    return "".join(part if KEPT.fullmatch(part) else part.translate(ACCENTED) for part in KEPT.split(message))


def article(html):
    return html[html.index("<article"):html.index("</article>")]


def words(html):
    return TAGS.sub(" ", article(html))


def numbers(html):
    return re.findall(r"\d[\d.]*", words(html))


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    book = Book(tmp_path_factory.mktemp("translated"))
    book.write("initbook/__init__.py", PACKAGE + CURVES)
    for name in ("prose.py", "_check.py"):
        book.write(f"initbook/{name}", (ROOT / "initbook" / name).read_text(encoding="utf-8"))
    for page, text in PAGES.items():
        book.write(f"docs/{page}.md", text)
    book.write("docs/two.md", PAGES["two"] + MORE)
    return book


def make(book, builder, language="en"):
    command = [sys.executable, "tools/build_book.py", builder]
    place = {"PYTHONPATH": str(book.folder), "BOOK_LANGUAGE": language}
    done = subprocess.run(command, cwd=book.folder, env=os.environ | place, capture_output=True, text=True)
    assert not done.returncode and "WARNING" not in done.stderr, done.stderr


def translate(template, locale):
    """Take every message that is offered into the pseudo language."""
    with open(template, encoding="utf-8") as file:
        catalogue = read_po(file, locale="eo")
    for message in catalogue:
        if message.id:
            message.string = pseudo(message.id)
    folder = locale / "eo" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with open(folder / "book.po", "wb") as file:
        write_po(file, catalogue)
    return {message.id for message in catalogue}


def test_a_figures_message_has_places_for_its_numbers():
    assert without_numbers("From 1.5 to 20 %.") == ("From {0} to {1}.", ["1.5", "20 %"])
    assert without_numbers("{x} is 2") == ("{{x}} is {0}", ["2"])


@pytest.mark.parametrize(("translated", "html"), [
    ("Ĝi finas ĉe {0}.", '<svg aria-label="Ĝi finas ĉe 0.5.">'),
    ("Ĝi finas.", None), ("Ĝi finas ĉe {1}.", None), ("Ĝi finas ĉe {0", None),  # a number lost, another, half a place
])
def test_a_figures_translation_keeps_its_numbers_or_is_refused(translated, html, monkeypatch):
    said = []
    monkeypatch.setattr("translated.LOG.warning", lambda words, *about, **where: said.append(words))
    old = '<svg aria-label="It ends at 0.5.">'
    figure = raw("", old, format="html")
    figure.apply_translated_message("It ends at {0}.", translated)
    assert figure.astext() == (html or old) and len(said) == (html is None)


def test_words_around_the_text_are_put_in_place_with_their_numbers_and_nothing_else_is():
    page = ('<summary aria-label="Cite figure 12">Cite</summary> <p class="exercise-facts">easy · 5 minutes · by hand'
            '</p><span class="n">Play</span><p>Code: Cite</p>')
    put = around.in_page(page, pseudo)
    assert put == page.replace('"Cite figure 12">Cite<', f'"{pseudo("Cite figure 12")}">{pseudo("Cite")}<').replace(
        "easy · 5 minutes · by hand", pseudo("easy · 5 minutes · by hand"))
    script = 'a = ["Saved", "saved", "svg"]; b = `${many} exercises, ${minutes} minutes`; c = `${d.join(", ")} e`;'
    assert around.in_script(script, pseudo) == script.replace("Saved", pseudo("Saved")).replace(
        " exercises, ", pseudo(" exercises, ")).replace(" minutes", pseudo(" minutes"))


@pytest.mark.skipif(not SITE.exists(), reason="build/html is missing: make html")
def test_each_word_offered_around_the_text_stands_in_the_book():
    found = set()

    def note(words):
        found.add(words)
        return words

    for path in [*SITE.rglob("*.html"), *SITE.glob("_static/*.js")]:
        text = path.read_text(encoding="utf-8")
        assert (around.in_page if path.suffix == ".html" else around.in_script)(text, note) == text, path
    assert found == set(around.MESSAGES)


@pytest.mark.slow
def test_a_translated_book_is_built_strictly_and_keeps_every_number(book):
    make(book, "html")
    before = {name: book.page(name) for name in PAGES}
    make(book, "gettext")
    offered = translate(book.folder / "build" / "gettext" / "book.pot", book.folder / "docs" / "locale")
    assert {"About two.", "How many", "(Another)", "The curve ends at {0}.", "Find all 12 of them."} <= offered
    assert not [message for message in offered if "3 x" in message]  # the equation
    make(book, "html", "eo")
    after = {name: book.page(name) for name in PAGES}
    assert all(numbers(after[name]) == numbers(before[name]) for name in PAGES)
    assert "easy · {0} minutes · by hand" in offered
    assert "easy · 5 minutes" in before["two"] and pseudo("easy · 5 minutes") in after["two"]
    for said in ("About two.", "How many", "Another", "curve ends at 0.25.", "curve ends at 0.5.", "More words."):
        assert said in before["two"] and said not in after["two"] and pseudo(said) in after["two"], said
    assert 'href="one.html#sec-one"' in before["two"] and 'href="one.html#sec-one"' in after["two"]
    assert "It is" not in after["one"] and pseudo("It is") in after["one"]
    make(book, "html")
    assert book.page("two") == before["two"]  # a language leaves nothing to another
    po = book.folder / "docs" / "locale" / "eo" / "LC_MESSAGES" / "book.po"
    po.write_text(po.read_text(encoding="utf-8").replace(pseudo("More words."), "Pliaj vortoj."), encoding="utf-8")
    make(book, "html", "eo")
    assert "Pliaj vortoj." in book.page("two")  # a page hangs on its catalogue


@pytest.mark.slow
def test_three_pages_of_the_book_are_translated_strictly_and_keep_every_number(tmp_path):
    def make(builder, language):
        out = tmp_path / f"{builder}-{language}"
        # Links to pages that are not built lead nowhere, and this is all that nobody is told of
        options = {"include_patterns": ",".join(f"{page}.md" for page in REAL + ROOTS), "language": language,
                   "suppress_warnings": "ref,toc,road,myst.xref_missing", "locale_dirs": tmp_path}
        command = [sys.executable, "-m", "sphinx", "-q", "-T", "-W", "--keep-going", "-b", builder, "-c", ROOT,
                   "-d", tmp_path / f"{out.name}.doctrees", *(f"-D{name}={value}" for name, value in options.items())]
        done = subprocess.run([*command, ROOT / "docs", out], capture_output=True, text=True)
        assert not done.returncode, done.stderr
        return out

    told = ROOT / "build" / "numbers.json"
    of_the_book = told.exists() and told.read_bytes()
    offered = translate(make("gettext", "en") / "book.pot", tmp_path)
    assert len(offered) > 300
    before, after = make("html", "en"), make("html", "eo")
    for page in REAL:
        old, new = ((out / f"{page}.html").read_text(encoding="utf-8") for out in (before, after))
        assert numbers(old) == numbers(new)
        assert HREF.findall(article(old)) == HREF.findall(article(new))
        assert old.count("katex-display") == new.count("katex-display")
        english = [said for said in LINE.findall(new) if said in LINE.findall(old)]
        assert len(english) < 0.1 * len(LINE.findall(new)), english
    assert (told.exists() and told.read_bytes()) == of_the_book  # what the book measured is not what these pages did
