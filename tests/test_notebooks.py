"""Notebooks to take: plain Markdown and the code that was run, and they run where nothing can build the book."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from docutils import nodes

import plain_markdown
import take_away
from browser import SITE, THOROUGH
from plain_markdown import Markdown

ROOT = Path(__file__).parents[1]
built = pytest.mark.skipif(not SITE.exists(), reason="build/html is missing: make html")
P, T = nodes.paragraph, nodes.Text


def markdown(numbers=None, wanted=()):
    return Markdown(numbers or {}, lambda node: node.get("refuri", ""), wanted)


# From a finished page to Markdown


@pytest.mark.parametrize("node, text", [
    (P("", "", T("a*b and "), nodes.math("", "x^2"), T(", "), nodes.literal("", "f_x")), r"a\*b and $x^2$, `f_x`"),
    (P("", "", nodes.reference("", "here", refuri="a.html")), "[here](a.html)"),
    (P("", "", nodes.reference("", "words only")), "words only"),
    (P("", "", T("10"), nodes.superscript("", "−8")), "10<sup>−8</sup>"),
    (nodes.bullet_list("", nodes.list_item("", P("", "one"), P("", "more")), nodes.list_item("", P("", "two"))),
     "- one\n\n  more\n- two"),
    (nodes.block_quote("", P("", "said")), "> said"),
    (nodes.doctest_block("", ">>> 1\n1"), "```python\n>>> 1\n1\n```"),
    (nodes.admonition("", nodes.title("", "Predict"), P("", "How much?")), "> **Predict**\n>\n> How much?"),
    (nodes.comment("", "none"), ""),
])  # fmt: skip
def test_each_kind_of_node_is_plain_markdown(node, text):
    assert markdown().block(node) == text


def test_an_equation_has_its_number_and_an_anchor_and_a_theorem_its_own():
    numbers = {"displaymath": {"equation-eq-a": (12,)}, "theorem": {"thm-a": (3,)}}
    equation = nodes.math_block("", "a = b", ids=["equation-eq-a"])
    formula = "$$\na = b \\tag{12}\n$$"
    assert markdown(numbers, ["equation-eq-a"]).block(equation) == f'<a id="equation-eq-a"></a>\n\n{formula}'
    theorem = nodes.admonition("", nodes.title("", "(Ties)"), P("", "So it is."), ids=["thm-a"], realtype="theorem")
    assert markdown(numbers).block(theorem).startswith("> **Theorem 3 (Ties)**")


def test_what_is_folded_has_a_line_without_markdown():
    assert plain_markdown.summary("Solution to [Exercise 3](#ex-a), `f` and *g*") == (
        "Solution to Exercise 3, <code>f</code> and g")


def test_a_bar_in_a_table_s_formula_does_not_end_its_cell():
    row = nodes.row("", *(nodes.entry("", P("", "", nodes.math("", tex))) for tex in ("|x|", r"\|w\|")))
    table = nodes.table("", nodes.tgroup("", nodes.tbody("", row, row.deepcopy())))
    lines = markdown().block(table).splitlines()
    assert lines[1] == "|---|---|" and all(line.count("|") == 3 for line in lines)


def test_a_node_that_is_not_known_is_a_warning(monkeypatch):
    said = []
    monkeypatch.setattr(plain_markdown, "LOG", SimpleNamespace(warning=lambda *words, **where: said.append(words[1])))
    assert markdown().block(nodes.sidebar("", P("", "aside"))) == "aside" and said == ["sidebar"]


@pytest.mark.parametrize("base, address", [("", ""), ("https://b.org/", "https://b.org/variance/xavier.html#a")])
def test_a_link_to_another_page_leads_to_the_published_one_or_nowhere(base, address):
    link = take_away.links(SimpleNamespace(config=SimpleNamespace(html_baseurl=base)), "variance/he")
    assert link(nodes.reference(refuri="xavier.html#a")) == address
    assert link(nodes.reference(refuri="#here")) == link(nodes.reference(refid="here")) == "#here"
    assert link(nodes.reference(refuri="https://a.org/")) == "https://a.org/"


# Those of the built book


def handouts():
    return sorted(SITE.glob(f"_sources/**/*.{take_away.HANDOUT}"))


def taken():
    return sorted({*SITE.glob("_sources/**/*.ipynb")} - {*handouts()})


@cache
def read(path):
    return nbformat.read(path, 4)


def code_of(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.get("id") != "install"]


def prose_of(notebook):
    """The text without what stands in it as code."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return re.sub(r"```.*?```|``.*?``|`[^`]*`", "", text, flags=re.DOTALL)


def written(path):
    """The cells of a page's MyST source, read as the build reads it, but for the one that hands numbers to the text."""
    from myst_nb.core.read import read_myst_markdown_notebook
    from myst_parser.config.main import MdParserConfig

    config = MdParserConfig(enable_extensions={"amsmath", "colon_fence", "dollarmath"})
    cells = code_of(read_myst_markdown_notebook(path.read_text(encoding="utf-8"), config))
    return [cell.source for cell in cells if "remove-cell" not in cell.metadata.get("tags", [])]


def digest(sources):
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()


RAW = re.compile(r"\{[a-z][a-z:-]*\}`|^:{3,}|^\+\+\+|^\(?[\w-]+\)=$|\{glue|%s|\\begin\{equation", re.MULTILINE)


MACHINE_ROOM = re.compile(r"initbook\.prose import numbers|^numbers\(|```\{", re.MULTILINE)


@built
class TestTaken:
    def test_every_executed_page_can_be_taken(self):
        sources = {path for path in (ROOT / "docs").rglob("*.md") if "{code-cell}" in path.read_text(encoding="utf-8")}
        assert {path.relative_to(SITE / "_sources").with_suffix(".md") for path in taken()} == {
            path.relative_to(ROOT / "docs") for path in sources}  # fmt: skip

    def test_its_code_is_the_code_that_was_run_with_what_came_of_it(self):
        for path in taken():
            notebook, source = read(path), path.with_suffix(".md")
            nbformat.validate(notebook)
            code = code_of(notebook)
            assert digest(cell.source for cell in code) == digest(written(source)), path
            counts = [cell.execution_count for cell in code]
            assert counts == sorted(set(counts)) and None not in counts, path
            assert not any(output.output_type == "error" for cell in code for output in cell.outputs), path
            figures = [cell for cell in code if cell.source.rstrip().endswith(")") and "figures.show(" in cell.source]
            assert all(cell.outputs for cell in figures), path

    def test_twin_a_letter_more_in_one_cell_is_another_digest(self):
        sources = written(taken()[0].with_suffix(".md"))
        assert digest([*sources[:-1], sources[-1] + " "]) != digest(sources)

    def test_its_text_has_no_role_no_directive_and_nothing_of_the_machine_room(self):
        for path in taken():
            notebook = read(path)
            assert (found := RAW.search(prose_of(notebook))) is None, (path, found)
            assert not any(MACHINE_ROOM.search(cell.source) for cell in notebook.cells), path

    def test_twin_raw_myst_is_seen(self):
        for text in ("See {eq}`eq-a`.", ":::{admonition} Predict", "(sec-a)=", "{glue:text}"):
            assert RAW.search(text), text

    def test_what_a_link_within_it_leads_to_is_there(self):
        for path in taken():
            text = prose_of(read(path))
            anchors = set(re.findall(r'<a id="([^"]*)">', text))
            assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= anchors, path
            assert not re.findall(r"\]\((?!https?:|#)[^)]*\)", text), path

    def test_figures_are_numbered_as_on_the_page_and_solutions_are_folded(self):
        for path in taken():
            page = (SITE / path.relative_to(SITE / "_sources").with_suffix(".html")).read_text(encoding="utf-8")
            text = prose_of(read(path))
            assert re.findall(r'caption-number">Fig. (\d+)', page) == re.findall(r"\*\*Fig. (\d+)\*\*", text), path
            assert text.count("<summary>Solution") == page.count('class="solution'), path
            assert text.count("<details>") == text.count("</details>"), path

    def test_what_is_handed_out_is_the_same_before_it_was_run_with_room_for_each_solution(self):
        solved = [path for path in taken() if "<summary>Solution" in prose_of(read(path))]
        assert len(solved) > 20 and handouts() == [path.with_suffix(f".{take_away.HANDOUT}") for path in solved]
        for path, handout in zip(solved, handouts(), strict=True):
            notebook, code = read(handout), code_of(read(handout))
            nbformat.validate(notebook)
            assert [cell.source for cell in code if cell.source] == [cell.source for cell in code_of(read(path))], path
            room = [cell for cell in code if not cell.source]
            assert len(room) == prose_of(read(path)).count("<summary>Solution") and "Solution" not in prose_of(notebook)
            assert not any(cell.outputs or cell.execution_count for cell in code), path

    def test_each_is_set_up_by_the_same_lines_which_say_where_the_file_is_that_pip_is_told_to_take(self):
        lines = {read(path).cells[0].source for path in taken()}
        assert len(lines) == 1 and re.search(r"%pip install --quiet \S+$", *lines)
        first, *_, last = min(lines).splitlines()
        assert take_away.WHEEL in first or not last.endswith(f" {take_away.WHEEL}")
        for path in taken():
            page = path.relative_to(SITE / "_sources").with_suffix(".html")
            here = os.path.relpath(take_away.WHEEL, page.parent)
            assert f'href="{here}"' in (SITE / page).read_text(encoding="utf-8"), page


@pytest.mark.parametrize("site, repository, first", [
    ("", "", f"# {take_away.WHEEL}, "), ("https://b.org/", "", "try:"), ("", "https://github.com/a/b", "try:")])
def test_the_first_line_names_the_file_only_where_pip_is_told_to_take_one(site, repository, first):
    assert take_away.set_up(site, repository).startswith(first)


# In an empty folder


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """A reader's own environment: all that the package needs, and neither the package nor what builds the book."""
    home = tmp_path_factory.mktemp("reader")
    subprocess.run([sys.executable, "-m", "venv", home / "venv"], check=True)
    inside = next((home / "venv" / "lib").glob("*/site-packages"))
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if not re.match(r"initbook|myst|sphinx|.*\.pth$", path.name) and not (inside / path.name).exists():
            (inside / path.name).symlink_to(path)
    python = home / "venv" / "bin" / "python"
    spec = {"argv": [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "Python 3",
            "language": "python"}
    (home / "kernels" / "python3").mkdir(parents=True)
    (home / "kernels" / "python3" / "kernel.json").write_text(json.dumps(spec))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"JUPYTER_PATH": str(home), "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return SimpleNamespace(home=home, python=python, environment=environment)


def folder_with(reader, page):
    """What she has taken, and no more: the notebook, the package, and what lies beside the page to be read."""
    folder = reader.home / page.replace("/", "-")
    folder.mkdir()
    shutil.copy(SITE / take_away.WHEEL, folder)
    path = SITE / "_sources" / f"{page}.ipynb"
    for file in (path, *path.parent.glob("*.json")):
        shutil.copy(file, folder)
    return folder


RUN = """import json, sys, nbformat, nbclient
notebook = nbformat.read(sys.argv[1], 4)
nbclient.NotebookClient(notebook, timeout=600).execute()
print("ran", sum(cell.cell_type == "code" for cell in notebook.cells))
"""
SOME = ["variance/fans", "symmetry/three-updates", "practice/check-yours"]


@built
@pytest.mark.slow
def test_taken_notebooks_run_from_the_wheel_in_an_empty_folder(reader):
    absent = subprocess.run([reader.python, "-c", "import initbook"], cwd=reader.home, env=reader.environment,
                            capture_output=True, text=True)
    assert "No module named 'initbook'" in absent.stderr
    every = [path.relative_to(SITE / "_sources").with_suffix("").as_posix() for path in taken()]
    for page in every if THOROUGH else SOME:
        folder = folder_with(reader, page)
        ran = subprocess.run([sys.executable, "-c", RUN, f"{page.rpartition('/')[2]}.ipynb"], cwd=folder,
                             env=reader.environment, capture_output=True, text=True)
        assert ran.returncode == 0 and ran.stdout.startswith("ran "), (page, ran.stderr[-3000:])
    where = subprocess.run([reader.python, "-c", "import initbook; print(initbook.__file__)"], cwd=reader.home,
                           env=reader.environment, capture_output=True, text=True)
    assert where.stdout.startswith(str(reader.home))  # it came from the wheel


@built
@pytest.mark.slow
def test_the_line_that_pages_tell_a_reader_to_type_installs_the_package(reader):
    page = (SITE / "practice" / "check-yours.html").read_text(encoding="utf-8")
    said = re.findall(r"pip install (\S+\.whl)", re.sub("<[^>]+>", "", page))
    assert said == [take_away.WHEEL]
    done = subprocess.run([reader.python, "-m", "pip", "install", "--force-reinstall", "--no-deps", SITE / said[0]],
                          env=reader.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
