// All exercises on one page: the reader chooses which she sees and prints, with their solutions or without.
"use strict";

const exercises = [...document.querySelectorAll(".exercise.again")];
const place = document.querySelector(".exercise-choice");
const KINDS = { level: ["easy", "medium", "hard"], how: ["by hand", "with the package"] };
const NAMES = { level: "Level", how: "How" };

function field(label, control) {
  const box = document.createElement("div");
  box.className = "choose-field";
  if (label) box.append(Object.assign(document.createElement("label"), { textContent: label, htmlFor: control.id }));
  box.append(control);
  return box;
}

function menu(kind) {
  const select = Object.assign(document.createElement("select"), { id: `exercise-${kind}` });
  for (const option of ["all", ...KINDS[kind]]) select.add(new Option(option));
  select.addEventListener("input", show);
  return select;
}

function button(text, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
  made.addEventListener("click", act);
  return field("", made);
}

const menus = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, menu(kind)]));
const said = Object.assign(document.createElement("p"), { role: "status" });

// A page whose exercises are all left out goes with its heading.
function show() {
  const chosen = Object.values(menus).filter((m) => m.value !== "all").map((m) => m.value.replaceAll(" ", "-"));
  let minutes = 0, many = 0;
  for (const box of exercises) {
    box.hidden = !chosen.every((kind) => box.classList.contains(kind));
    if (box.hidden) continue;
    many += 1;
    minutes += parseInt(box.querySelector(".exercise-facts").textContent.split(" · ")[1]);
  }
  for (const section of document.querySelectorAll("section:has(> .exercise.again)"))
    section.hidden = !section.querySelector(".exercise.again:not([hidden])");
  said.textContent = `${many} exercises, ${minutes} minutes`;
}

function openAll(open) {
  for (const box of document.querySelectorAll("details.solution")) box.open = open;
}

const box = Object.assign(document.createElement("div"), { className: "choose" });
const fields = Object.assign(document.createElement("div"), { className: "choose-fields" });
fields.append(...Object.keys(menus).map((kind) => field(NAMES[kind], menus[kind])),
  button("Open all solutions", () => openAll(true)), button("Close all solutions", () => openAll(false)),
  button("Print what is shown", () => print()));
box.append(fields, said);
place.replaceChildren(box);
show();
