"""What all tests share: a browser, a strict mode for CI, and lines at the end that say what was not looked at."""

import os

import pytest

from browser import CHROMIUM, FLAGS, MISSING, served

NOT_COMPARED = "not compared"  # the property that tests/test_measured.py records
STRICT = "INITBOOK_REQUIRE_ALL"  # set by .ci/run, where everything is installed


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Where everything is installed a test that skips itself has not been run, and must not pass."""
    report = (yield).get_result()
    ours = "real_mnist" not in getattr(item, "fixturenames", ())  # those files nobody can install
    strict = os.environ.get(STRICT) and ours
    if report.skipped and strict and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr[-1]}"


def pytest_terminal_summary(terminalreporter, config):
    passed = terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
    for pages in [words for report in passed for name, words in report.user_properties if name == NOT_COMPARED]:
        terminalreporter.write_line(f"numbers not compared, build/html is not of this tree (make html): {pages}")
    skipped = [report.longrepr[-1].removeprefix("Skipped: ") for report in terminalreporter.stats.get("skipped", [])]
    book = [reason for reason in skipped if reason in MISSING]
    if book:
        line = f"THE BUILT BOOK WAS NOT TESTED, {len(book)} tests of it: {book[0]}"
        terminalreporter.write_line(line, red=True, bold=True)
    if config.args_source is config.ArgsSource.TESTPATHS and "not browser" in config.option.markexpr:
        terminalreporter.write_line("left out: the book in a browser, small books built several times (make slow)")


@pytest.fixture(scope="module")
def address():
    """The book, served as a web site."""
    with served() as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
