"""The built book as a reader's browser shows it: light, dark and on a phone, with no network but the book itself."""

import functools
import http.server
import shutil
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SITE = ROOT / "build" / "html"
AXE = Path(sys.prefix) / "npm" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
VIEWS = {"light": (1280, "light"), "dark": (1280, "dark"), "phone": (360, "light")}
SMALLEST_TEXT = 8  # CSS pixels, in a figure on a phone

# What axe finds in the theme's own parts and a few lines cannot cure: rule -> where. It must stay exact: a finding that
# is gone is taken off the list.
ALLOWED = {}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not SITE.exists(), reason="build/html is missing: make html"),
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on the PATH"),
]

FACTS = """() => {
  const root = document.documentElement, clone = document.querySelector('article')?.cloneNode(true);
  clone?.querySelectorAll('pre, code, script, style, annotation, svg').forEach(e => e.remove());
  // matplotlib draws text as shapes: each line of it is a group of letters that are 100 units high, scaled to its size.
  const size = line => 100 * Math.hypot(line.getScreenCTM().a, line.getScreenCTM().b);
  const lines = [...document.querySelectorAll('.ib-figure svg g[id*="text_"] use')].map(letter => letter.parentNode);
  return {
    wider: root.scrollWidth - root.clientWidth,
    raw: (clone?.innerText ?? '').match(/.{0,20}(\\$|\\\\\\(|\\\\\\[|\\\\begin).{0,20}/g) ?? [],
    undrawn: [...document.querySelectorAll('.math')].filter(m => !m.querySelector('.katex-html')).map(m => m.innerText),
    bad: document.querySelectorAll('.katex-error').length,
    overlaps: [...document.querySelectorAll('div.math')].filter(m => {
      const [formula, number] = ['.formula', '.eqno'].map(s => m.querySelector(s)?.getBoundingClientRect());
      return number && formula.right > number.left + 1;
    }).map(m => m.id),
    texts: [...new Set(lines)].map(line => [line.closest('[id*="text_"]').id, size(line)]),
    unnamed: [...document.querySelectorAll('.ib-figure svg')]
      .filter(s => s.getAttribute('role') != 'img' || !s.getAttribute('aria-label')).length,
  };
}"""
# The letters of a formula and the shapes of a figure are hidden from screen readers, and there are thousands.
RUN_AXE = """async () => (await axe.run({exclude: ['.ib-figure svg > *', '.katex-html > *']},
                                        {resultTypes: ['violations']})).violations
  .flatMap(v => v.nodes.map(n => [v.id, n.target.join(' ')]))"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address():
    """The book, served as a web site."""
    handler = functools.partial(Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def guard(page, address, said):
    """Note everything a page complains of, and every request that would leave the book."""

    def pass_on(route):
        if route.request.url.startswith((address, "data:", "blob:")):
            return route.continue_()
        said.append(f"request to {route.request.url}")
        return route.abort()

    page.route("**/*", pass_on)
    page.on("console", lambda message: message.type == "error" and said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))


def visit(page, url, said, with_axe):
    said.clear()
    page.goto(url, wait_until="load")
    page.add_style_tag(content="* { animation: none !important; transition: none !important; }")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.wait_for_timeout(50)  # for what listens to that
    facts = page.evaluate(FACTS)
    if with_axe:
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return facts | {"axe": page.evaluate(RUN_AXE) if with_axe else [], "said": sorted(set(said))}


def pages():
    found = (path.relative_to(SITE) for path in sorted(SITE.rglob("*.html")))
    return [str(path) for path in found if path.parts[0] != "_static"]


@pytest.fixture(scope="module")
def visits(address):
    """Every page in every view: (page, view) -> what was found there."""
    from playwright.sync_api import sync_playwright

    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for view, (width, scheme) in VIEWS.items():
            page, said = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme), []
            guard(page, address, said)
            for name in pages():
                # Colours differ between light and dark, nothing that axe looks at does on a phone; and the listings
                # of source code are all alike.
                with_axe = view != "phone" and not name.startswith("_modules/")
                found[name, view] = visit(page, address + name, said, with_axe)
            page.close()
        browser.close()
    return found


def those(visits, fact):
    """Where a fact is something rather than nothing: what a page should have none of."""
    return {where: facts[fact] for where, facts in visits.items() if facts[fact]}


def test_no_page_complains_or_asks_another_host(visits):
    assert those(visits, "said") == {}


def test_no_page_is_wider_than_the_window(visits):
    assert {where: f["wider"] for where, f in visits.items() if f["wider"] > 0} == {}


def test_every_formula_is_drawn(visits):
    assert those(visits, "bad") == {}
    assert those(visits, "undrawn") == {}
    assert those(visits, "raw") == {}


def test_no_equation_number_lies_on_its_formula(visits):
    assert those(visits, "overlaps") == {}


def test_every_figure_has_a_text_for_those_who_do_not_see_it(visits):
    assert those(visits, "unnamed") == {}


def test_text_in_figures_can_be_read_on_a_phone(visits):
    phones = {page: facts["texts"] for (page, view), facts in visits.items() if view == "phone"}
    assert any(phones.values()), "no text was found in any figure"
    small = {page: [t for t in texts if t[1] < SMALLEST_TEXT] for page, texts in phones.items()}
    assert {page: texts for page, texts in small.items() if texts} == {}


def test_axe_finds_nothing_but_what_is_allowed(visits):
    found = {}
    for where, facts in visits.items():
        for rule, target in facts["axe"]:
            found.setdefault(rule, {}).setdefault(target, where)
    assert {rule: set(targets) for rule, targets in found.items()} == ALLOWED, found
