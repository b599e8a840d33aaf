// The page of the search: lists what find.js has found, with the words around it, while a reader types and when she comes.
"use strict";

const FIELD = document.querySelector(".bd-main .bd-search input"), OUT = document.querySelector("#search-results");
const LONGEST = 260; // letters of an excerpt
const ELSEWHERE = { "reference/left-out": "What this book leaves out", "reference/glossary": "Glossary", genindex: "Index" };
const MOST = 20, WORST = 0.12; // pages in the list; the score, beside the first one's, below which a page is left out

function element(name, text = "", attributes = {}) {
  const made = Object.assign(document.createElement(name), attributes);
  made.textContent = text;
  return made;
}

// To the passage, where book.js marks these words.
function address({ page, anchor, heading }, words) {
  const to = heading === page.title ? "" : anchor;
  const seek = words.length ? `?highlight=${encodeURIComponent(words.join(" "))}` : "";
  return `${page.name}.html${seek}${to && "#"}${to}`;
}

// The text with the words that count marked.
function withMarks(text, words) {
  const line = document.createElement("p");
  let done = 0;
  for (const { index, 0: word } of text.matchAll(WORDS)) {
    if (!parts(word).some((part) => words.includes(part))) continue;
    line.append(text.slice(done, index), element("mark", word));
    done = index + word.length;
  }
  line.append(text.slice(done));
  return line;
}

// Of a long block what stands around the first of its words that count, from the beginning of a word to the end of one.
function cut(text, words) {
  if (text.length <= LONGEST) return text;
  const hit = [...text.matchAll(WORDS)].find(([word]) => parts(word).some((part) => words.includes(part)))?.index ?? 0;
  const from = hit < LONGEST * 0.7 ? 0 : text.indexOf(" ", hit - LONGEST / 3) + 1;
  const to = from + LONGEST >= text.length ? text.length : text.lastIndexOf(" ", from + LONGEST);
  return (from ? "… " : "") + text.slice(from, to) + (to < text.length ? " …" : "");
}

function item({ page, hits }, terms) {
  const [best, ...others] = hits.map(({ passage }) => passage);
  const words = best ? counting(best, terms) : [], line = document.createElement("li");
  const title = element("a", page.title, { href: address(best ?? { page, anchor: "" }, words) });
  line.append(element("p", page.part, { className: "found-part" }), title);
  if (best && best.heading && best.heading !== page.title) line.append(` › ${best.heading}`);
  line.append(withMarks(cut((best && block(best, terms)) || page.description, words), words));
  const more = others.filter(({ heading, anchor }) => heading && anchor && ![page.title, best.heading].includes(heading)).slice(0, 3);
  if (more.length) line.append(element("p", "Also: ", { className: "found-more" }));
  more.forEach((other, i) => line.lastChild.append(i ? " · " : "",
    element("a", other.heading, { href: address(other, counting(other, terms)) })));
  return line;
}

// Where a reader goes on whose words the book does not have.
function elsewhere() {
  const line = element("p", "Words are also looked up here: ", { className: "found-more" });
  Object.entries(ELSEWHERE).forEach(([page, name], i) => line.append(i ? " · " : "", element("a", name, { href: `${page}.html` })));
  return line;
}

function show(query) {
  const terms = asked(query), found = find(terms);
  const listed = found.slice(0, MOST).filter(({ score }) => score > WORST * found[0].score);
  const unknown = terms.filter(({ words }) => !words.size).map(({ word }) => `“${word}”`);
  const said = [listed.length === 1 ? "One page" : `${listed.length || "No"} pages`];
  if (unknown.length) said.push(`the book does not have ${unknown.join(", ")}`);
  const list = element("ol", "", { className: "found" });
  list.append(...listed.map((one) => item(one, terms)));
  OUT.replaceChildren(element("p", query.trim() && `${said.join("; ")}.`, { className: "search-summary", role: "status" }),
    query.trim() && !listed.length ? elsewhere() : list);
}

addEventListener("DOMContentLoaded", () => {
  FIELD.value = new URLSearchParams(location.search).get("q") ?? "";
  show(FIELD.value);
  FIELD.addEventListener("input", () => {
    show(FIELD.value);
    history.replaceState(null, "", `?q=${encodeURIComponent(FIELD.value)}`); // to come back to
  });
});
