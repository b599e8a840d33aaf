"""Every snippet is run and its output compared: `{doctest}` blocks of pages, Python in README, `>>>` in docstrings.

`make doctest` runs this file alone. Cells (`{code-cell} python`) are run by the build, and the census sees to it that
no page holds a third kind of Python, which neither would run.
"""

import doctest
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.document import PythonDocStringDocument
from sybil.example import SybilFailure
from sybil.parsers.myst import DocTestDirectiveParser, PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser

ROOT = Path(__file__).parents[1]
FLAGS = doctest.ELLIPSIS | doctest.DONT_ACCEPT_TRUE_FOR_1

PAGES = Sybil(parsers=[DocTestDirectiveParser(FLAGS)])
README = Sybil(parsers=[PythonCodeBlockParser(doctest_optionflags=FLAGS)])
DOCSTRINGS = Sybil(parsers=[DocTestParser(FLAGS)], document_types={".py": PythonDocStringDocument})
FILES = {path: sybil for sybil, paths in [
    (PAGES, sorted((ROOT / "docs").rglob("*.md"))), (README, [ROOT / "README.md"]),
    (DOCSTRINGS, sorted((ROOT / "initbook").glob("*.py"))),
] for path in paths}


def failures(sybil, path):
    """What each snippet of a file that does not show what it prints has to say; a file's snippets share their names."""
    found = []
    for example in sybil.parse(path).examples():
        try:
            example.evaluate()
        except SybilFailure as failure:
            found.append(f"{path.name}:{example.line}: {failure.result}")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_snippets_print_what_they_show(path):
    found = failures(FILES[path], path)
    assert not found, "\n".join([f"in {path.parent.relative_to(ROOT)}:", *found])


RIGHT, WRONG = ">>> 1 + 1\n2\n", ">>> 1 + 1\n3\n"


@pytest.mark.parametrize("sybil, name, text", [
    (PAGES, "page.md", f"# A page\n\n```{{doctest}}\n{RIGHT}```\n\n```{{doctest}}\n{WRONG}```\n"),
    (README, "README.md", f"# Read me\n\n```python\n{RIGHT}\n```\n\n```python\n{WRONG}\n```\n"),
    (DOCSTRINGS, "planted_module.py", f'"""A module.\n\n{RIGHT}"""\n\nclass A:\n    """One.\n\n{WRONG}"""\n'),
])
def test_twin_a_wrong_output_is_told_with_file_and_line(tmp_path, monkeypatch, sybil, name, text):
    monkeypatch.syspath_prepend(tmp_path)
    path = tmp_path / name
    path.write_text(text)
    line = text[:text.rfind(">>>")].count("\n") + 1
    (said,) = failures(sybil, path)
    assert said.startswith(f"{name}:{line}: ") and "Expected:\n    3\nGot:\n    2" in said
