"""What a reader takes along, in Chromium: a figure saved, linked to and cited."""

import io
import re
import xml.etree.ElementTree as xml

import pytest
from matplotlib.image import imread

from browser import NEEDS, SITE

pytestmark = NEEDS
HE, PLAY = "variance/he.html", "variance/scale.html"
FIGURE = "fig-thirty-layers"


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="dark")
    yield context.new_page()
    context.close()


def taken(page, figure, kind):
    with page.expect_download() as event:
        page.locator(f"#{figure} .take [data-take={kind}]").press("Enter")
    return event.value.suggested_filename, event.value.path().read_bytes()


@pytest.mark.parametrize("name, figure", [(HE, FIGURE), (PLAY, "fig-scale-slider")])
def test_a_figure_is_saved_from_a_dark_page_opened_as_a_file_in_light_colours_on_white(page, name, figure):
    page.goto(SITE.as_uri() + f"/{name}")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    saved, svg = taken(page, figure, "svg")
    assert saved == f"initbook-{figure}.svg"
    picture = xml.fromstring(svg)  # a file by itself
    assert picture[0].text.startswith("The initbook authors") and len(picture[1].text) > 20
    text = svg.decode()
    assert 'fill="#fff"' in text and "var(" not in text and re.search(r'<svg[^>]*style="color: rgb\(', text)
    assert len(re.findall("<path", text)) >= len(page.locator(f"#{figure} svg path").all())
    saved, png = taken(page, figure, "png")
    pixels = imread(io.BytesIO(png))
    assert saved.endswith(".png") and pixels.shape[1] == 2000
    assert (pixels[[0, 0, -1, -1], [0, -1, 0, -1]] == 1).all()  # white corners, none transparent
    dark = (pixels[..., :3].sum(axis=2) < 1).mean()
    assert 0.002 < dark < 0.5  # ink that is seen on white
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"  # as it was


def test_what_is_saved_of_a_figure_with_controls_is_the_frame_that_the_reader_chose(page):
    page.goto(SITE.as_uri() + f"/{PLAY}")
    before = taken(page, "fig-scale-slider", "svg")[1]
    page.locator("#fig-scale-slider [type=range]").press("ArrowRight")
    assert taken(page, "fig-scale-slider", "svg")[1] != before


def test_a_figure_s_address_is_copied(page, address):
    page.goto(address + HE)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(f"#{FIGURE} .take [data-take=link]").click()
    page.wait_for_function("document.querySelector('.take-said').textContent === 'Copied'")
    assert page.evaluate("navigator.clipboard.readText()") == f"{address}{HE}#{FIGURE}"


def test_a_citation_is_there_without_scripts_and_no_row_is_on_paper(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + HE)
    row = page.locator(f"#{FIGURE} .take")
    row.locator("summary").click()
    assert "Figure " in row.locator("p").inner_text() and row.locator("button:visible").count() == 0
    page.emulate_media(media="print")
    assert page.locator(".take:visible").count() == 0
    context.close()
