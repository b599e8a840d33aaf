"""Fixtures of the tests in a browser."""

import pytest
from browser import CHROMIUM, FLAGS, served


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
