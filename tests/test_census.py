"""The book passes the census; and the census sees one planted specimen of every fault it looks for."""

import dataclasses
import doctest
import importlib
import re
import sys
from pathlib import Path

import pytest

import census
import equations
from census import book, displays, figures, glued, numbers, snippets
from census.page import Page

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import doctest_rest  # noqa: E402

from readme_figure import FIGURE, cell_hash  # noqa: E402

HEAD = "---\nfile_format: mystnb\nkernelspec: {name: python3}\ndescription: A page.\n---\n"
CELL = "```{code-cell} python\n"
OFF = "mystnb: {execution_mode: off}\nfile_format"
RELATIONS = r"\approx ≈ ≤ → \leqslant \cong \Leftrightarrow \longmapsto \subset".split()


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
        f"{HEAD.replace('description: A page.', '')}{CELL}x = 1\n```\n",
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
        # A cell or a snippet in a form or a place that not all of its runners see
        f"{HEAD}:::{{code-cell}} python\nx = 1\n:::\n",
        f"{HEAD}``` {{code-cell}} python\nx = 1\n```\n",
        f"{HEAD}~~~{{code-cell}} python\nx = 1\n~~~\n",
        f"{HEAD}- a list\n\n  ```{{code-cell}} python\n  x = 1\n  ```\n",
        ":::{doctest}\n>>> 1\n1\n:::\n",
        "``` {doctest}\n>>> 1\n1\n```\n",
        "- a list\n\n  ```{doctest}\n  >>> 1\n  1\n  ```\n",
        "> a quotation\n>\n> ```{doctest}\n> >>> 1\n> 1\n> ```\n",
        "a term\n: ```{doctest}\n  >>> 1\n  1\n  ```\n",
        "- a list\n\n  ````{note}\n  ```{doctest}\n  >>> 1\n  1\n  ```\n  ````\n",
        # A snippet that is not run, or whose output is not compared
        "```{doctest}\nx = 1\n```\n",
        "```{doctest}\n>>> 1\n1\n\nx = 1\n```\n",
        "```{doctest}\n>>> 1  # doctest: +SKIP\n2\n```\n",
        "```{doctest}\n:skipif: True\n>>> 1\n2\n```\n",
        "```{doctest}\n>>> [1]\n[...]\n```\n",
        # A cell that is not run, or whose errors do not count
        f"{HEAD}{CELL}:tags: [skip-execution]\nx = 1\n```\n",
        f"{HEAD}{CELL}---\ntags: [raises-exception]\n---\nx = 1\n```\n",
        f"{HEAD}{CELL}:load: other.py\n\n```\n",
        f"{HEAD}{CELL}---\nmystnb: {{image: {{alt: A line.}}}}\n---\nx = 1\n```\n",
        f"{HEAD.replace('file_format', OFF)}{CELL}x = 1\n```\n",
        # Python in what is read by Sphinx, or by nobody
        "````{only} html\n```python\nx = 1\n```\n````\n",
        "````{div}\n```python\nx = 1\n```\n````\n",
        "````{epigraph}\n```python\nx = 1\n```\n````\n",
        "```{eval-rst}\n::\n\n   x = 1\n```\n",
        "```{raw} html\n<samp>1 + 1</samp>\n```\n",
        "```{literalinclude} ../initbook/rng.py\n```\n",
        "```{math} a = b\n:label: eq-one\n```\n",
        "```{csv-table}\na, 0.5\n```\n",
        "```{exercise-start} Title with 0.5\n```\n",
        "<samp>\nx\n</samp>\n",
        "<p>It ends at 0.5.</p>\n",
        "10<sup>-5</sup>\n",
        "words\n\n>>> 1 + 1\n",
        "words \\>>> 1 + 1\n",
        "```sh\nx = 1\n```\n",
        "```text\nx = 1\n```\n",
        "[^1]: 98.5\n",
    ],
)
def test_census_catches_what_nothing_runs(bad):
    assert len(snippets.problems(page(bad))) == 1


@pytest.mark.parametrize("bad, line", [
    (f"{HEAD}{CELL}---\nmystnb:\n  figure:\n    caption: Two: a colon\n---\nx = 1\n```\n", 10),
    ("---\ndescription: Two: a colon\n---\n", 2),
    ("words\n\n```{note}\n---\nonly words\n---\n```\n", 5),
])
def test_options_that_cannot_be_read_are_named_with_their_line_and_what_to_do(bad, line):
    (said,) = snippets.problems(page(bad))
    assert said.startswith(f"docs/planted.md:{line}: these options cannot be read: ")
    assert said.endswith(("quote the text, or begin it with | in the line above", "write each as `name: value`"))


def test_census_catches_python_in_readme_that_nothing_runs():
    assert book.in_readme(page("```python\n>>> 1\n1\n\n```\n")) == []
    assert len(book.in_readme(page("```python\nx = 1\n```\n"))) == 1
    assert len(book.in_readme(page("![It ends at 0.5](a.svg)\n"))) == 1


@pytest.mark.parametrize("name", ["page.rst", "page.ipynb"])
def test_census_catches_a_page_that_it_cannot_read(tmp_path, monkeypatch, name):
    monkeypatch.setattr(book, "ROOT", tmp_path)
    (tmp_path / "page.md").touch()
    assert book.not_markdown(tmp_path) == []
    (tmp_path / name).touch()
    assert [said.split(": ")[0] for said in book.not_markdown(tmp_path)] == [f"{name}:1"]


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


def test_every_docstring_is_checked_by_make_doctest_too():
    """Sphinx sees the modules of api.md, and tools/doctest_rest.py the rest."""
    shown = re.findall(r"automodule:: (\S+)", (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8"))
    rest = [doctest_rest.named(path) for path in doctest_rest.PRIVATE + doctest_rest.EQUATIONS]
    assert sorted(shown + rest) == sorted(map(doctest_rest.named, book.MODULES))


@pytest.mark.parametrize("path", book.MODULES, ids=lambda path: path.stem)
def test_every_statement_that_is_counted_is_one_that_doctest_finds(path):
    module = importlib.import_module(doctest_rest.named(path))
    found = sum(len(test.examples) for test in doctest.DocTestFinder().find(module))
    assert found == snippets.examples(path.read_text(encoding="utf-8"))


# Numbers


@pytest.mark.parametrize("good", [
    "Two layers of 100 units, 22 and 30 layers.",
    "`0.5` is code, $q = 0.5\\,x$ a formula, “50 %” a quotation.",
    "Section 4.2, sections 4.2 and 4.3, §2.1, Fig. 3.1, eq. 1.2 and Python 3.11.",
    "> *My loss stands at 2.30.*",
    "It is {glue:text}`planted.md::loss:.2f`.",
    "{given}`0.01` and {given}`50 %` and {given}`1e-5`.\n\n```{doctest}\n>>> [0.01, 0.5, 1e-5][0]\n0.01\n```",
    "{cited}`33.82` {cite:p}`he2015`.",
    "{cited}`33.82` ([A5](../reference/sources.md#claim-a5)).",
    "{given}`10⁻⁵`.\n\n```{doctest}\n>>> 1e-5\n1e-05\n```",
    "Sections 4.3.2 to 4.3.4, figures 3, 4.1 and 5.",
    f'{HEAD}{CELL}glue("key", 2.0**-30, display=False)\n```\n',
    f'{HEAD}{CELL}figures.show(x, alt="A line for each of " + ", ".join(f"{{s:.1f}}" for s in sizes))\n```\n',
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
    "Accuracy: 98 percent.",
    "Accuracy: **98** %.",
    "It is 1.5e-5 wide.",
    "Accuracy: 98\n%.",
    "It is .05 wide.",
    "It is 1E-5 wide.",
    "It is $< 0.01$.",
    r"It is $\le 10^{-9}$.",
    "In figure 3, 0.5 of it.",
    "In table 2 and 98 % of it.",
    "In tables 2 and 98 % of it.",
    "{strong}`0.5` of it.",
    "![It ends at 0.5](a.svg)",
    ":::{admonition} Title\n:alt: Ends at 0.5\nwords\n:::",
    "{given}`10⁻⁵`.\n\n```{doctest}\n>>> 10 - 5\n5\n```",
    "{given}`3 · 10⁻⁵`.\n\n```{doctest}\n>>> 3, 10, 1e-5\n(3, 10, 1e-05)\n```",
    "{given}`1E-5`.\n\n```{doctest}\n>>> 1 + 5\n6\n```",
    "{given}`.05`.\n\n```{doctest}\n>>> 5\n5\n```",
    "{given}`10^-5`.\n\n```{doctest}\n>>> 10 - 5\n5\n```",
    f"{HEAD}{{given}}`0.98`.\n\n{CELL}assert x < 0.98\n```\n",
    f'{HEAD}{CELL}glue("key", 0.98, display=False)\n```\n',
    f'{HEAD}{CELL}put("key", float(-0.98))\n```\n',
    f"{HEAD}{CELL}figures.show(x, alt=words)\n```\n",
    f'{HEAD}{CELL}figures.show(x, alt=f"It ends at {{0.98}}.")\n```\n',
    f"{HEAD.replace('A page', 'Ends at 0.5')}{CELL}x = 1\n```\n",
    f"{HEAD}{CELL}---\nmystnb:\n  figure:\n    caption: Ends at 0.5.\n---\nx = 1\n```\n",
    f'{HEAD}{CELL}figures.show(x, alt="Ends at 0.5.")\n```\n',
    f'{HEAD}{CELL}figures.show(x, alt=f"Ends at 0.5 after {{n}}.")\n```\n',
])
def test_census_catches_a_typed_number(bad):
    assert len(numbers.problems(page(bad))) == 1


def test_census_catches_a_number_that_a_check_says_of_itself(one_check):
    (check,) = equations.checks().values()
    assert list(numbers.in_checks([check])) == []
    assert len(list(numbers.in_checks([dataclasses.replace(check, mistake="1.5 in place of 2")]))) == 1


def test_an_idle_key_is_named_with_the_line_that_glues_it():
    text = f'{{glue:text}}`planted.md::a`\n\n{CELL}x = 1\nglue("a", x)\nglue("b", x)\n```\n'
    (said,) = glued.problems(page(text), ["a", "b"])
    assert said.startswith("docs/planted.md:6: b is glued")
    (said,) = glued.problems(page(text), ["a", "made-in-a-loop"])
    assert said.startswith("docs/planted.md:5: ")


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
    check = equations.Check("eq-one", "exact", None, None, "", lambda formula: (0, 0))
    monkeypatch.setattr(equations, "checks", lambda: {"eq-one": check})
    monkeypatch.setattr(equations, "confirmed", lambda check, tex: equations.plain(tex) == "a = b")


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
    *[f"$$\na {relation} b\n$$\n" for relation in RELATIONS],
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
    "A falling line.", "y[0] > y[1]",
])
def test_census_catches_a_figure_that_lacks_something(missing):
    lacks = f"{CELL}{OPTIONS}{SHOW}```\n".replace(missing, "").replace("assert \n", "assert True\n")
    assert len(figures.problems(page(lacks))) == 1


@pytest.mark.parametrize("bad", [
    "from initbook.figures import curves\ncurves(y)",
    "import initbook.figures as f\nf.curves(y)",
    "from initbook import figures as f\nf.curves(y)",
    "draw = figures\ndraw.curves(y)",
    "picture = figures.show(x)\npicture",
    "import matplotlib.pyplot as plt\nplt.plot(y)",
    "from IPython.display import SVG\nSVG(y)",
])
def test_census_catches_a_figure_shown_in_another_way(bad):
    assert len(figures.problems(page(f"{CELL}{bad}\n```\n"))) == 1


@pytest.mark.parametrize("bad", [
    "![a line](a.svg)\n", "```{figure} a.svg\nA line.\n```\n", "```{image} a.svg\n```\n", "<img src=a.svg>\n",
])
def test_census_catches_a_picture_that_no_cell_draws(bad):
    assert len(snippets.problems(page(bad)) + figures.problems(page(bad))) == 1


# Commands


def shell_lines(path):
    fences = [piece for piece in Page(path).pieces if piece.kind == "fence" and piece.info in ("sh", "bash", "console")]
    return [line.split("#")[0].strip() for fence in fences for line in fence.text.splitlines() if line.strip()]


def unknown(command):
    """Whether a command shown to readers is neither one of the Makefile's nor a script that is there."""
    targets = re.findall(r"(?m)^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"))
    words = command.removeprefix("$ ").split()
    if words == ["pip", "install", "."]:
        return "[build-system]" not in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    if words[0] == "make":
        return not set(word for word in words[1:] if "=" not in word) <= set(targets)
    return not (ROOT / words[0]).is_file()


def line_of(name, command):
    rows = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return next(number for number, row in enumerate(rows, 1) if command in row)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_command_shown_is_one_that_there_is(name):
    commands = shell_lines(ROOT / name)
    inline = re.findall(r"`((?:make|pip) [^`]+)`", (ROOT / name).read_text(encoding="utf-8"))
    assert len(commands) > 1
    lines = [f"{name}:{line_of(name, command)}: `{command}`: neither a target of the Makefile nor a file: correct it"
             for command in commands + inline if unknown(command)]
    assert not lines, "\n".join(lines)


def test_twin_a_command_that_is_not_there_is_seen():
    assert unknown("make dinner") and unknown("make html dinner") and unknown("tools/dinner.py")
    assert unknown("pip install other")
    assert not any(map(unknown, ["make html", "make page-bench", ".ci/run", "pip install ."]))


# README


def test_readme_shows_the_landing_pages_figure_of_today():
    """The picture names the cell that drew it; `make figure` renews it."""
    assert f"<!-- cell {cell_hash()} -->" in FIGURE.read_text(encoding="utf-8")
