"""Snippets are tests: `{doctest}` blocks of the pages, Python in README, and `>>>` in the package's docstrings.

Cells (`{code-cell} python`) are run by the book's own build, and the census (tests/test_census.py) sees to it that no
page holds a third kind of Python that neither runs.
"""

import doctest
import os

import pytest
from sybil import Sybil
from sybil.document import PythonDocStringDocument
from sybil.parsers.myst import DocTestDirectiveParser, PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser
from sybil.sybil import SybilCollection

FLAGS = doctest.ELLIPSIS | doctest.DONT_ACCEPT_TRUE_FOR_1  # as Sphinx's own checker has them

pages = Sybil(parsers=[DocTestDirectiveParser(FLAGS)], patterns=["docs/*.md", "docs/**/*.md"])
readme = Sybil(parsers=[PythonCodeBlockParser(doctest_optionflags=FLAGS)], pattern="README.md")
docstrings = Sybil(
    parsers=[DocTestParser(FLAGS)],
    pattern="initbook/*.py",
    document_types={".py": PythonDocStringDocument},
)
pytest_collect_file = SybilCollection([pages, readme, docstrings]).pytest()


def pytest_report_header():
    if os.environ.get("INITBOOK_REQUIRE_ALL"):
        return "a skipped test is a failure here (INITBOOK_REQUIRE_ALL), but for those that need MNIST's files"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Where everything is installed, as in .ci/run, a test that skips itself has not been run and must not pass."""
    report = (yield).get_result()
    strict = os.environ.get("INITBOOK_REQUIRE_ALL") and not item.get_closest_marker("mnist")
    if report.skipped and strict and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr[-1]}"


def pytest_terminal_summary(terminalreporter, config):
    """How much of the book was held to the census, and how many snippets this run compared."""
    import census

    if config.option.collectonly or not terminalreporter.stats.get("passed"):
        return
    ran = [report.nodeid for report in terminalreporter.stats["passed"]]
    kinds = {"pages": "docs/", "README": "README.md", "docstrings": "initbook/"}
    snippets = ", ".join(f"{sum(name.startswith(at) for name in ran)} of {kind}" for kind, at in kinds.items())
    terminalreporter.write_line(f"snippets run and compared: {snippets}")
    counted = ", ".join(f"{number} {what}" for what, number in census.counts().items())
    terminalreporter.write_line(f"census of the book: {counted}")
