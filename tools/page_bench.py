"""What a first visit to each page costs on a slow phone: `make page-bench` (or name pages: `... variance/he.html`).

Chromium plays a phone: 360 × 800 pixels, a quarter of this machine's speed, 1.6 Mbit/s, 150 ms, nothing in its cache.
Bytes are compressed, as the server sends them, for a reader who scrolls to the end: some fonts are asked for on the
way. LCP is when the largest thing of the first screen stands, CLS how much things moved after they were shown, also on
that way. Each time is the median of three visits.
"""

import statistics
import sys

from playwright.sync_api import sync_playwright

from site_server import CHROMIUM, SITE, served, weight

GOALS = {"kB": 400, "LCP": 1.5, "CLS": 0.05}
VISITS = 3
SLOW_LINE = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 100_000}
WATCH = """
window.seen = {lcp: 0, cls: 0};
new PerformanceObserver(list => list.getEntries().forEach(e => seen.lcp = e.startTime))
  .observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(e => e.hadRecentInput || (seen.cls += e.value)))
  .observe({type: 'layout-shift', buffered: true});
"""
# Screen by screen, as long as the page grows while its sections are laid out.
SCROLL = """async () => {
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
    scrollTo({top: y, behavior: 'instant'});
    await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  }
}"""


def visit(browser, address, name):
    """One first visit: what was asked for, when the page stood (in seconds), how much it moved."""
    context = browser.new_context(viewport={"width": 360, "height": 800})
    page, urls = context.new_page(), []
    page.on("request", lambda request: request.url.startswith(address) and urls.append(request.url))
    phone = context.new_cdp_session(page)
    phone.send("Network.enable")
    phone.send("Network.emulateNetworkConditions", SLOW_LINE)
    phone.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.add_init_script(WATCH)
    page.goto(address + name, wait_until="networkidle")
    page.wait_for_function("seen.lcp")  # what was painted is told a little later
    lcp = page.evaluate("seen.lcp")
    page.evaluate(SCROLL)
    page.evaluate("document.fonts.ready.then(() => null)")
    cls = page.evaluate("seen.cls")
    context.close()
    return {"urls": urls, "LCP": lcp / 1000, "CLS": cls}


def measure(browser, address, name):
    visits = [visit(browser, address, name) for _ in range(VISITS)]
    facts = {key: statistics.median(v[key] for v in visits) for key in ("LCP", "CLS")}
    return facts | {"kB": weight(SITE, address, visits[0]["urls"]) / 1000, "requests": len(visits[0]["urls"])}


def row(name, facts):
    late = [key for key, goal in GOALS.items() if facts[key] >= goal]
    line = "{kB:8.0f} kB {requests:4d} requests   LCP {LCP:5.2f} s   CLS {CLS:6.3f}   ".format(**facts)
    return line + name + (f"   <- {', '.join(late)}" if late else "")


def main(names):
    if not SITE.exists() or not CHROMIUM:
        sys.exit("page-bench: needs the built book (make html) and a Chromium on the PATH")
    names = names or sorted(str(path.relative_to(SITE)) for path in SITE.rglob("*.html"))
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name in names:
            print(row(name, measure(browser, address, name)), flush=True)
        browser.close()
    print("goals: " + ", ".join(f"{key} below {goal}" for key, goal in GOALS.items()))


if __name__ == "__main__":
    main(sys.argv[1:])
