"""The book passes the census; and the census sees one planted specimen of every fault it looks for."""

import re
import shlex

import pytest

import census
import equations
from census import book, displays, figures, glued, numbers, proof, snippets
from census.page import Page
from readme_figure import FIGURE, cell_hash

ROOT = book.ROOT
HEAD = "---\nfile_format: mystnb\nkernelspec: {name: python3}\ndescription: A page.\n---\n"
CELL = "```{code-cell} python\n"


def page(text):
    return Page(ROOT / "docs" / "planted.md", text)


def cell(code, options=""):
    return f"{HEAD}{CELL}{options}{code}\n```\n"


def snippet(text):
    return f"```{{doctest}}\n{text}\n```\n"


def test_the_book_passes_and_there_is_something_to_pass():
    found = census.problems()
    assert not found, "\n".join(found)
    assert min(count for kind, count in census.counts().items() if kind != "cited") > 10


def test_lines_are_counted_from_the_top_of_the_file_through_boxes_options_and_lists():
    text = (
        "# Title\n\n````{note} Title\n:class: wide\n\nIn the box 0.5.\n\n```python\nx = 1\n```\n````\n\n"
        "- a list\n\n  with\n  50 % in it\n\n| a | b |\n|---|---|\n| 1 | 2.5 |\n"
    )
    found = [said.split(": ")[0] for check in (snippets, numbers) for said in check.problems(page(text))]
    assert found == [f"docs/planted.md:{line}" for line in (9, 6, 16, 20)]


# Snippets


@pytest.mark.parametrize("good", [
    "# Only words, and $x$\n", cell("x = 1"), snippet(">>> 1 + 1\n2"), f"````{{prf:proof}}\n{snippet('>>> 1')}````\n",
    ":::{note}\nwords\n:::\n", "```sh\nmake html\n```\n", "press <kbd>K</kbd>\n", "words[^1]\n\n[^1]: a footnote\n",
    "```{eval-rst}\n.. automodule:: initbook.theory\n   :members:\n```\n",
])
def test_census_passes_what_is_run(good):
    assert snippets.problems(page(good)) + proof.problems(page(good)) == []


NOT_RUN = [
    *[f"{fence}\nx = 1\n```\n" for fence in ("```python", "```", "```{code-block} python", "```{code-cell} ipython3")],
    "words\n\n    x = 1\n", "words <code>x = 1</code> words\n", "- a list\n\n  ```python\n  x = 1\n  ```\n",
    "````{note}\n```python\nx = 1\n```\n````\n", "```{eval-rst}\n>>> 1 + 1\n3\n```\n",
    # A cell or a snippet in a place where it is not run
    f"{HEAD}````{{note}}\n{CELL}x = 1\n```\n````\n", f"{HEAD}:::{{code-cell}} python\nx = 1\n:::\n",
    f"{HEAD}- a list\n\n  ```{{code-cell}} python\n  x = 1\n  ```\n", "> ```{doctest}\n> >>> 1\n> 1\n> ```\n",
    # A cell that is not run, or whose errors do not count
    cell("x = 1").replace("file_format: mystnb\n", ""), cell("x = 1").replace("description: A page.\n", ""),
    cell("x = 1").replace("file_format", "mystnb: {execution_mode: off}\nfile_format"),
    cell("x = "), cell("%timeit x"), cell("x = 1", ":tags: [skip-execution]\n"), cell("", ":load: other.py\n"),
    cell("x = 1", "---\ntags: [raises-exception]\n---\n"), cell("x = 1", "---\nmystnb: {image: {alt: A line.}}\n---\n"),
    cell("x = 1", "---\nmystnb:\n  figure:\n    caption: Two: a colon\n---\n"),
    # A snippet that is not run, whose output is not compared, or that shows nothing
    snippet("x = 1"), snippet(">>> 1\n1\n\nx = 1"), snippet(">>> 1  # doctest: +SKIP\n2"), snippet(":skipif: 1\n>>> 1"),
    snippet(">>> 1 == 1\nTrue"),
]


@pytest.mark.parametrize("bad", NOT_RUN)
def test_census_catches_what_nothing_runs(bad):
    (said,) = snippets.problems(page(bad))
    assert re.match(r"docs/planted\.md:\d+: ", said)


@pytest.mark.parametrize("words", ["a, A", "a, , b", ", ".join("abcdefghijklm"), "x" * 41, "[a, b]"])
def test_census_catches_keywords_that_are_too_many_too_long_or_said_twice(words):
    front = "---\ndescription: A page.\nkeywords: {}\n---\n"
    assert snippets.problems(page(front.format(", ".join("abcdefghijkl")))) == []
    assert len(snippets.problems(page(front.format(words)))) >= 1


def test_census_catches_python_in_readme_that_nothing_runs():
    assert book.in_readme(page("```python\n>>> 1\n1\n\n```\n")) == []
    assert len(book.in_readme(page("```python\nx = 1\n```\n"))) == 1
    assert len(book.in_readme(page("![It ends at 0.5](a.svg)\n"))) == 1


@pytest.mark.parametrize("bad", ["```python\n    x = 1\n    ```", "Words::\n\n        x = 1", ".. code-block:: python"])
def test_census_catches_code_in_a_docstring_that_nothing_runs(tmp_path, bad):
    module = tmp_path / "module.py"
    module.write_text(f'"""A module.\n\n.. math::\n\n   a = b\n"""\n\n\ndef f():\n    """{bad}\n    """\n')
    (said,) = snippets.in_docstrings(module, "module.py")
    assert said.startswith("module.py:10: ")


# Proof


@pytest.mark.parametrize("bad", [
    cell("x = 1", ":tags: [remove-cell]\n") * 2, cell("assert x < y\nassert y < z"), cell("assert x < 0.975"),
    cell(f"x = {' + '.join('1' * 20)}"),
    cell("assert abs(x - 2.31) < 0.01", ":tags: [hide-input]\n"), cell("assert 784 == n"),
    cell("from myst_nb import glue"),
])
def test_census_catches_proof_in_the_readers_way(bad):
    good = cell("n = 784\nassert n == 784 and x < 0.01 * 20 * 1e-12")
    assert proof.problems(page(good)) == []
    assert len(proof.problems(page(bad))) == 1


# Numbers


@pytest.mark.parametrize("good", [
    "Two layers of 100 units, 22 and 30 layers.", "`0.5` is code, $q = 0.5\\,x$ a formula, “50 %” a quotation.",
    "Sections 4.2 and 4.3, 4.3.2 to 4.3.4, §2.1, Fig. 3.1, eq. 1.2 and Python 3.11.", "> *My loss stands at 2.30.*",
    "It is {glue:text}`planted.md::loss:.2f`.", "{cited}`33.82` {cite:p}`he2015`.",
    "{given}`0.01` and {given}`50 %` and {given}`1e-5`.\n\n" + snippet(">>> [0.01, 0.5, 1e-5][0]\n0.01"),
    "{cited}`33.82` ([A5](../reference/sources.md#claim-a5)).", cell("numbers(key=2.0**-30)"),
    cell('figures.show(x, alt="A line for each of " + ", ".join(f"{s:.1f}" for s in sizes))'),
])
def test_census_passes_numbers_that_say_where_they_are_from(good):
    assert numbers.problems(page(good)) == []


@pytest.mark.parametrize("bad", [
    *[f"It is {n} wide." for n in ("0.5", ".05", "1.5e-5", "10⁻⁵", "98 %", "98%", "**98** %")],
    *[f"It is ${n}$ wide." for n in ("0.5", "10^{-8}", r"3 \cdot 10^{-8}", "< 0.01", r"\le 10^{-9}")],
    "- in a list 0.5", "| a | 0.5 |\n|---|---|\n", "# Title with 0.5", "words[^1]\n\n[^1]: 0.5\n",
    ":::{note} Title with 0.5\nwords\n:::", ":::{admonition} Title\nwords 0.5\n:::", "In tables 2 and 98 % of it.",
    "{strong}`0.5` of it.", "![It ends at 0.5](a.svg)", "{cited}`33.82`, but from where?",
    "{given}`0.01`.\n\n" + snippet(">>> 0.02\n0.01"), f"{{given}}`0.98`.\n\n{CELL}assert x < 0.98\n```\n",
    cell("numbers(key=0.98)"), cell("x = 1").replace("A page", "Ends at 0.5"), cell('show(alt="Ends at 0.5.")'),
    cell("x = 1", "---\nmystnb:\n  figure:\n    caption: Ends at 0.5.\n---\n"), cell('show(alt=f"At 0.5 {n:.2f}")'),
])
def test_census_catches_a_typed_number(bad):
    assert len(numbers.problems(page(bad))) == 1


def test_census_catches_a_number_that_a_check_says_of_itself(one_check):
    assert len(list(numbers.in_checks(equations.checks().values()))) == 1


def test_every_number_handed_over_is_used_and_every_used_number_is_handed_over():
    text = f"{{glue:text}}`planted.md::a.x:.2f`\n\n{CELL}x = 1\nnumbers(a={{}}, b=1)\n```\n"
    assert glued.problems(page(text), ["a.x", "a.y"]) == []
    (said,) = glued.problems(page(text), ["a.x", "b"])
    assert said.startswith("docs/planted.md:5: b is handed")
    assert len(glued.problems(page(text), ["c"])) == 2  # a wrong name: one is missing, one is left over
    assert len(glued.problems(page("{glue:text}`other.md::a`"), ["a"])) == 1


# Displayed equations


@pytest.fixture
def one_check(monkeypatch):
    check = equations.Check("eq-one", "exact", None, None, "1.5 in place of 2", lambda formula: (0, 0))
    monkeypatch.setattr(equations, "checks", lambda: {"eq-one": check})
    monkeypatch.setattr(equations, "confirmed", lambda check, tex: equations.plain(tex) == "a = b")


@pytest.mark.parametrize("good", [
    "```{math}\n:label: eq-one\na = b\n```\n", "$$\na  = b\n$$ (eq-one)\n", "$$\n% step: eq-one\nc = d\n$$\n",
    "```{math}\n% definition\nc = d\n```\n", "$$\n\\begin{pmatrix} 1 \\end{pmatrix}\n$$\n",
])
def test_census_passes_equations_that_are_checked_or_say_why_not(one_check, good):
    assert displays.problems(page(good)) == []


@pytest.mark.parametrize("bad", [
    "```{math}\n:label: eq-two\na = b\n```\n", "```{math}\n:label: eq-one\na = 2b\n```\n", "```{math}\na = b\n```\n",
    *[f"$$\na {relation} b\n$$\n" for relation in r"\approx ≤ → \leqslant \longmapsto".split()],
    "$$\n% step: eq-two\na = b\n$$\n", "$$\n% because\na = b\n$$\n", "````{note}\n$$\na = b\n$$\n````\n",
    "\\begin{align}\na &= b\n\\end{align}\n",
])
def test_census_catches_an_equation_without_a_check(one_check, bad):
    assert len(displays.problems(page(bad))) == 1


def test_census_catches_a_check_without_an_equation(one_check):
    assert len(displays.unused([], equations.checks())) == 1


# Figures

OPTIONS = "---\nmystnb:\n  figure:\n    name: fig-a\n    caption: It falls.\n---\n"
FIGURE_CELL = cell('assert y[0] > y[1]\nfigures.show(figures.curves(y), alt="A falling line.")', OPTIONS)


@pytest.mark.parametrize("lost", [
    "    name: fig-a\n", "    caption: It falls.\n", ', alt="A falling line."', "assert y[0] > y[1]\n",
    "A falling line.", 'figures.show(figures.curves(y), alt="A falling line.")',
])
def test_census_catches_a_figure_that_lacks_something(lost):
    assert figures.problems(page(FIGURE_CELL)) == []
    assert len(figures.problems(page(FIGURE_CELL.replace(lost, "")))) == 1


@pytest.mark.parametrize("bad", [
    cell("import matplotlib.pyplot as plt\nplt.plot(y)"), "![a line](a.svg)\n",
    "```{figure} a.svg\nA line.\n```\n", "<img src=a.svg>\n",
])
def test_census_catches_a_picture_that_no_cell_of_ours_draws(bad):
    assert len(snippets.problems(page(bad)) + figures.problems(page(bad))) == 1


# Commands


def unknown(command):
    """Whether a command shown to readers is neither one of the Makefile's nor a script that is there."""
    targets = re.findall(r"(?m)^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"))
    first, *words = shlex.split(command)
    if first == "make":
        return not {word for word in words if "=" not in word} <= set(targets)
    return command != "pip install ." and not (ROOT / first).is_file()


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_command_shown_is_one_that_there_is(name):
    page = Page(ROOT / name)
    fences = [piece.text for piece in page.pieces if piece.info in ("sh", "bash", "console")]
    commands = [line.split("#")[0].strip() for text in fences for line in text.splitlines() if line.strip()]
    commands += re.findall(r"`((?:make|pip) [^`]+)`", page.text)
    lines = [page.says(page.line(page.text.find(command)), f"`{command}`: neither a target of the Makefile nor a file: "
                       "correct it") for command in commands if unknown(command)]
    assert len(commands) > 1 and not lines, "\n".join(lines)


def test_twin_a_command_that_is_not_there_is_seen():
    assert all(map(unknown, ["make html dinner", "tools/dinner.py", "pip install other"]))


def test_readme_shows_the_landing_pages_figure_of_today():
    """The picture names the cell that drew it; `make readme-figure` renews it."""
    assert f"<!-- cell {cell_hash()} -->" in FIGURE.read_text(encoding="utf-8")
