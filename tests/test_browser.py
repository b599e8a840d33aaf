"""The built book as readers meet it, in Chromium: wide and narrow, light and dark, by keyboard, on paper, as files."""

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import pytest

from browser import CHROMIUM, FLAGS, NEEDS, SITE, THOROUGH, weight, with_empty_formulas

AXE = Path(sys.prefix) / "npm" / "node_modules" / "axe-core" / "axe.min.js"
BROWSERS = 2  # side by side: a browser is busy on one core at a time
WIDTHS = (360, 768, 1280)
# Lists of what stands on other pages, where it is looked at: here one thing of each kind is; once a week all are.
LISTS = {"reference/equations.html": ".checked-equation", "reference/exercises.html": ".admonition.exercise, .solution"}
# Pages that hold every kind of element are looked at by axe and shown on a tablet too, and a few that hold every kind
# of stop are gone through by key; once a week all pages are. For axe boxes are closed on the phone and open on the wide
# screen: each page is in one view, the next page in the next, and once a week each page in all of them.
VIEWS = [(360, "dark"), (1280, "light"), (360, "light"), (1280, "dark")]
LISTINGS = 3  # of source code, which are all alike; once a week all
STOPS_OF_A_LIST = 400  # of a long list of links the Tab key goes through the first ones, and once a week through all
SMALLEST_TEXT = 9  # CSS pixels, in a figure on a phone
HEAVIEST = 400_000  # bytes of a first visit, compressed
MOST = {"index.html": 300_000, "practice": 300_000}  # of a page, or of a part
HE = "variance/he.html"
OF_EACH_KIND = ["index.html", HE, "variance/scale.html", "search.html"]

# What axe finds in the theme's own parts and a few lines cannot cure: rule -> where. It must stay exact: a finding that
# is gone is taken off the list.
ALLOWED = {}

pytestmark = NEEDS

FACTS = """([paper, smallest]) => {
  const root = document.documentElement, clone = document.querySelector('article')?.cloneNode(true);
  clone?.querySelectorAll('pre, code, script, style, annotation, svg').forEach(e => e.remove());
  const scrolls = paper ? '.katex-mathml' : 'pre, table, .formula, .ib-figure, .katex-mathml';
  const WHOLE = '.katex-base, svg, img, button, a, p, dd, pre, table, .formula';
  const clear = e => getComputedStyle(e).backgroundColor === 'rgba(0, 0, 0, 0)';
  // matplotlib draws text as shapes: each line of it is a group of letters that are 100 units high, scaled to its size.
  const size = line => 100 * Math.hypot(line.getScreenCTM().a, line.getScreenCTM().b);
  const lines = [...document.querySelectorAll('.ib-figure svg g[id*="text_"] use')].map(letter => letter.parentNode);
  return {
    wider: root.scrollWidth - root.clientWidth,
    raw: (clone?.innerText ?? '').match(/.{0,20}(\\$|\\\\\\(|\\\\\\[|\\\\begin).{0,20}/g) ?? [],
    undrawn: [...document.querySelectorAll('.math')].filter(m => !m.querySelector('.katex-html')).map(m => m.innerText),
    bad: document.querySelectorAll('.katex-error').length,
    cut: [...document.querySelectorAll('.bd-article *')].filter(e => e.matches(WHOLE) && e.checkVisibility())
      .filter(e => !e.parentNode.closest(scrolls))
      .filter(e => e.getBoundingClientRect().right > innerWidth
        || e.matches('p, dd') && e.scrollWidth > e.clientWidth + 2)
      .map(e => e.outerHTML.slice(0, 80)),
    slid: [...document.querySelectorAll('.ib-play')].filter(e => e.scrollWidth > e.clientWidth).length,
    boxed: [...document.querySelectorAll('.ib-figure svg')]
      .filter(svg => ![svg, svg.parentNode, svg.closest('.cell_output')].every(clear)
        || getComputedStyle(svg.querySelector('[id$=patch_1] path')).fill !== 'none')
      .map(svg => svg.ariaLabel),
    overlaps: [...document.querySelectorAll('div.math')].filter(m => {
      const [formula, number] = ['.formula', '.eqno'].map(s => m.querySelector(s)?.getBoundingClientRect());
      return number && formula.right > number.left + 1 && formula.bottom > number.top + 1;
    }).map(m => m.id),
    small: [...new Set(lines)].filter(line => size(line) < smallest).map(line => line.closest('[id*="text_"]').id),
    large: [...new Set(lines)].filter(line => size(line) > 0.1 + parseFloat(getComputedStyle(document.body).fontSize))
      .map(line => line.closest('[id*="text_"]').id),
    tall: [...document.querySelectorAll('.ib-figure')].filter(() => innerWidth >= 1280)
      .filter(e => e.offsetHeight > (e.matches('.ib-play') ? 600 : 800)).map(e => e.querySelector('svg').ariaLabel),
    letters: lines.length,
    torn: [...document.querySelectorAll('.bd-article span.math')].filter(math => {
      const mark = math.nextSibling, last = [...math.querySelectorAll('.katex-base')].at(-1);
      if (!last || mark?.nodeType !== Node.TEXT_NODE || !/^[.,;:?!)]/.test(mark.data)) return false;
      const range = document.createRange();
      range.setStart(mark, 0), range.setEnd(mark, 1);
      const [ahead, behind] = [last, range].map(e => e.getBoundingClientRect());
      return behind.width && behind.left < ahead.right - 2;
    }).map(math => math.textContent + math.nextSibling.data),
    unnamed: [...document.querySelectorAll('.ib-figure svg')]
      .filter(s => s.getAttribute('role') != 'img' || !s.getAttribute('aria-label')).length,
    searches: [...document.querySelectorAll('.search-button__button, .bd-main .bd-search')]
      .filter(e => e.checkVisibility()).length,
  };
}"""
# axe walks through every element of a page, ten thousand and more, in every view. What it can say nothing about goes,
# and its place stays: the letters of formulas, the shapes of figures. Of formulas and of the words in code one of each
# kind stays in each kind of place: one that stands in the same tags and classes, on the same colours, looks the same.
# The head of a table keeps its formulas: it may have nothing else, and must not be empty. Nor is a second block looked
# at that holds nothing but what has been seen in such places, but for once a week.
STRIP = """thorough => {
  document.querySelectorAll('.ib-figure svg > *, svg > :not(title)').forEach(shape => shape.remove());
  document.querySelectorAll('.katex-mathml').forEach(math => (math.textContent = math.textContent));
  const bases = [...document.querySelectorAll('.katex-html .katex-base')];
  const sizes = bases.map(base => base.getBoundingClientRect());
  bases.forEach((base, i) => {
    base.style.cssText = `display: inline-block; width: ${sizes[i].width}px; height: ${sizes[i].height}px`;
    base.replaceChildren();
  });
  const places = new Map();
  const place = e => {
    if (!e) return '';
    if (!places.has(e)) {
      const {color, backgroundColor} = getComputedStyle(e);
      places.set(e, `${place(e.parentElement)} ${e.localName}.${e.className} ${color} ${backgroundColor}`);
    }
    return places.get(e);
  };
  const strip = (selector, left) => {
    const seen = new Set(), again = e => seen.has(place(e)) || !seen.add(place(e));
    [...document.querySelectorAll(selector)].filter(again).forEach(e => e.replaceWith(...left(e)));
  };
  strip('span.math:not(th span), div.math .katex', formula => formula.querySelectorAll('.katex-html .katex-base'));
  for (const words of ['.highlight pre span, code span, .sig span', 'code, .sig span', '.sig em'])
    strip(`:is(${words}):not(:has(*))`, word => [word.textContent]);
  if (thorough) return;
  const blocks = ':is(p, li, dl, pre, figure, details, div.math, .pst-scrollable-table-container):not(th *)';
  const seen = new Set();
  [...document.querySelectorAll(blocks)].filter(block => {
    const within = [block, ...block.querySelectorAll('*')];
    const again = !block.querySelector('h1, h2, h3, h4') && within.every(e => seen.has(place(e)));
    within.filter(e => e.closest(blocks) === block).forEach(e => seen.add(place(e)));
    return again;
  }).forEach(block => block.remove());
}"""
RUN_AXE = """async () => (await axe.run(document, {
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  })).violations.flatMap(v => v.nodes.map(n => [v.id, n.target.join(' ')]))"""
# The theme and the book let the Tab key reach boxes that scroll, but look for them after the window has changed.
# Here it gets ten seconds; what it leaves out then is axe's to tell.
TAB_STOPS = """async () => {
  const missed = box => (box.scrollWidth > box.clientWidth + box.matches('.formula')) != (box.tabIndex == 0);
  const boxes = [...document.querySelectorAll('pre, .bd-article .formula')];
  for (let i = 0; i < 200 && boxes.some(missed); i++) await new Promise(then => setTimeout(then, 50));
}"""
# Fonts are asked for when their first letter is laid out.
FONTS = "() => document.body.offsetHeight && document.fonts.ready.then(() => null)"
# What the Tab key should reach, and a record of what it does reach.
STOPS = """most => {
  window.walked = [];
  window.stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter(e => !e.disabled && e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true}))
    .filter(e => e.type !== 'radio' || e.checked)  // of a group of these, the arrow keys reach the others
    .slice(0, most ?? Infinity);
  document.activeElement.blur();
  const shadows = new Map(stops.map(e => [e, getComputedStyle(e).boxShadow]));
  addEventListener('focusin', ({target: e}) => {
    const seen = getComputedStyle(e).opacity > 0 ? e : e.nextElementSibling;  // a radio's label stands for it
    const style = getComputedStyle(seen);
    const marked = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    walked.push({e, marked: marked || seen === e && style.boxShadow !== shadows.get(e)});
  });
  return stops.length;
}"""
THERE = "() => walked.some(step => step.e === stops.at(-1))"
WALKED = """() => ({
  missed: stops.filter(stop => !walked.some(step => step.e === stop)).map(e => e.outerHTML.slice(0, 160)),
  unmarked: walked.filter(step => !step.marked).map(step => step.e.outerHTML.slice(0, 160)),
})"""
# Nothing moves, and what is laid out only near the window is laid out at once.
STILL = "* { animation: none !important; transition: none !important; content-visibility: visible !important; }"
# Said before the page is there, so that it is laid out once. Of a list one item of each kind stays.
BEFORE = f"""
  const still = new CSSStyleSheet(), lists = {LISTS if not THOROUGH else {}};
  still.replaceSync('{STILL}');
  document.adoptedStyleSheets = [still];
  const kinds = (item) => [item, ...item.querySelectorAll(':not(.katex *)')].map((e) => e.localName + e.className);
  addEventListener('DOMContentLoaded', () => {{
    const seen = new Set(), list = Object.keys(lists).find((name) => location.pathname.endsWith(name));
    for (const item of list ? document.querySelectorAll(lists[list]) : [])
      if (kinds(item).every((kind) => seen.has(kind))) item.remove();
      else kinds(item).forEach((kind) => seen.add(kind));
  }});
"""
PAPER = 717  # CSS pixels between the margins of A4


def pages():
    found = [path.relative_to(SITE) for path in sorted(SITE.rglob("*.html"))]
    listings = [path for path in found if path.parts[0] == "_modules"]
    left_out = set() if THOROUGH else set(listings[LISTINGS:])
    return [str(path) for path in found if path.parts[0] != "_static" and path not in left_out]


DRAWN = re.compile(r"(?s)<svg\b.*?</svg>|<script\b.*?</script>")
CLASSES = re.compile(r'<(\w+)(?:[^>]*?\sclass="([^"]*)")?')


def kinds(name):
    """The elements that stand on a page, by name and class: `{("details", "solution"), ("a", "")}`."""
    html = DRAWN.sub("", with_empty_formulas((SITE / name).read_text(encoding="utf-8")))
    return {(tag, one) for tag, classes in CLASSES.findall(html) for one in ["", *classes.split()]}


def stops(name):
    """Those that the Tab key may stop at."""
    return {kind for kind in kinds(name) if kind[0] in ("a", "button", "input", "pre", "select", "summary", "textarea")}


def of_every_kind(names, kinds=kinds):
    """Pages that have all kinds between them: again and again the one with the most new ones for its size."""
    on, chosen = {name: kinds(name) for name in names}, set()
    while left := set().union(*on.values()):
        best = max(names, key=lambda name: len(on[name]) / (SITE / name).stat().st_size)
        chosen, found = chosen | {best}, left & on[best]
        on = {name: seen - found for name, seen in on.items()}
    return chosen


# Every page in every view


@contextmanager
def listening(page):
    """Everything a page complains of, and everything it asks for."""
    said, urls = [], []
    listeners = {"request": lambda request: urls.append(request.url),
                 "console": lambda message: message.type == "error" and said.append(message.text),
                 "pageerror": lambda error: said.append(str(error))}
    for event, listener in listeners.items():
        page.on(event, listener)
    yield said, urls
    for event, listener in listeners.items():
        page.remove_listener(event, listener)


def show(page, width, **media):
    """Another window and another medium at once; each change alone would lay the whole page out. Who looks what scrolls
    may do it while there is nothing, and is told to look again."""
    page.evaluate("document.body.hidden = true")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(**media)
    page.evaluate("document.body.hidden = false; dispatchEvent(new Event('resize'))")


def walk(page):
    """Press the Tab key until the page is gone through: what it missed, and where it could not be seen."""
    for press in range(2 * page.evaluate(STOPS, None if THOROUGH else STOPS_OF_A_LIST)):
        page.keyboard.press("Tab")
        if press % 20 == 19 and page.evaluate(THERE):
            break
    page.evaluate("scrollTo(0, 0)")  # where no button lies over the text
    return page.evaluate(WALKED)


def open_boxes(page, opened):
    page.evaluate("""opened => {
      document.querySelectorAll('details').forEach(box => box.open = opened);
      dispatchEvent(new Event('resize'));  // or the theme would not look which boxes scroll now
    }""", opened)


def visit(page, address, name, views, by_key):
    """One page, opened once and shown in every view: what was found there. Without views for axe a visit is short."""
    page.evaluate("document.body.hidden = true")  # or the page before would be laid out for this window too
    page.set_viewport_size({"width": 360, "height": 900})
    page.emulate_media(media="screen", color_scheme="light")
    with listening(page) as (said, urls):
        found = seen(page, address, name, views, by_key, urls)
    others = [f"request to {url}" for url in urls if not url.startswith((address, "data:", "blob:"))]
    return found | {"said": sorted(set(said + others))}


def seen(page, address, name, views, by_key, urls):
    page.goto(address + name)
    open_boxes(page, True)
    page.evaluate(FONTS)
    found = {"facts": {}, "keys": {}, "axe": {}}
    for width in WIDTHS if views else WIDTHS[::2]:
        page.set_viewport_size({"width": width, "height": 900})
        found["facts"][width] = page.evaluate(FACTS, [False, SMALLEST_TEXT])
    if by_key:
        page.evaluate(TAB_STOPS)
        found["keys"] = walk(page)
    show(page, PAPER, media="print")
    found["paper"] = page.evaluate(FACTS, [True, 0])
    if views:
        show(page, views[0][0], media="screen")
        page.evaluate(STRIP, THOROUGH)
        page.evaluate(AXE.read_text(encoding="utf-8"))
    for width, scheme in views:
        open_boxes(page, width == WIDTHS[-1])
        show(page, width, color_scheme=scheme)
        page.evaluate(TAB_STOPS)
        found["axe"][width, scheme] = page.evaluate(RUN_AXE)
    found["bytes"] = weight(SITE, address, [url for url in urls if url.startswith(address)])
    page.evaluate("localStorage.clear()")
    return found


def visit_all(address, wanted):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.add_init_script(BEFORE)
        page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})  # all first visits
        found = {name: visit(page, address, name, *how) for name, *how in wanted}
        browser.close()
    return found


@pytest.fixture(scope="module")
def visits(address):
    """page -> what was found there; several browsers share the pages, the heavy ones dealt out evenly."""
    names = sorted(pages(), key=lambda name: -(SITE / name).stat().st_size)
    own = [name for name in names if not name.startswith("_modules/")]
    whole, by_key = of_every_kind(names), own if THOROUGH else of_every_kind(own, stops)
    turns = cycle(VIEWS)
    wanted = [(name, VIEWS if THOROUGH else [next(turns)] if name in whole else [], name in by_key) for name in names]
    with ThreadPoolExecutor(BROWSERS) as browsers:
        parts = browsers.map(lambda i: visit_all(address, wanted[i::BROWSERS]), range(BROWSERS))
        return {name: found for part in parts for name, found in part.items()}


def those(visits, fact):
    """(page, width) -> a fact that is something rather than nothing: what a page should have none of."""
    seen = {(name, width): f[fact] for name, v in visits.items() for width, f in v["facts"].items()}
    return {where: value for where, value in seen.items() if value}


NEVER = {
    "wider than the window": "wider", "cut at its edge": "cut", "controls cut": "slid",
    "a box behind a figure": "boxed", "a figure without words": "unnamed", "letters too small to read": "small",
    "letters larger than the text": "large",
    "a figure that leaves a window of 900 px, or with its controls one of 650": "tall",
    "a formula with an error": "bad", "a formula not drawn": "undrawn", "TeX in the text": "raw",
    "a number on its equation": "overlaps",
    "a line that begins with the comma behind a formula": "torn",
}


@pytest.mark.parametrize("fact", NEVER.values(), ids=NEVER)
def test_no_page_on_phone_tablet_or_desk_has(visits, fact):
    assert those(visits, fact) == {}
    assert those(visits, "letters")  # or there was nothing to look at


def test_no_page_complains_or_asks_another_host(visits):
    assert {name: found["said"] for name, found in visits.items() if found["said"]} == {}


def test_a_first_visit_to_any_page_is_light(visits, browser, address):
    heavy = {}
    for name, found in visits.items():
        most = MOST.get(name, MOST.get(name.partition("/")[0], HEAVIEST))
        # A list was shortened, and may ask for more fonts; a visit in several views asks for more than a first one.
        if (name in LISTS or found["bytes"] >= most) and (weighed := first_visit(browser, address, name)) >= most:
            heavy[name] = weighed
    assert heavy == {}


def first_visit(browser, address, name):
    """In a tab of its own: one that has shown formulas asks for their fonts also where there are none."""
    page = browser.new_page(viewport={"width": 360, "height": 900})
    with listening(page) as (_, urls):
        page.goto(address + name, wait_until="networkidle")
    page.close()
    return weight(SITE, address, urls)


def test_paper_cuts_nothing(visits):
    papers = {name: found["paper"]["cut"] for name, found in visits.items()}
    assert {name: cut for name, cut in papers.items() if cut} == {}


def test_a_reader_sees_one_way_to_search(visits):
    # The search page has its field, and the button of the other pages.
    assert {where: n for where, n in those(visits, "searches").items() if n != 1 + (where[0] == "search.html")} == {}
    assert len(those(visits, "searches")) >= 2 * len(visits)


def test_axe_finds_nothing_but_what_is_allowed(visits):
    found = {}
    for name, seen in visits.items():
        for view, violations in seen["axe"].items():
            for rule, target in violations:
                found.setdefault(rule, {}).setdefault(target, (name, *view))
    assert {rule: set(targets) for rule, targets in found.items()} == ALLOWED, found


# By keyboard


@pytest.mark.parametrize("fault", ["missed", "unmarked"])
def test_the_tab_key_reaches_everything_and_it_shows_where_it_is(visits, fault):
    assert {name: found["keys"][fault] for name, found in visits.items() if found["keys"].get(fault)} == {}


def test_pages_of_every_kind_are_few_and_between_them_have_all_that_any_page_has():
    for kind in kinds, stops:
        some = of_every_kind(pages(), kind)
        assert set().union(*map(kind, some)) == set().union(*map(kind, pages()))
        assert len(some) < len(pages()) / 2


def test_the_first_tab_leads_past_the_navigation(page, address):
    page.goto(address + HE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main-content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_folded_boxes_open_by_keyboard_and_for_an_address_in_them(page, address):
    page.goto(address + HE)
    assert page.locator("article details[open]").count() == 0
    page.locator("details.solution p").last.evaluate("p => p.id = 'inside'")
    page.evaluate("location.hash = 'inside'")
    page.wait_for_function("[...document.querySelectorAll('details.solution')].at(-1).open")
    for box in ("details.solution", "details.code"):
        first = page.locator(box).first
        for key, opened in [("Enter", True), ("Space", False), ("Space", True)]:
            first.locator("summary").first.press(key)
            assert first.evaluate("box => box.open") is opened


MARKED = """() => {
  const links = [...document.querySelectorAll(".page-toc a.nav-link")];
  const top = (link) => document.getElementById(decodeURIComponent(link.hash.slice(1))).getBoundingClientRect().top;
  const read = links.findLast((link) => top(link) < innerHeight / 3);
  return read && read === links.findLast((link) => link.classList.contains("active"));
}"""


def test_the_contents_mark_what_is_read_also_when_pages_are_turned_by_key(page, address):
    page.goto(address + HE)
    for _ in range(5):
        page.keyboard.press("PageDown")
        page.keyboard.press("PageDown")
        page.wait_for_function(f"({MARKED})()")


@pytest.mark.parametrize("name", OF_EACH_KIND)
def test_a_reader_who_asks_for_less_motion_gets_none(page, address, name):
    page.emulate_media(reduced_motion="reduce")
    page.goto(address + name)
    slow = page.evaluate("""() => ['', '::before', '::after'].flatMap(
      part => [...document.querySelectorAll('body *')].map(e => getComputedStyle(e, part))
        .filter(s => `${s.transitionDuration},${s.animationDuration}`.split(',').some(parseFloat))).length""")
    assert slow == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


# Find and take


def results(page, address, query):
    page.goto(f"{address}search.html?q={query}")
    page.wait_for_function("document.querySelector('.search-summary')?.innerText")  # when all are listed
    return page.locator("#search-results li > a").evaluate_all("links => links.map(a => a.getAttribute('href'))")


def follow(page, address, query):
    """To the page on He's start."""
    results(page, address, query)
    page.locator(f"#search-results a[href^='{HE}']").first.click()
    page.wait_for_url(f"{address}{HE}**")


@pytest.mark.parametrize(("query", "wanted"), [
    ("Xavier", "variance/xavier.html"), ("dead ReLU", "symmetry/what-moves.html"),
    ("11.35", "symmetry/real-digits.html"), ("kaiming_normal_", HE), ("7.3951", None)])
def test_search_finds_words_and_numbers_and_shows_words_of_the_article_around_them(page, address, query, wanted):
    found = [link.partition("?")[0].partition("#")[0] for link in results(page, address, query)]
    assert wanted in found if wanted else found == []
    if found:
        page.locator("#search-results li p").first.wait_for()
    shown = page.locator("#search-results").inner_text()
    assert "System Settings" not in shown and "\\mathrm" not in shown


def test_search_finds_what_cells_computed(page, address):
    page.goto(address + HE)
    number = next(filter(re.compile(r"\d+\.\d+").fullmatch, page.locator("article .pasted-text").all_text_contents()))
    assert any(link.startswith(HE) for link in results(page, address, number)), number


def test_who_follows_a_result_into_a_folded_solution_finds_it_open_and_the_others_closed(page, address):
    page.goto(address + results(page, address, "PReLU 17/16")[0])
    page.locator("article details.solution mark").first.wait_for()
    assert page.locator("article details[open]").count() == 1 == page.locator("details[open]:target").count()


def test_who_follows_a_result_that_stands_in_the_open_finds_solutions_closed(page, address):
    follow(page, address, "ReLU")
    page.locator("article p mark").first.wait_for()
    assert page.locator("details mark").count() > 0
    assert page.locator("article details[open]").count() == 0


def test_a_result_leads_to_its_place_where_it_shows_and_escape_takes_the_marks_away(page, address):
    # in the open, under a heading, in a solution, in a fold, behind a tab, in a fold of listings
    for query, there in [("telescopes", HE), ("A kink that nobody named", "variance/integrals"), ("PReLU 17/16", HE),
                         ("trunc_normal_", "practice/in-your-library"), ("VarianceScaling", "practice/in-your-library"),
                         ("embeding", "practice/which-start")]:
        link = results(page, address, query)[0]
        assert link.startswith(there) and "#" in link, (query, link)
        page.goto(address + link)
        page.wait_for_timeout(300)  # what waits for the page to stand has moved
        place = link.partition("#")[2]
        assert page.evaluate("""place => [...document.getElementById(place).querySelectorAll('mark')].some((mark) => {
          const { top, bottom } = mark.getBoundingClientRect();
          return top > 0 && bottom < innerHeight && mark.checkVisibility();
        })""", place), (query, link)
    chooser = page.get_by_role("group", name="Choose a recipe")
    assert chooser.locator("select").first.input_value() == "Embedding"
    page.keyboard.press("Escape")
    assert page.locator("article mark").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_are_readable_and_the_sign_of_the_search_is_beside_what_is_typed(page, address, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(address + HE + "?highlight=Xavier+mean+half+square")
    page.locator("article :is(a, figcaption, h2) mark").first.wait_for()
    page.evaluate("document.querySelectorAll('nav, svg, .katex').forEach((e) => e.remove())")  # they hold no marks
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("""axe.run('article mark', {runOnly: ['color-contrast']})
      .then(({violations, passes}) => [violations.length, passes.length])""")
    assert found == [0, 1]
    page.goto(address + "search.html?q=he")
    for field in (".bd-main .bd-search", "#pst-search-dialog .bd-search"):
        page.keyboard.press("Control+k")
        gap = page.locator(field).evaluate("""form => {
          const input = form.querySelector('input'), sign = form.querySelector('i').getBoundingClientRect();
          return input.getBoundingClientRect().left + parseFloat(getComputedStyle(input).paddingLeft) - sign.right;
        }""")
        assert gap > 2, field


def test_who_types_on_the_page_of_the_search_sees_what_is_found_at_once(page, address):
    page.goto(address + "search.html")
    assert page.locator("ol.found li").count() == 0
    page.locator(".bd-main .bd-search input").press_sequentially("glorot")
    assert page.locator("ol.found li > a").first.get_attribute("href").startswith("variance/xavier.html")
    assert page.url.endswith("?q=glorot")
    page.locator(".bd-main .bd-search input").fill("qwertz")
    assert page.locator(".search-summary").inner_text() == "No pages; the book does not have “qwertz”."
    links = page.locator("#search-results a").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    assert len(links) == 3 and all((SITE / link).exists() for link in links)


def test_an_address_shows_where_the_keyboard_is(page, address):
    page.goto(address + HE)
    for what in ("h2", "div.math:has(.eqno)", "figure figcaption"):
        link = page.locator(f"article {what} a.headerlink").first
        assert link.evaluate("a => getComputedStyle(a).opacity") == "0"
        link.focus()
        page.keyboard.press("Shift+Tab")  # a focus that came by keyboard, which is what browsers show
        page.keyboard.press("Tab")
        assert link.evaluate("a => a === document.activeElement && getComputedStyle(a).opacity") == "1"


SECTIONS = ".bd-article > section > section"
KINDS = f"""() => {{
  const sections = [...document.querySelectorAll("{SECTIONS}")];
  return [...new Set(sections.map((section) => getComputedStyle(section).contentVisibility))];
}}"""


def test_sections_wait_for_the_first_screen_and_then_all_of_them_stand(page, address):
    page.goto(address + "variance/gains.html")
    page.wait_for_function(f"({KINDS})() == 'visible'")


def test_without_scripts_sections_wait_for_the_window_but_not_on_paper(page, address):
    page.route("**/*.js*", lambda route: route.abort())
    page.goto(address + "variance/gains.html")
    for media, kinds in ("screen", ["auto"]), ("print", ["visible"]):
        page.emulate_media(media=media)
        assert page.evaluate(KINDS) == kinds


MOVES = """async (all, edge) => {
  const edges = document.querySelectorAll(edge), middle = edges[edges.length >> 1];
  const top = (e) => e.getBoundingClientRect().top, inside = (e) => top(e) > 0 && top(e) < innerHeight;
  middle.scrollIntoView({block: 'center', behavior: 'instant'});
  for (let frame = 0; frame < 10; frame++) await new Promise(requestAnimationFrame);
  const seen = all.filter((e) => e.checkVisibility({contentVisibilityAuto: true}) && inside(e));
  const places = () => seen.map((e) => top(e) - top(middle)), before = places();
  document.documentElement.classList.add('whole');
  return places().map((place, i) => Math.abs(place - before[i]));
}"""


@pytest.mark.parametrize("edge", ["variance/gains h2", "reference/equations .checked-equation", "reference/api dl.py"])
def test_nothing_in_the_window_moves_when_the_wait_for_the_first_screen_ends(page, address, edge):
    name, edge = edge.split()
    page.route("**/*.js*", lambda route: route.abort())
    page.goto(f"{address}{name}.html")
    moves = page.locator(f"{SECTIONS} *").evaluate_all(MOVES, f"{SECTIONS} {edge}")
    assert moves and max(moves) < 1


@pytest.mark.parametrize(("what", "width"), [
    ("section section", 360), ("section section", 1280), ("div.math:has(.eqno)", 1280), ("figure", 360)])
def test_an_address_far_down_a_page_leads_there(page, address, what, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address + "variance/gains.html")
    last = page.locator(f"article {what}[id]").last.get_attribute("id")
    page.goto("about:blank")  # or only the place on the page would change
    page.goto(f"{address}variance/gains.html#{last}", wait_until="networkidle")
    page.evaluate("document.fonts.ready.then(() => null)")
    box = "e => e.getBoundingClientRect()"
    # On a phone what stands above may still take its height, and the browser then scrolls after it.
    page.wait_for_function("id => Math.abs(document.getElementById(id).getBoundingClientRect().top) < 900", arg=last)
    header, target = page.locator(".bd-header-article").evaluate(box), page.locator(f"[id='{last}']").evaluate(box)
    assert header["bottom"] <= target["top"] < 900 < page.evaluate("scrollY")


PAINTED_OVER = """() => {  // the first cell that is
  for (const table of document.querySelectorAll('.bd-article table[tabindex]'))
    for (const left of [40, 90, 150]) {
      table.scrollLeft = left;
      for (const cell of table.querySelectorAll(':is(td, th):first-child')) {
        const {top, bottom} = cell.getBoundingClientRect();
        if (top < 100 || bottom > innerHeight) cell.scrollIntoView({block: 'center', behavior: 'instant'});
        const {x, y, width, height} = cell.getBoundingClientRect();
        for (let dx = 2; dx < width - 2; dx += 8)
          for (let dy = 4; dy < height - 2; dy += 10) {
            const e = document.elementFromPoint(x + dx, y + dy);
            if (table.contains(e) && e.closest('td, th')?.matches(':not(:first-child)'))
              return `${cell.textContent} at ${left}`;
          }
      }
    }
}"""


@pytest.mark.parametrize("name", ["practice/which-start.html", "beyond/residual.html"])
def test_on_a_phone_nothing_is_painted_over_the_first_column_of_a_table_that_scrolls(page, address, name):
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(address + name)
    page.locator("article table[tabindex]").first.wait_for()
    assert page.evaluate(PAINTED_OVER) is None
    page.add_style_tag(content=".bd-article table :is(td, th) { z-index: auto !important; }")  # the twin
    assert page.evaluate(PAINTED_OVER)


@pytest.mark.parametrize("width", [390, 1280])
def test_what_a_script_adds_to_a_page_has_its_room_before(browser, address, width):
    tops = []
    for scripts in ("**/nothing", "**/*.js*"):
        context = browser.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        page.route(scripts, lambda route: route.abort())
        page.goto(address + "practice/which-start.html", wait_until="networkidle")
        page.add_style_tag(content=STILL)
        tables = page.locator("article section > :is(.pst-scrollable-table-container, details)")
        tops.append([box["y"] for box in map(type(tables).bounding_box, tables.all())])
        context.close()
    assert len(tops[0]) >= 4 and max(abs(a - b) for a, b in zip(*tops, strict=True)) < 12


def test_the_way_back_to_the_top_comes_when_the_reader_scrolls_up_and_not_when_the_browser_does(page, address):
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(address + HE + "#he-libraries", wait_until="networkidle")
    button = page.locator("#pst-back-to-top")
    for lower in (True, False):
        page.evaluate("lower => scrollBy({top: lower ? 300 : -200, behavior: 'instant'})", lower)
        page.wait_for_timeout(100)
    assert not button.is_visible()
    page.mouse.move(200, 400)
    page.mouse.wheel(0, -200)
    button.wait_for()


def copied(page, block):
    """What a snippet shows, and what its button puts into the clipboard, line by line."""
    page.evaluate("navigator.clipboard.writeText('')")
    block = page.locator(block).first
    block.hover()
    block.locator(".copybtn").click()
    page.wait_for_function("navigator.clipboard.readText()")
    texts = block.locator("pre").inner_text(), page.evaluate("navigator.clipboard.readText()")
    return [[line.rstrip() for line in text.splitlines()] for text in texts]


def test_a_copied_cell_is_whole_and_a_copied_snippet_has_neither_prompts_nor_outputs(page, address):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(address + HE)
    open_boxes(page, True)
    shown, taken = copied(page, "article .cell_input div.highlight")
    assert taken == shown and len(shown) > 1
    shown, taken = copied(page, "article div.highlight:has(.gp):has(.go)")
    typed = [line[4:] for line in shown if line.startswith((">>> ", "... "))]
    assert taken == typed and len(typed) < len(shown)


def test_the_head_of_a_page_offers_what_can_be_taken(page, address):
    page.goto(address + HE)
    page.locator(".dropdown-download-buttons > button").press("Enter")
    links = page.locator(".dropdown-download-buttons a:visible").evaluate_all("all => all.map(a => a.href)")
    assert [link for link in links if "_sources" in link] == [
        f"{address}_sources/variance/he.{kind}" for kind in ("ipynb", "handout.ipynb", "md")]
    assert sum(link.endswith(".whl") for link in links) == len(links) - 3 == 1
    assert {page.request.get(link).status for link in links} == {200}


def test_a_lost_reader_gets_help_at_any_depth(page, address):
    with listening(page) as (said, _):
        page.goto(address + "no/such/page.html")
        assert "There is no such page" in page.locator("h1:visible").inner_text()
        assert page.evaluate("getComputedStyle(document.querySelector('.bd-article')).fontFamily") != "serif"
        assert page.evaluate("document.styleSheets[0].cssRules.length") > 1000
        page.locator("article li a").first.click()
        page.wait_for_url(address + "index.html*")
    assert [words for words in said if "404" not in words] == []  # the page itself is one


# As files, without scripts, on paper


@pytest.mark.parametrize("name", OF_EACH_KIND)
def test_the_book_can_be_opened_as_files(page, name):
    with listening(page) as (said, urls):
        page.goto((SITE / name).as_uri(), wait_until="networkidle")
        page.evaluate("document.fonts.ready.then(() => null)")
    assert said == []
    assert [url for url in urls if not url.startswith(("file:", "data:"))] == []
    fonts = page.evaluate("[...document.fonts].filter(f => f.status !== 'unloaded').map(f => [f.family, f.status])")
    assert {status for _, status in fonts} == {"loaded"}
    assert page.evaluate(FACTS, [False, 0])["undrawn"] == []


def test_search_in_files_shows_and_marks_what_it_found_as_anywhere(page):
    with listening(page) as (said, _):
        assert results(page, SITE.as_uri() + "/", "Xavier")[0].startswith("variance/xavier.html")
        assert "Xavier" in page.locator("ol.found li p mark").first.inner_text()
        page.locator("ol.found li > a").first.click()
        page.locator("article p mark").first.wait_for()
    assert said == [] and "highlight" not in page.url


def test_without_scripts_the_page_is_there_and_can_be_taken(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + HE)
    for what in (".katex-html", "svg", "p", "summary"):
        assert page.locator(f"article {what}").first.is_visible(), what
    assert page.locator(".pst-js-only:visible, .bd-header-article button:visible").count() == 0
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        links = page.locator(".dropdown-download-buttons a:visible").all()
        boxes = [link.bounding_box() for link in links]
        assert [link.get_attribute("href").rpartition(".")[2] for link in links] == ["ipynb", "ipynb", "whl", "md"]
        for link in links:
            link.click(trial=True)  # it lies under nothing else
            assert [link.bounding_box() for link in links] == boxes, width  # nor do any run from the mouse
        assert all(0 <= box["x"] and box["x"] + box["width"] <= width and box["y"] >= 0 for box in boxes)
    page.set_viewport_size({"width": 360, "height": 900})
    page.locator(".bd-sidebar-primary a[href$='check-yours.html']").click(trial=True)  # the menu, below the page
    page.goto(address + "search.html")
    links = page.locator(".bd-main noscript li a")
    assert links.count() == 2 and not page.locator(".bd-main form").is_visible()
    for link in links.all():
        assert page.request.get(address + link.get_attribute("href")).status == 200
    context.close()


PAINTED = """() => [...document.querySelectorAll('body, .bd-sidebar-primary a, article :not(.katex *)')].map((e) => {
  const style = getComputedStyle(e);
  return [e.tagName, e.classList[0], style.color, style.backgroundColor, style.fill].join();
})"""


@pytest.mark.parametrize("name", [HE, "reference/exercises.html", "practice/check-yours.html"])
def test_without_scripts_a_page_is_as_dark_as_any_where_the_system_asks_for_it(browser, address, name):
    seen = {}
    for scripts in (True, False):
        context = browser.new_context(java_script_enabled=scripts, color_scheme="dark", reduced_motion="reduce")
        page = context.new_page()
        page.goto(address + name)
        seen[scripts] = set(page.evaluate(PAINTED))
        context.close()
    assert seen[False] <= seen[True] and len(seen[True]) > 50


def test_a_report_of_check_fits_a_desk_and_on_a_phone_its_words_wrap(page, address):
    page.goto(address + "practice/check-yours.html")
    cut = "(what) => [...document.querySelectorAll(`.ib-report ${what}`)].map((e) => e.scrollWidth > e.clientWidth)"
    for width, what in [(1280, "table"), (1280, "p"), (360, "p")]:
        page.set_viewport_size({"width": width, "height": 900})
        found = page.evaluate(cut, what)
        assert len(found) >= 5 and not any(found), (width, what)


def test_who_has_chosen_a_library_in_tabs_sees_it_in_all_others_and_in_the_recipes(page, address):
    page.goto(address + "practice/in-your-library.html")
    page.locator(".sd-tab-label", has_text=re.compile(r"^\s*Keras\s*$")).first.click()
    chosen = page.locator("[data-sync-id=keras]").count()
    assert page.locator("input:checked + [data-sync-id=keras]").count() == chosen > 2
    page.goto(address + "practice/check-yours.html")
    assert page.locator("input:checked + .sd-tab-label").first.inner_text() == "Keras"
    page.goto(address + "practice/which-start.html")
    assert page.locator("#from-one-library-to-another .choose select").last.input_value() == "in Keras"


# Code, tables, formulas and figures that scroll sideways, are there, and cannot be reached.
OUT_OF_REACH = """() => [...document.querySelectorAll('.bd-article :is(pre, table, .formula, .ib-figure)')]
  .filter(box => box.checkVisibility() && getComputedStyle(box).overflowX === 'auto'
    && box.scrollWidth > box.clientWidth + 1 && box.tabIndex !== 0).map(box => box.textContent.slice(0, 40))"""


@pytest.mark.parametrize("by_key", [False, True], ids=["clicked", "by arrow key"])
def test_what_scrolls_behind_a_tab_can_be_reached_by_key_once_that_is_chosen(page, address, by_key):
    page.set_viewport_size({"width": 360, "height": 900})
    pages = [path for path in SITE.rglob("*.html") if "sd-tab-set" in path.read_text(encoding="utf-8")]
    for name in [path.relative_to(SITE) for path in pages]:
        page.goto(f"{address}{name}")
        open_boxes(page, True)
        tabs, wide = page.locator(".sd-tab-set > input"), 0
        for i in range(tabs.count()):
            if by_key:
                tabs.nth(i).focus()
                page.keyboard.press("ArrowRight")
            else:
                page.locator(".sd-tab-set > label").nth(i).click()
            page.wait_for_function(f"({OUT_OF_REACH})().length === 0", timeout=5_000)
            wide += page.locator(".sd-tab-content pre[tabindex='0']:visible").count()
        assert wide, name
    assert len(pages) > 2


def test_what_scrolls_behind_a_tab_that_a_search_result_opened_can_be_reached_by_key(page, address):
    page.set_viewport_size({"width": 360, "height": 900})
    page.goto(address + "practice/in-your-library.html?highlight=glorot_uniform")
    page.locator(".sd-tab-content pre:has(mark):visible").first.wait_for()
    page.wait_for_function(f"({OUT_OF_REACH})().length === 0", timeout=5_000)
    assert page.locator(".sd-tab-content pre[tabindex='0']:has(mark):visible").count()


def test_dark_pages_are_dark_from_the_start(page, address):
    page.emulate_media(color_scheme="dark")
    page.route("**/*.js*", lambda route: route.abort())  # whatever scripts would do later
    page.goto(address + HE)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_on_paper_there_is_the_article_alone_black_on_white_with_every_box_open_but_solutions(page, address):
    page.emulate_media(color_scheme="dark", media="print")
    page.goto(address + HE)
    page.evaluate("""addEventListener('beforeprint', () => { window.printed = [
      document.documentElement.dataset.theme, document.querySelectorAll('details:not([open], .solution)').length,
      getComputedStyle(document.body).backgroundColor]; })""")
    page.pdf()
    assert page.evaluate("window.printed") == ["light", 0, "rgb(255, 255, 255)"]
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"  # as it was
    assert page.locator("details.solution[open]").count() == 0
    for gone in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".prev-next-footer", ".bd-header-article", ".copybtn",
                 ".headerlink"):
        assert page.locator(f"{gone}:visible").count() == 0
    assert page.locator("article h1").first.is_visible()


def test_on_paper_every_tab_is_there_below_its_name(page, address):
    page.goto(address + "practice/in-your-library.html")
    page.emulate_media(media="print")
    tabs = page.evaluate("""() => [...document.querySelectorAll('.sd-tab-content')].map(tab => [
      tab.previousElementSibling.innerText.trim(), tab.previousElementSibling.getBoundingClientRect(),
      tab.getBoundingClientRect(), tab.checkVisibility()])""")
    assert len(tabs) > 12 and all(name and there for name, _, _, there in tabs)
    assert all(label["bottom"] <= tab["top"] + 1 and tab["height"] > 20 for _, label, tab, _ in tabs)


def test_on_paper_links_that_leave_the_book_are_spelt_out(page, address):
    page.emulate_media(media="print")
    page.goto(address + "reference/cite.html")
    link = page.locator("article a.external").first
    after = link.evaluate("a => getComputedStyle(a, '::after').content")
    assert link.get_attribute("href") in after
