"""Anchors land: who follows any link of the book to a place on a page sees that place, cold or warm, wide or narrow."""

import re
from collections import defaultdict
from functools import cache
from html import unescape
from pathlib import PurePosixPath
from posixpath import normpath
from urllib.parse import unquote

import pytest

from browser import NEEDS, SITE, THOROUGH

WIDTHS = (1280, 390)  # a page in this, the next but one in that; once a week all pages in both
EACH = 1 if THOROUGH else 10  # of the places of a page, every so many; once a week all
COLD = 4 if THOROUGH else 1  # so many of a page are gone to from nothing, and
SKIP = 1 if THOROUGH else 3  # so of every twelfth page
LINK = re.compile(r'<a\b[^>]*\shref="([^"#]*)#([^"]+)"')
# The place stands still for some frames. Then it is read from its top, under no header, in no closed fold; at the end
# of a page, where nothing scrolls further, it is on the screen.
SETTLE = """async (id) => {
  const there = document.getElementById(id), top = () => there.getBoundingClientRect().top;
  let was = NaN;
  for (let still = 0, frames = 0; still < 2 && frames < 300; frames++) {
    await new Promise(requestAnimationFrame);
    still = top() === was ? still + 1 : 0;
    was = top();
  }
  const shown = there.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true});
  const header = document.querySelector('.bd-header-article');
  const covers = header && getComputedStyle(header).position === 'sticky' && !there.contains(header);
  const free = covers ? header.getBoundingClientRect().bottom : 0;
  const root = document.documentElement, end = root.scrollHeight - innerHeight - scrollY < 2;
  const lands = top() >= Math.floor(free) && top() < innerHeight * (end ? 1 : 0.5);
  return shown && lands ? null : `${id}: ${shown ? '' : 'hidden, '}at ${Math.round(top())} of ${innerHeight}`;
}"""
GO = f"""async (ids) => {{
  const settle = {SETTLE}, missed = [];
  const boxes = [...document.querySelectorAll('details')].map((box) => [box, box.open]);
  for (const id of ids) {{
    for (const [box, open] of boxes) box.open = open;
    scrollTo({{top: 0, behavior: 'instant'}});
    history.replaceState(null, '', location.pathname);
    if (!document.getElementById(id)) {{ missed.push(`${{id}}: not there`); continue; }}
    location.hash = id;
    missed.push(await settle(id));
  }}
  return missed.filter(Boolean);
}}"""

pytestmark = NEEDS


@cache
def places():
    """page -> the places on it that links of the book lead to, in the order of the page; of source code once a week."""
    found = defaultdict(set)
    for path in SITE.rglob("*.html"):
        page = path.relative_to(SITE)
        for to, place in LINK.findall(path.read_text(encoding="utf-8")):
            there = normpath(PurePosixPath(page.parent, unescape(to))) if to else page.as_posix()
            if "://" not in to and not to.startswith("/"):
                found[there].add(unquote(unescape(place)))
    return {page: in_order(page, found[page]) for page in sorted(found) if THOROUGH or "_modules" not in page}


def in_order(page, wanted):
    stand = {unescape(name): i for i, name in enumerate(
        re.findall(r'\sid="([^"]+)"', (SITE / page).read_text(encoding="utf-8")))}
    return sorted(wanted, key=lambda name: stand.get(name, -1))


def spread(names, count):
    """So many of them, the last among them: it has the most above it that may still move."""
    return names[::-1][::max(1, len(names) // count)][:count]


@pytest.fixture(params=WIDTHS)
def page(browser, request):
    """A page of a reader who wants no motion: the way there takes no time then."""
    context = browser.new_context(viewport={"width": request.param, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def in_turn(page):
    """The pages that are shown in this width."""
    found = list(places().items())
    return found if THOROUGH else found[2 * WIDTHS.index(page.viewport_size["width"])::2 * len(WIDTHS)]


def test_every_link_to_a_place_on_a_page_lands_there(page, address):
    missed = {}
    for name, wanted in in_turn(page):
        page.goto(address + name)
        missed[name] = page.evaluate(GO, wanted[::-1][::EACH])
    assert {name: those for name, those in missed.items() if those} == {}
    assert sum(map(len, places().values())) > 1000


def test_a_place_is_landed_on_from_nothing_too(browser, address, page):
    missed = []
    for name, wanted in in_turn(page)[::SKIP]:
        for place in spread(wanted, COLD):
            context = browser.new_context(viewport=page.viewport_size)  # its cache is empty, and pages scroll smoothly
            cold = context.new_page()
            cold.goto(f"{address}{name}#{place}")
            cold.evaluate("document.fonts.ready.then(() => null)")
            missed.append((name, cold.evaluate(SETTLE, place)))
            context.close()
    assert [fault for fault in missed if fault[1]] == []


@pytest.mark.parametrize(("fault", "said"), [
    ("* { scroll-padding: 0 !important; scroll-margin: 0 !important }", "there: at "),
    ("article h2 { display: none }", "hidden")])
def test_twin_a_place_under_the_header_or_hidden_is_seen(page, address, fault, said):
    page.goto(address + "variance/he.html")
    page.add_style_tag(content=fault)
    page.locator("article section section > h2").nth(2).evaluate("e => e.id = 'there'")
    assert said in page.evaluate(GO, ["there"])[0]
