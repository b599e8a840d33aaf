// All exercises on one page: the reader chooses which she sees and prints, with their solutions or without.
"use strict";

const exercises = [...document.querySelectorAll(".exercise.again")];
const place = document.querySelector(".exercise-choice");
const OPTIONS = { level: ["easy", "medium", "hard"], how: ["by hand", "with the package"], ticked: ["ticked"] };
const NAMES = { page: "Page", level: "Level", how: "How", ticked: "Of these" };
const title = (section) => section.querySelector("h2, h3").firstChild.textContent;
const headline = document.querySelector("article h1").firstChild, own = { headline: headline.textContent, file: document.title };

function field(label, control) {
  const box = document.createElement("div");
  box.className = "choose-field";
  if (label) box.append(Object.assign(document.createElement("label"), { textContent: label, htmlFor: control.id }));
  box.append(control);
  return box;
}

function menu(kind) {
  const select = Object.assign(document.createElement("select"), { id: `exercise-${kind}` });
  for (const option of ["all", ...(OPTIONS[kind] ?? [])]) select.add(new Option(option));
  select.addEventListener("input", show);
  return select;
}

function button(text, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
  made.addEventListener("click", act);
  return field("", made);
}

// Of the sheet, and of the file that a browser prints it to.
function naming() {
  const input = Object.assign(document.createElement("input"), { type: "text", id: "exercise-title", placeholder: own.headline });
  input.addEventListener("input", () => {
    headline.textContent = input.value || own.headline;
    document.title = input.value || own.file;
    keep();
  });
  return input;
}

// Parts and their pages, as the headings have them.
function pages(select) {
  for (const section of document.querySelectorAll("section:has(.exercise.again):not(:has(h1))"))
    select.add(new Option((section.querySelector("h2") ? "" : "\u2003") + title(section), section.id));
  return select;
}

const headingField = naming();
const menus = Object.fromEntries(Object.keys(NAMES).map((kind) => [kind, menu(kind)]));
pages(menus.page);
const said = Object.assign(document.createElement("p"), { role: "status" });

const ticks = new Map(); // by the name that an exercise has on its own page
for (const box of exercises) {
  const heading = box.querySelector(".admonition-title"), name = heading.textContent;
  const tick = Object.assign(document.createElement("input"), { type: "checkbox", ariaLabel: `Tick ${name}` });
  tick.addEventListener("input", () => {
    box.classList.toggle("ticked", tick.checked);
    show();
    keep();
  });
  ticks.set(heading.querySelector("a").hash.slice(1), tick);
  heading.append(tick);
}

// The address names the sheet: after a reload it is there, and who gets the link sees it. Plans of lectures link to theirs.
function keep() {
  const sheet = [...ticks.keys()].filter((name) => ticks.get(name).checked).join(","), title = headingField.value;
  const asked = new URLSearchParams({ ...(sheet && { sheet }), ...(title && { title }) }).toString().replaceAll("%2C", ",");
  history.replaceState(null, "", (asked ? `?${asked}` : location.pathname) + location.hash);
}

function restore() {
  const asked = new URLSearchParams(location.search);
  const names = (asked.get("sheet") ?? "").split(",").filter((name) => ticks.has(name));
  for (const name of names) {
    ticks.get(name).checked = true;
    ticks.get(name).closest(".exercise").classList.add("ticked");
  }
  if (names.length) menus.ticked.value = "ticked";
  headingField.value = asked.get("title") ?? "";
  headingField.dispatchEvent(new Event("input"));
}

// A page or a part whose exercises are all left out goes with its heading; a sheet of those that were ticked has none.
function show() {
  const { page, ...others } = menus;
  const chosen = Object.values(others).filter((m) => m.value !== "all").map((m) => m.value.replaceAll(" ", "-"));
  let minutes = 0, many = 0;
  for (const box of exercises) {
    const there = page.value === "all" || box.closest(`#${page.value}`);
    box.hidden = !(there && chosen.every((kind) => box.classList.contains(kind)));
    if (box.hidden) continue;
    many += 1;
    minutes += parseInt(box.querySelector(".exercise-facts").textContent.split(" · ")[1]);
  }
  for (const section of document.querySelectorAll("section:has(.exercise.again)"))
    section.hidden = !section.querySelector(".exercise.again:not([hidden]), h1");
  document.querySelector("article").classList.toggle("only-ticked", others.ticked.value === "ticked");
  said.textContent = many === 1 ? `1 exercise, ${minutes} minutes` : `${many} exercises, ${minutes} minutes`;
}

function openAll(open) {
  for (const box of document.querySelectorAll("details.solution")) box.open = open;
}

const box = Object.assign(document.createElement("div"), { className: "choose" });
const fields = Object.assign(document.createElement("div"), { className: "choose-fields" });
fields.append(...Object.keys(menus).map((kind) => field(NAMES[kind], menus[kind])), field("Title", headingField),
  button("Open all solutions", () => openAll(true)), button("Close all solutions", () => openAll(false)),
  button("Print what is shown", () => print()));
box.append(fields, said);
place.replaceChildren(box);
restore();
show();
