// Small repairs for readers who use a keyboard or a screen reader; without scripts the book reads the same.

// What scrolls sideways can be reached with the Tab key, and only while it does scroll.
function reach() {
  const boxes = [...document.querySelectorAll(".bd-article :is(.formula, table, .ib-figure, .highlight pre)")];
  const scroll = boxes.map((box) => box.scrollWidth > box.clientWidth + 1); // one pixel may be a rounded width
  boxes.forEach((box, i) => { // all are measured before one is changed, or the page would be laid out for each
    if (scroll[i]) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  });
}

// The theme names its search button "Search" where it shows "Search Ctrl+K", and leaves its side bar without a role.
function name() {
  document.querySelectorAll(".search-button-field").forEach((button) => button.removeAttribute("aria-label"));
  const side = document.querySelector(".bd-sidebar-primary");
  side?.setAttribute("role", "complementary");
  side?.setAttribute("aria-label", "The book");
}

addEventListener("DOMContentLoaded", name);
for (const event of ["resize", "toggle"]) addEventListener(event, reach, true);
addEventListener("change", reach); // a tab was chosen; those in step with it (design-tabs.js) stand before this bubbles up

// Once the first screen stands, so do the sections that waited (book.css): the scroll bar then tells the true length, and a
// picture of the whole page shows all of it. Only where the browser holds what is read in its place meanwhile. What scrolls
// is looked for behind that: before, each box that is measured would be laid out alone, and the long pages took seconds.
addEventListener("load", () => requestAnimationFrame(() => {
  document.documentElement.classList.toggle("whole", CSS.supports("overflow-anchor", "auto"));
  reach();
}));

// A browser goes to an address while what stands above has guessed heights. When these are true, it goes there once more;
// not if the reader has moved meanwhile, nor where she comes back to a page and to the place where she was.
let moves = performance.getEntriesByType("navigation")[0]?.type !== "navigate";
for (const event of ["wheel", "touchstart", "keydown", "pointerdown"])
  addEventListener(event, () => {
    moves = true;
    document.documentElement.classList.add("scrolled");
  }, { once: true, passive: true });
addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(() => {
  if (!moves) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView({ behavior: "instant" });
})));

// Who follows a search result (found.js) sees her words marked at the place that she asked for, also where it has them in a
// closed box or behind a tab only; other boxes stay closed. The Escape key takes the marks away.
const article = document.querySelector(".bd-article"), marks = [];
const UNMARKED = ".katex, svg, script, style, button, .headerlink, .moved";

function markIn(node, words) {
  let rest = node, done = 0;
  for (const { 0: word, index } of node.data.matchAll(words)) {
    const found = rest.splitText(index - done), made = document.createElement("mark");
    rest = found.splitText(word.length);
    done = index + word.length;
    found.replaceWith(made);
    made.textContent = word;
    marks.push(made);
  }
}

function markAll(words) {
  const unmarked = (node) => node.nodeType === Node.ELEMENT_NODE && node.matches(UNMARKED), nodes = [];
  const walker = document.createTreeWalker(article, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT,
    (node) => (unmarked(node) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
  while (walker.nextNode()) if (walker.currentNode.nodeType === Node.TEXT_NODE) nodes.push(walker.currentNode);
  const any = words.map((word) => word.replace(".", "\\.")).join("|");
  for (const node of nodes) markIn(node, new RegExp(`(?<![\\p{L}\\d])(?:${any})(?![\\p{L}\\d])`, "giu"));
}

const target = () => document.getElementById(decodeURIComponent(location.hash.slice(1)));
const shown = (mark) => mark.checkVisibility() && !mark.closest("details:not([open])");

function reveal(mark) {
  for (let box = mark; box; box = box.parentElement.closest("details, .sd-tab-content"))
    if (box.matches("details")) box.open = true;
    else if (box !== mark) box.previousElementSibling.previousElementSibling.checked = true; // its tab
}

// The first mark of each word, and then the first of all.
function showMarks() {
  const word = (mark) => mark.textContent.toLowerCase(), there = marks.filter((mark) => target()?.contains(mark));
  const hers = there.length ? there : marks;
  for (const mark of hers) if (!hers.some((other) => word(other) === word(mark) && shown(other))) reveal(mark);
  reach();
  const first = hers.find(shown);
  if (!moves && first?.getBoundingClientRect().bottom > innerHeight) first.scrollIntoView({ behavior: "instant", block: "center" });
}

const sought = new URLSearchParams(location.search).get("highlight")?.match(/[\p{L}\d_]+(?:\.\d+)?/gu);
if (article && sought) {
  markAll(sought);
  history.replaceState(null, "", location.pathname + location.hash);
  addEventListener("keydown", ({ key }) => key === "Escape"
    && article.querySelectorAll("mark").forEach((mark) => mark.replaceWith(mark.textContent)));
  addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(showMarks))); // the tabs stand by then
}

// The contents at the right mark the section that is read. The theme's own mark stays behind when a page is turned by key.
function mark() {
  const links = [...document.querySelectorAll(".page-toc a.nav-link")];
  const place = (link) => document.getElementById(decodeURIComponent(link.hash.slice(1)))?.getBoundingClientRect().top;
  const read = links.findLast((link) => place(link) < innerHeight / 3) ?? links[0];
  for (const link of links) {
    const holds = link === read || !!link.parentElement.querySelector("ul")?.contains(read);
    link.classList.toggle("active", holds);
    if (link === read) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

let marked;
addEventListener("scroll", () => {
  clearTimeout(marked);
  marked = setTimeout(mark, 150); // when the page stands again, and after the theme
}, { passive: true });

// Who comes by an old address is taken to where its content stands now (docs/_ext/moved.py).
function sendOn() {
  const post = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (post?.matches(".moved")) location.replace(post.querySelector("a").href);
}

for (const event of ["DOMContentLoaded", "hashchange"]) addEventListener(event, sendOn);

// A printer gets black on white and every box open, but solutions as the reader left them or as she asked for all of
// them; of the main road (book.css) no box. Afterwards the page is as it was.
let before, solutions, road = false;
addEventListener("beforeprint", () => {
  const root = document.documentElement;
  const boxes = [...document.querySelectorAll(".bd-article details")].map((box) => [box, box.open]);
  before = { theme: root.dataset.theme, boxes };
  root.dataset.theme = "light";
  root.classList.toggle("main-road", road);
  for (const [box, open] of boxes) box.open = box.matches(".solution") ? (solutions ?? open) : true;
});
addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = before.theme;
  for (const [box, open] of before.boxes) box.open = open;
  solutions = undefined;
  road = false;
});

function printWith(open) {
  solutions = open;
  print();
}

function printRoad() {
  road = true;
  print();
}
