"""Every piece of Python on a page is run by something: a census of the fences, and of what else a page must have."""

import sys
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md"))

CELL = "{code-cell} python"  # run by the build
DOCTEST = "{doctest}"  # checked by conftest.py and by `make doctest`
NOT_PYTHON = set("bash bibtex console css diff html json make markdown md sh text toml yaml".split())
# Directives whose body is Markdown, and is looked into.
BOXES = set(
    "admonition attention caution danger dropdown error exercise figure grid grid-item grid-item-card hint important"
    " glossary margin note prf:assumption prf:corollary prf:definition prf:example prf:lemma prf:observation prf:proof"
    " prf:property prf:proposition prf:remark prf:theorem seealso sidebar solution tab-item tab-set tip topic warning"
    " list-table table".split()
)
# Directives without Python of their own.
OTHERS = set(
    "bibliography contents div epigraph eval-rst exercise-end exercise-start glue:figure glue:md image index"
    " literalinclude math nb-exec-table only raw solution-end solution-start toctree".split()
)

MARKDOWN = MarkdownIt("commonmark").enable("table")
for plugin in [front_matter_plugin, colon_fence_plugin, dollarmath_plugin, amsmath_plugin]:
    MARKDOWN.use(plugin)


def directive(info):
    """`{name} argument` -> name, or nothing for a fence that is no directive."""
    return info[1:].split("}")[0] if info.startswith("{") else None


def fence_problems(token, nested):
    """What is wrong with one fence, and with those inside it."""
    info, name = token.info.strip(), directive(token.info.strip())
    if info == CELL:
        return cell_problems(token.content, nested)
    if info == DOCTEST or info in NOT_PYTHON:
        return []
    if name in BOXES:
        return census(token.content, nested=True)
    if name in OTHERS:
        return ["{eval-rst}: only Sphinx checks a >>> in it; use {doctest}"] if ">>>" in token.content else []
    return [f"```{info}: nothing runs it (use ```{CELL}, ```{DOCTEST}, or a language that is not Python)"]


def cell_problems(source, nested):
    magics = [line for line in source.splitlines() if line.startswith(("%", "!"))]
    problems = [f"cell with IPython magic: {line}" for line in magics]
    return [*problems, "cell inside a directive: MyST-NB does not run it (use -start and -end)"] if nested else problems


def token_problems(token, nested):
    if token.type in ("fence", "colon_fence"):
        return fence_problems(token, nested)
    if token.type == "code_block":
        return [f"indented block: nothing runs it: {token.content.splitlines()[0]}"]
    if token.type == "amsmath" and token.meta["numbered"] != "*":
        return [r"\begin{...} without a star gets a number that none can refer to: use $$ ... $$ (label)"]
    return []


def census(text, nested=False):
    """Everything that is wrong with the blocks of a page."""
    return [problem for token in MARKDOWN.parse(text) for problem in token_problems(token, nested)]


def front_matter(text):
    first = (MARKDOWN.parse(text) or [None])[0]
    return yaml.safe_load(first.content) if first and first.type == "front_matter" else {}


def front_matter_problems(text):
    """A page with cells says that it has, and every such page describes itself to search engines."""
    if f"```{CELL}" not in text:
        return []
    said = front_matter(text)
    problems = [] if said.get("file_format") == "mystnb" else ["front matter lacks `file_format: mystnb`"]
    if (said.get("kernelspec") or {}).get("name") != "python3":
        problems.append("front matter lacks `kernelspec: {name: python3}`")
    return problems if said.get("description") else [*problems, "front matter lacks a `description`"]


def problems(text):
    return census(text) + front_matter_problems(text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_holds_only_python_that_is_run(page):
    assert problems(page.read_text(encoding="utf-8")) == []


def test_readme_holds_only_python_that_is_run():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [said for said in census(text) if not said.startswith("```python:")] == []


HEAD = "---\nfile_format: mystnb\nkernelspec: {name: python3}\ndescription: A page.\n---\n"


@pytest.mark.parametrize(
    "good",
    [
        "",
        "# Only words, and $x$\n",
        f"{HEAD}```{CELL}\nx = 1\n```\n",
        "```{doctest}\n>>> 1 + 1\n2\n```\n",
        "````{prf:proof}\n```{doctest}\n>>> 1 + 1\n2\n```\n````\n",
        ":::{note}\nwords\n:::\n",
        "\\begin{align*}\na &= b\n\\end{align*}\n",
        "$$\n\\begin{pmatrix} 1 \\end{pmatrix}\n$$ (eq-one)\n",
    ],
)
def test_census_passes_what_is_run(good):
    assert problems(good) == []


@pytest.mark.parametrize(
    "bad",
    [
        f"```{CELL}\nx = 1\n```\n",  # no front matter
        f"{HEAD.replace('description', 'title')}```{CELL}\nx = 1\n```\n",
        f"{HEAD.replace('python3', 'other')}```{CELL}\nx = 1\n```\n",
        f"{HEAD}```{CELL}\n%timeit x\n```\n",
        f"{HEAD}````{{note}}\n```{CELL}\nx = 1\n```\n````\n",
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
        "```{testcode}\nx = 1\n```\n",
        "words\n\n    >>> 1 + 1\n    3\n",
        "````{note}\n```python\nx = 1\n```\n````\n",
        "- a list\n\n  ```python\n  x = 1\n  ```\n",
        "```{eval-rst}\n>>> 1 + 1\n3\n```\n",
        "\\begin{align}\na &= b\n\\end{align}\n",
    ],
)
def test_census_catches_what_nothing_runs(bad):
    assert problems(bad) != []


def test_readme_shows_the_landing_pages_figure_of_today():
    """The picture names the cell that drew it; `make figure` renews it."""
    sys.path.insert(0, str(ROOT / "tools"))
    from readme_figure import FIGURE, cell_hash

    assert f"<!-- cell {cell_hash()} -->" in FIGURE.read_text(encoding="utf-8")
