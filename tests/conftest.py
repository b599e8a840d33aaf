"""What all tests share: a browser, a strict mode for CI, and lines at the end that say what was not looked at."""

import gc
import os

import pytest

from browser import CHROMIUM, FLAGS, MISSING, served

NOT_COMPARED = "not compared"  # the property that tests/test_measured.py records
STRICT = "INITBOOK_REQUIRE_ALL"  # set by .ci/run, where everything is installed


def pytest_configure():
    gc.set_threshold(100_000, 50, 100)  # thousands of tests stay until the end: there is no use in walking them often


def pytest_collection_finish():
    gc.freeze()


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


@pytest.fixture(scope="module")
def tab(browser):
    """Opening one takes as long as showing a page in it, or longer."""
    context = browser.new_context()
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(tab):
    """A page as it opens at a desk, with nothing asked for and nothing remembered from before."""
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.emulate_media(media="null", color_scheme="light", reduced_motion="null")
    yield tab
    tab.evaluate("try { localStorage.clear(), sessionStorage.clear() } catch { /* about:blank has none */ }")
    tab.unroute_all()
    tab.context.clear_permissions()
    tab.goto("about:blank")
