// Small repairs for readers who use a keyboard or a screen reader; without scripts the book reads the same.

// What scrolls sideways can be reached with the Tab key, and only while it does scroll.
function reach() {
  for (const box of document.querySelectorAll(".bd-article :is(.formula, table, .ib-figure)"))
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
}

// The theme names its search button "Search" where it shows "Search Ctrl+K", and leaves its side bar without a role.
function name() {
  document.querySelectorAll(".search-button-field").forEach((button) => button.removeAttribute("aria-label"));
  const side = document.querySelector(".bd-sidebar-primary");
  side?.setAttribute("role", "complementary");
  side?.setAttribute("aria-label", "The book");
}

addEventListener("DOMContentLoaded", name);
for (const event of ["load", "resize", "toggle"]) addEventListener(event, reach, true);

// Once the first screen stands, so do the sections that waited (book.css): the scroll bar then tells the true length, and a
// picture of the whole page shows all of it. Only where the browser holds what is read in its place meanwhile.
if (CSS.supports("overflow-anchor", "auto"))
  addEventListener("load", () => requestAnimationFrame(() => document.documentElement.classList.add("whole")));

// A browser goes to an address while what stands above has guessed heights. When these are true, it goes there once more;
// not if the reader has moved meanwhile, nor where she comes back to a page and to the place where she was.
let moves = performance.getEntriesByType("navigation")[0]?.type !== "navigate";
for (const event of ["wheel", "touchstart", "keydown", "pointerdown"])
  addEventListener(event, () => (moves = true), { once: true, passive: true });
addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(() => {
  if (!moves) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView({ behavior: "instant" });
})));

// Who follows a search result sees her words, also where only a folded box has them; other boxes stay closed.
function unfold() {
  const found = [...document.querySelectorAll(".bd-article .highlighted")], word = (mark) => mark.textContent.toLowerCase();
  const seen = new Set(found.filter((mark) => !mark.closest("details:not([open])")).map(word));
  for (const mark of found.filter((mark) => !seen.has(word(mark))))
    for (let box = mark.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
}

setTimeout(unfold, 10); // Sphinx has asked for the same time, and before us, to mark the words

// Who comes by an old address is taken to where its content stands now (docs/_ext/moved.py).
function sendOn() {
  const post = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (post?.matches(".moved")) location.replace(post.querySelector("a").href);
}

for (const event of ["DOMContentLoaded", "hashchange"]) addEventListener(event, sendOn);

// A printer gets black on white and every box open, but solutions as the reader left them or as she asked for all of
// them; afterwards the page is as it was.
let before, solutions;
addEventListener("beforeprint", () => {
  const root = document.documentElement;
  const boxes = [...document.querySelectorAll(".bd-article details")].map((box) => [box, box.open]);
  before = { theme: root.dataset.theme, boxes };
  root.dataset.theme = "light";
  for (const [box, open] of boxes) box.open = box.matches(".solution") ? (solutions ?? open) : true;
});
addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = before.theme;
  for (const [box, open] of before.boxes) box.open = open;
  solutions = undefined;
});

function printWith(open) {
  solutions = open;
  print();
}

// Search shows a few words around what it found: of the article, without what only its machinery reads.
addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return;
  Search.htmlToText = (text) => {
    const article = new DOMParser().parseFromString(text, "text/html").querySelector("article");
    article.querySelectorAll(".headerlink, .moved, .take, .katex-mathml, .math .eqno, svg, script, style").forEach((e) => e.remove());
    return article.textContent;
  };
});

// A page opened as a file may not read other files, so there search has names of pages to show and no more.
if (location.protocol === "file:") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  addEventListener("DOMContentLoaded", () => {
    const note = "You have opened this book as files, which may not read each other: the results come without excerpts.";
    document.querySelector("#search-results")?.insertAdjacentHTML("beforebegin", `<p class="file-note">${note}</p>`);
  });
}
