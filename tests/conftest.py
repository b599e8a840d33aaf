"""Fixtures of the tests in a browser."""

import pytest
from browser import CHROMIUM, FLAGS, MISSING, served


@pytest.hookimpl(tryfirst=True)  # before pytest leaves out what is slow
def pytest_collection_modifyitems(items):
    for item in items:
        if "visits" in getattr(item, "fixturenames", ()):  # of every page, in every view
            item.add_marker(pytest.mark.slow)


def pytest_terminal_summary(terminalreporter):
    skipped = terminalreporter.stats.get("skipped", [])
    browser = [report for report in skipped if report.longrepr[-1].removeprefix("Skipped: ") in MISSING]
    if browser:
        line = f"THE BROWSER TESTS WERE NOT RUN, {len(browser)} of them: {browser[0].longrepr[-1]}"
        terminalreporter.write_line(line, red=True, bold=True)


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
