"""The book passes the census; and the census sees one planted specimen of every fault it looks for."""

import re
import sys
from pathlib import Path

import pytest

import census
import equations
from census import displays, figures, glued, numbers, snippets
from census.page import Page

ROOT = Path(__file__).parents[1]
HEAD = "---\nfile_format: mystnb\nkernelspec: {name: python3}\ndescription: A page.\n---\n"
CELL = "```{code-cell} python\n"


def page(text):
    return Page(ROOT / "docs" / "planted.md", text)


def test_the_book_passes():
    assert census.problems() == []


def test_there_is_something_to_pass():
    found = census.counts()
    assert min(found[kind] for kind in ("glued", "cells", "snippets", "figures", "equations")) > 10


# Where a problem stands


def test_lines_are_counted_from_the_top_of_the_file_through_boxes_options_and_lists():
    text = (
        "# Title\n\n````{note}\n:class: wide\n\nIn the box 0.5.\n\n```python\nx = 1\n```\n````\n\n"
        "- a list\n\n  with\n  50 % in it\n\n| a | b |\n|---|---|\n| 1 | 2.5 |\n"
    )
    found = [said.split(": ")[0] for check in (snippets, numbers) for said in check.problems(page(text))]
    assert found == [f"docs/planted.md:{line}" for line in (9, 6, 16, 20)]


# Snippets


@pytest.mark.parametrize(
    "good",
    [
        "",
        "# Only words, and $x$\n",
        f"{HEAD}{CELL}x = 1\n```\n",
        "```{doctest}\n>>> 1 + 1\n2\n```\n",
        "````{prf:proof}\n```{doctest}\n>>> 1 + 1\n2\n```\n````\n",
        ":::{note}\nwords\n:::\n",
        "```sh\nmake html\n```\n",
        "\\begin{align*}\na &= b\n\\end{align*}\n",
        "$$\n\\begin{pmatrix} 1 \\end{pmatrix}\n$$ (eq-one)\n",
    ],
)
def test_census_passes_what_is_run(good):
    assert snippets.problems(page(good)) == []


@pytest.mark.parametrize(
    "bad",
    [
        f"{HEAD.replace('file_format: mystnb', '')}{CELL}x = 1\n```\n",
        f"{HEAD.replace('description', 'title')}{CELL}x = 1\n```\n",
        f"{HEAD.replace('python3', 'other')}{CELL}x = 1\n```\n",
        f"{HEAD}{CELL}%timeit x\n```\n",
        f"{HEAD}{CELL}!ls\n```\n",
        f"{HEAD}{CELL}x = \n```\n",
        f"{HEAD}````{{note}}\n{CELL}x = 1\n```\n````\n",
        f"{HEAD}```{{code-cell}} ipython3\nx = 1\n```\n",
        f"{HEAD}```{{code-cell}}\nx = 1\n```\n",
        f"{HEAD}:::{{code-cell}} python3\nx = 1\n:::\n",
        "```python\nx = 1\n```\n",
        "```python\n>>> 1 + 1\n3\n```\n",
        "```pycon\n>>> 1 + 1\n3\n```\n",
        "```py\nx = 1\n```\n",
        "```\nx = 1\n```\n",
        "~~~python\nx = 1\n~~~\n",
        "```{code-block} python\nx = 1\n```\n",
        "```{code} python\nx = 1\n```\n",
        "```{sourcecode} python\nx = 1\n```\n",
        "```{testcode}\nx = 1\n```\n",
        "```{parsed-literal}\nx = 1\n```\n",
        "```text\n>>> 1 + 1\n3\n```\n",
        "```sh\nimport numpy as np\n```\n",
        "words\n\n    >>> 1 + 1\n    3\n",
        "words\n\n    x = 1\n",
        "````{note}\n```python\nx = 1\n```\n````\n",
        "- a list\n\n  ```python\n  x = 1\n  ```\n",
        "> a quotation\n>\n> ```python\n> x = 1\n> ```\n",
        "a term\n: ```python\n  x = 1\n  ```\n",
        "```{eval-rst}\n>>> 1 + 1\n3\n```\n",
        "```{eval-rst}\n.. note::\n\n   def f(x):\n       return x\n```\n",
        "```{raw} html\n<pre>\nimport numpy\n</pre>\n```\n",
        "<pre>x = 1</pre>\n",
        "words <code>x = 1</code> words\n",
        "\\begin{align}\na &= b\n\\end{align}\n",
    ],
)
def test_census_catches_what_nothing_runs(bad):
    assert len(snippets.problems(page(bad))) == 1


@pytest.mark.parametrize("bad", [
    "Words.\n\n    ```python\n    x = 1\n    ```\n",
    "Words::\n\n        x = 1\n",
    ".. code-block:: python\n\n        x = 1\n",
])
def test_census_catches_code_in_a_docstring_that_nothing_runs(tmp_path, bad):
    module = tmp_path / "module.py"
    module.write_text(f'"""A module."""\n\n\ndef f():\n    """{bad}    """\n', encoding="utf-8")
    assert len(list(snippets.in_docstrings(module, "module.py"))) == 1
    module.write_text('"""A module.\n\n>>> 1\n1\n\n.. math::\n\n   a = b\n"""\n', encoding="utf-8")
    assert list(snippets.in_docstrings(module, "module.py")) == []


# Numbers


@pytest.mark.parametrize("good", [
    "Two layers of 100 units, 22 and 30 layers.",
    "`0.5` is code, $q = 0.5\\,x$ a formula, “50 %” a quotation.",
    "Section 4.2, sections 4.2 and 4.3, §2.1, Fig. 3.1, eq. 1.2 and Python 3.11.",
    "> *My loss stands at 2.30.*",
    "It is {glue:text}`planted.md::loss:.2f`.",
    "{given}`0.01` and {given}`50 %` and {given}`1e-5`.\n\n```{doctest}\n>>> [0.01, 0.5, 1e-5][0]\n0.01\n```",
    "{cited}`33.82` {cite:p}`he2015`.",
])
def test_census_passes_numbers_that_say_where_they_are_from(good):
    assert numbers.problems(page(good)) == []


@pytest.mark.parametrize("bad", [
    "It is 0.5 wide.",
    "It is $0.5$ wide.",
    "It is $10^{-8}$ wide.",
    r"It is $3 \cdot 10^{-8}$ wide.",
    "It is 1e-5 wide.",
    "It is 10⁻⁵ wide.",
    "Accuracy: 98 %.",
    "Accuracy: 98%.",
    "- in a list 0.5",
    "| a | 0.5 |\n|---|---|\n",
    "# Title with 0.5",
    ":::{note} Title with 0.5\nwords\n:::",
    ":::{admonition} Title\nwords 0.5\n:::",
    "{given}`0.01`, which no code has.",
    "{given}`0.01`.\n\n```{doctest}\n>>> 0.02\n0.01\n```",
    "{cited}`33.82`, but from where?",
    f"{HEAD.replace('A page', 'Ends at 0.5')}{CELL}x = 1\n```\n",
    f"{HEAD}{CELL}---\nmystnb:\n  figure:\n    caption: Ends at 0.5.\n---\nx = 1\n```\n",
    f'{HEAD}{CELL}figures.show(x, alt="Ends at 0.5.")\n```\n',
    f'{HEAD}{CELL}figures.show(x, alt=f"Ends at 0.5 after {{n}}.")\n```\n',
])
def test_census_catches_a_typed_number(bad):
    assert len(numbers.problems(page(bad))) == 1


def test_every_glued_key_is_used_and_every_used_key_is_glued():
    text = "{glue:text}`planted.md::a:.2f`"
    assert glued.problems(page(text), ["a"]) == []
    assert glued.problems(page(text), ["a", "a"]) == []
    assert len(glued.problems(page(text), ["b"])) == 2  # a wrong key: one is missing, one is left over
    assert len(glued.problems(page(text), ["a", "b"])) == 1
    assert len(glued.problems(page("{glue:text}`other.md::a`"), ["a"])) == 1


# Displayed equations


@pytest.fixture
def one_check(monkeypatch):
    check = equations.Check("eq-one", "a = b", "exact", None, None, "", lambda formula: (0, 0))
    monkeypatch.setattr(equations, "checks", lambda: {"eq-one": check})


@pytest.mark.parametrize("good", [
    "```{math}\n:label: eq-one\na = b\n```\n",
    "$$\na  = b\n$$ (eq-one)\n",
    "$$\n% step: eq-one\nc = d\n$$\n",
    "```{math}\n% definition\nc = d\n```\n",
    "$$\n\\begin{pmatrix} 1 \\end{pmatrix}\n$$\n",
])
def test_census_passes_equations_that_are_checked_or_say_why_not(one_check, good):
    assert displays.problems(page(good)) == []


@pytest.mark.parametrize("bad", [
    "```{math}\n:label: eq-two\na = b\n```\n",
    "```{math}\n:label: eq-one\na = 2b\n```\n",
    "```{math}\na = b\n```\n",
    "$$\na \\approx b\n$$\n",
    "$$\n% step: eq-two\na = b\n$$\n",
    "$$\n% because\na = b\n$$\n",
    "````{note}\n$$\na = b\n$$\n````\n",
    "\\begin{align*}\na &= b\n\\end{align*}\n",
])
def test_census_catches_an_equation_without_a_check(one_check, bad):
    assert len(displays.problems(page(bad))) == 1


def test_census_catches_a_check_without_an_equation(one_check):
    assert len(displays.unused([page("words")], equations.checks())) == 1


# Figures

OPTIONS = "---\nmystnb:\n  figure:\n    name: fig-a\n    caption: It falls.\n---\n"
SHOW = 'assert y[0] > y[1]\nfigures.show(figures.curves({"y": (x, y)}), alt="A falling line.")\n'


def test_census_passes_a_whole_figure():
    assert figures.problems(page(f"{CELL}{OPTIONS}{SHOW}```\n")) == []


@pytest.mark.parametrize("missing", [
    "    name: fig-a\n", "    caption: It falls.\n", ', alt="A falling line."', "assert y[0] > y[1]\n",
])
def test_census_catches_a_figure_that_lacks_something(missing):
    assert len(figures.problems(page(f"{CELL}{OPTIONS}{SHOW}```\n".replace(missing, "")))) == 1


# Commands


def shell_lines(path):
    fences = [piece for piece in Page(path).pieces if piece.kind == "fence" and piece.info in ("sh", "bash", "console")]
    return [line.split("#")[0].strip() for fence in fences for line in fence.text.splitlines() if line.strip()]


def unknown(command):
    """Whether a command shown to readers is neither one of the Makefile's nor a script that is there."""
    targets = re.findall(r"(?m)^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"))
    words = command.removeprefix("$ ").split()
    if words[0] == "make":
        return not set(word for word in words[1:] if "=" not in word) <= set(targets)
    return not (ROOT / words[0]).is_file()


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_command_shown_is_one_that_there_is(name):
    commands = shell_lines(ROOT / name)
    inline = re.findall(r"`(make [a-z-]+)`", (ROOT / name).read_text(encoding="utf-8"))
    assert len(commands) > 1
    assert [command for command in commands + inline if unknown(command)] == []


def test_twin_a_command_that_is_not_there_is_seen():
    assert unknown("make dinner") and unknown("make html dinner") and unknown("tools/dinner.py")
    assert not unknown("make html") and not unknown(".ci/run")


# README


def test_readme_shows_the_landing_pages_figure_of_today():
    """The picture names the cell that drew it; `make figure` renews it."""
    sys.path.insert(0, str(ROOT / "tools"))
    from readme_figure import FIGURE, cell_hash

    assert f"<!-- cell {cell_hash()} -->" in FIGURE.read_text(encoding="utf-8")
