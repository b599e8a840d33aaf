"""What a reader takes along, in Chromium: a figure, a sheet of exercises, pages on paper."""

import io
import re
import xml.etree.ElementTree as xml
import zlib
from itertools import pairwise

import pytest
from matplotlib.image import imread

import small_pdf
from browser import NEEDS, SITE, THOROUGH

pytestmark = NEEDS
HE, PLAY = "variance/he.html", "variance/scale.html"
FIGURE = "fig-thirty-layers"


@pytest.fixture
def page(page):
    page.emulate_media(color_scheme="dark")
    return page


def taken(page, figure, kind):
    with page.expect_download() as event:
        page.locator(f"#{figure} .take [data-take={kind}]").press("Enter")
    return event.value.suggested_filename, event.value.path().read_bytes()


@pytest.mark.parametrize("name, figure", [(HE, FIGURE), (PLAY, "fig-scale-slider")])
def test_a_figure_is_saved_from_a_dark_page_opened_as_a_file_in_light_colours_on_white(page, name, figure):
    page.goto(SITE.as_uri() + f"/{name}")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    saved, svg = taken(page, figure, "svg")
    assert re.fullmatch(rf"initbook-{figure}(-.+)?\.svg", saved) and ("-σ-" in saved) == (name == PLAY)
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
    name, before = taken(page, "fig-scale-slider", "svg")
    page.locator("#fig-scale-slider [type=range]").press("ArrowRight")
    other, after = taken(page, "fig-scale-slider", "svg")
    assert after != before and other != name
    figure = page.locator("#fig-scale-slider")
    shown = figure.locator(".ib-state span").first.text_content()
    rows = figure.locator(".ib-readout dl > div").all()
    numbers = [": ".join(row.locator("dt, dd").all_text_contents()) for row in rows]
    lines = [line.text for line in xml.fromstring(after) if line.tag.endswith("}text")]
    assert " · ".join(lines) == " · ".join([shown, *numbers]) and len(numbers) > 1
    chosen = re.sub(r"[^\w.−-]+", "-", shown)
    assert other == f"initbook-fig-scale-slider-{chosen}.svg"


def test_a_figure_s_address_is_copied(page, address):
    page.goto(address + HE)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(f"#{FIGURE} .take [data-take=link]").click()
    page.wait_for_function(f"document.querySelector('#{FIGURE} .take-said').textContent === 'Copied'")
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


# On paper


PRINTED = """addEventListener('beforeprint', () => { window.printed = [...document.querySelectorAll('details.solution')]
  .filter(e => e.checkVisibility() && e.open).length; })"""


def test_solutions_are_printed_as_the_reader_left_them_or_all_or_none(page, address):
    page.emulate_media(media="print")
    page.goto(address + HE)
    page.evaluate(PRINTED)
    solutions = page.locator("details.solution")
    assert solutions.count() > 2

    def printed(script):
        page.evaluate("window.print = () => ['beforeprint', 'afterprint'].forEach(e => dispatchEvent(new Event(e)))")
        page.evaluate(script)
        return page.evaluate("window.printed")

    assert printed("print()") == 0 and page.locator("details.solution:visible").count() == 0
    solutions.first.evaluate("box => (box.open = true)")
    assert printed("print()") == 1
    assert printed("printWith(true)") == solutions.count()
    assert printed("printWith(false)") == 0
    assert page.locator("details.solution[open]").count() == 1  # as she left them
    assert page.locator(".dropdown-download-buttons", has_text="Print without solutions").count() == 1


def test_the_main_road_is_printed_without_what_is_folded_and_what_stands_behind_it(page, address):
    page.emulate_media(media="print")
    page.goto(address + HE)
    seen = """() => ['details', '#exercises', '#further-reading', '.takeaway', '#the-half'].map(
      what => [...document.querySelectorAll(`.bd-article ${what}`)].some(e => e.checkVisibility()))"""
    page.evaluate("window.print = () => { dispatchEvent(new Event('beforeprint')); }")
    page.evaluate("printRoad()")
    assert page.evaluate(seen) == [False, False, False, True, True]
    page.evaluate("dispatchEvent(new Event('afterprint')); print()")
    assert page.evaluate(seen) == [True] * 5


def test_exercises_are_chosen_by_page_and_part_and_by_ticking_them(page, address):
    page.goto(address + "reference/exercises.html")
    boxes, pages = page.locator(".exercise.again:visible"), page.locator("#exercise-page")
    names = [option.strip() for option in pages.locator("option").all_text_contents()]
    assert names[0] == "all" and "What the scale does" in names and len(names) > 25
    everything = boxes.count()
    pages.select_option(label=next(name for name in names if name.startswith("Part II.")))
    part = boxes.count()
    pages.select_option("what-the-scale-does")
    assert 2 < boxes.count() < part < everything
    assert page.locator("article h3:visible").count() == page.locator("article h2:visible").count() == 1
    boxes.nth(1).get_by_role("checkbox").check()
    pages.select_option("all")
    page.get_by_label("Of these").select_option("ticked")
    assert boxes.count() == 1 and page.locator(".exercise-choice p").inner_text().startswith("1 exercise, ")
    page.get_by_label("Title").fill("Sheet 3, for Thursday")
    page.emulate_media(media="print")
    assert page.locator("article :is(blockquote, .exercise-choice, input, h2, h3):visible").count() == 0
    assert page.locator("article h1").inner_text().startswith("Sheet 3, for Thursday") and boxes.count() == 1
    assert page.title() == "Sheet 3, for Thursday" and not page.locator("#pst-back-to-top").is_visible()


def test_a_sheet_of_exercises_has_an_address_of_its_own(page, address):
    page.goto(address + "reference/course.html")
    link = page.locator("a[href*='exercises.html?sheet=']").first
    title, names = link.inner_text(), re.search(r"sheet=([\w,-]+)", link.get_attribute("href"))[1].split(",")
    link.click()
    page.wait_for_load_state("networkidle")
    boxes = page.locator(".exercise.again:visible")
    assert boxes.count() == len(names) > 2 and page.title() == title
    assert page.locator("article h1").inner_text().startswith(title)
    ours = boxes.locator(".admonition-title a").evaluate_all("all => all.map(a => a.hash.slice(1))")
    assert sorted(ours) == sorted(names)
    boxes.nth(0).get_by_role("checkbox").uncheck()
    page.get_by_label("Title").fill("50 % & more")
    page.reload()
    assert boxes.count() == len(names) - 1 and page.title() == "50 % & more"
    while (ticked := page.locator(".exercise.again input:checked")).count():
        ticked.first.click()  # and is then out of sight
    page.get_by_label("Title").fill("")
    assert "?" not in page.url


def test_exercises_are_chosen_by_level_and_kind_with_their_headings_and_minutes(page, address):
    page.goto(address + "reference/exercises.html")
    boxes = page.locator(".exercise.again:visible")
    everything = boxes.count()
    page.get_by_label("Level", exact=True).select_option("hard")
    page.get_by_label("How", exact=True).select_option("by hand")
    facts = [fact.inner_text() for fact in page.locator(".exercise-facts:visible").all()]
    assert 0 < len(facts) < everything
    minutes = [re.fullmatch(r"hard · (\d+) minutes · by hand", fact)[1] for fact in facts]
    said = page.locator(".exercise-choice p").inner_text()
    assert said == f"{len(facts)} exercises, {sum(map(int, minutes))} minutes"
    heads = page.locator("article section section:visible")
    assert all(head.locator(".exercise.again:visible").count() for head in heads.all())
    page.get_by_role("button", name="Open all solutions").press("Enter")
    assert page.locator("details.solution[open]:visible").count() == len(facts)
    page.get_by_role("button", name="Close all solutions").press("Enter")
    assert page.locator("details.solution[open]").count() == 0


def sheets(objects):
    """What is drawn on each sheet of a PDF."""
    for text in objects.values():
        if re.search(rb"/Type\s*/Page\b", text):
            about, _, drawn = objects[int(re.search(rb"/Contents (\d+) 0 R", text)[1])].partition(b"stream\n")
            yield zlib.decompress(drawn) if b"FlateDecode" in about else drawn


def marks(drawn):
    """How many words and curves."""
    return len(re.findall(rb"T[jJ]\b|\b[fSB]\*?\n|\bDo\b", drawn))


KIND, KIDS = re.compile(rb"/S /(\w+)"), re.compile(rb"/K (\[[^]]*\]|<<.*?>>|\d+(?: 0 R)?)", re.DOTALL)
KID = re.compile(rb"(\d+) 0 R|<<[^<>]*?/Pg (\d+) 0 R[^<>]*>>|\d+")


def pieces(objects, number, heading=None, sheet=None):
    """What a PDF's tags say of its text: `(the heading it is of, its sheet)` of each piece, in the order of reading."""
    text = objects[number]
    kind, own = KIND.search(text), re.search(rb"/Pg (\d+) 0 R", text.partition(b"/K ")[0])
    heading = number if kind and re.fullmatch(rb"H\d", kind[1]) else heading
    sheet = int(own[1]) if own else sheet
    kids = KIDS.search(text)
    for kid in KID.finditer(kids[1] if kids else b""):
        if kid[1]:
            yield from pieces(objects, int(kid[1]), heading, sheet)
        else:
            yield heading, int(kid[2] or sheet)


def parted(objects):
    """How many headings stand on another sheet than what they head. (One at the top is drawn on two, cut on one.)"""
    root = next(number for number, text in objects.items() if b"/StructTreeRoot\n" in text)
    found = list(pieces(objects, root))
    return sum(heading not in (None, other) and sheet != after for (heading, sheet), (other, after) in pairwise(found))


def on_paper(page, name):
    page.goto(SITE.as_uri() + f"/{name}")
    return small_pdf.objects_of(page.pdf(format="A4", tagged=True))[0]


def chapters():
    found = sorted(path.relative_to(SITE).as_posix() for path in SITE.glob("*/*.html") if "_" not in path.parts[-2][:1])
    return found if THOROUGH else ["variance/gains.html", "symmetry/real-digits.html"]


def test_no_sheet_of_paper_is_empty_and_each_heading_stands_with_what_it_heads(page):
    for name in ["index.html", *chapters()]:
        objects = on_paper(page, name)
        found = list(map(marks, sheets(objects)))
        assert len(found) > 1 and min(found) > 3, (name, found)
        assert parted(objects) == 0, name


PARTED = "<p>One</p><div style='height: 900px'></div><h2>Two</h2><div style='{0}'><p>Three</p></div>"


@pytest.mark.parametrize(("html", "empty", "headings"), [
    ("<p>one</p><p style='break-before: page'></p><p style='break-before: page'>three</p>", 1, 0),
    (PARTED.format("break-before: page"), 0, 1), (PARTED.format(""), 0, 0)])
def test_twin_an_empty_sheet_and_a_parted_heading_are_seen(page, html, empty, headings):
    page.set_content(html)
    objects = small_pdf.objects_of(page.pdf(format="A4", tagged=True))[0]
    assert [marks(drawn) for drawn in sheets(objects)].count(0) == empty and parted(objects) == headings


WIDE = """() => [...document.querySelectorAll('article *')]
  .filter((e) => e.checkVisibility() && !e.closest('svg, .katex')
  && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 80))"""


TALL = """(height) => [...document.querySelectorAll('figure')].filter(e => e.getBoundingClientRect().height > height)
  .map(e => e.id)"""


def test_no_figure_is_taller_than_a_sheet_and_so_cut_and_nothing_is_wider(page):
    page.set_viewport_size({"width": 717, "height": 900})
    for name in ["index.html", *chapters()]:
        page.goto(SITE.as_uri() + f"/{name}")
        page.emulate_media(media="print")
        assert page.evaluate(TALL, 1040) == [] == page.evaluate(WIDE), name
        assert page.evaluate(TALL, 100) != [] or "<figure" not in page.content(), name
