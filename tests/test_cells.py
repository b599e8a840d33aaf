"""Every cell of every page runs, and what it asserts is true.

The build keeps finished runs (docs/_ext/execution.py). A run that it has kept for the same cells, package, data and
versions is proof enough, so after `make html` this costs nothing, and after an edit to a page only that page is run.
"""

import importlib.util
import os
from pathlib import Path

import pytest
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig

from census import PAGES
from census.page import ROOT, Page

SPEC = importlib.util.spec_from_file_location("execution", ROOT / "docs" / "_ext" / "execution.py")
execution = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(execution)
EXECUTED = [path for path in PAGES if Page(path).cells]


def notebook_of(path):
    config = MdParserConfig(enable_extensions={"colon_fence", "dollarmath", "amsmath"})
    return read_myst_markdown_notebook(path.read_text(encoding="utf-8"), config=config, path=path)


def fails(path, store):
    """What a run of the page's cells says when it fails; None when it is known to pass, or does."""
    notebook = notebook_of(path)
    entry = execution.entry_for(notebook, path.name, execution.fingerprint())
    entry = store / entry.name
    if not entry.exists():
        try:
            execution.run(notebook, path.parent, timeout=180)
        except execution.CellFailed as failure:
            return failure.args[1]
        execution.write_whole(entry, execution.packed(notebook))
    return None


@pytest.fixture(autouse=True)
def kernel(monkeypatch):
    for name, value in execution.KERNEL_ENVIRONMENT.items():
        monkeypatch.setitem(os.environ, name, value)


@pytest.mark.parametrize("path", EXECUTED, ids=lambda path: str(Path(path).relative_to(ROOT)))
def test_cells_run(path):
    assert fails(path, execution.STORE) is None


def test_twin_a_false_assertion_is_seen(tmp_path):
    head = "---\nfile_format: mystnb\nkernelspec: {name: python3}\n---\n\n"
    page = tmp_path / "page.md"
    page.write_text(f"{head}```{{code-cell}} python\nx = 1 + 1\n```\n\n```{{code-cell}} python\nassert x == 3\n```\n")
    assert "AssertionError" in fails(page, tmp_path)
    page.write_text(page.read_text().replace("x == 3", "x == 2"))
    assert fails(page, tmp_path) is None
