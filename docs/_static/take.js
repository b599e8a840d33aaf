// Save a figure as it is drawn on the page, in the colours of the light one and on white, with what its controls say; copy
// its address.
"use strict";

const INK = ["fill", "stroke", "color", "stop-color"];

// What only this page knows becomes part of the drawing: its ink, and colours that its style sheet names.
function fix(drawing, copy) {
  const copies = copy.querySelectorAll("*");
  copy.style.color = getComputedStyle(drawing).color;
  drawing.querySelectorAll("*").forEach((shape, i) => {
    const own = shape.outerHTML.slice(0, shape.outerHTML.indexOf(">"));
    if (!/currentColor|var\(|\sclass=/.test(own)) return;
    const style = getComputedStyle(shape);
    for (const property of INK) copies[i].style.setProperty(property, style.getPropertyValue(property));
    if (style.display === "none" || style.visibility === "hidden") copies[i].style.display = "none";
  });
}

// As a reader of the light page sees them, whichever she reads: nothing is painted in between.
function inLight(make) {
  const root = document.documentElement, theme = root.dataset.theme;
  root.dataset.theme = "light";
  try {
    return make();
  } finally {
    root.dataset.theme = theme;
  }
}

function element(name, attributes, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

// Of a figure with controls: what the reader chose, which a picture of it does not say.
const setting = (figure) => figure.querySelector(".ib-state span")?.textContent ?? "";

const LETTERS = "12px sans-serif", LINE = 18;

// The setting and the read-out, in lines that are at most so wide.
function said(figure, width) {
  const numbers = [...figure.querySelectorAll(".ib-readout dl > div")].map((e) => [...e.children].map((c) => c.textContent).join(": "));
  const pen = document.createElement("canvas").getContext("2d"), lines = [];
  pen.font = LETTERS;
  for (const piece of [setting(figure), ...numbers].filter(Boolean)) {
    const longer = `${lines.at(-1)} · ${piece}`;
    if (lines.length && pen.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(piece);
  }
  return lines;
}

// All drawings of a figure on one sheet, where they stand on the page, below what its controls and its read-out say.
function sheet(figure) {
  const drawings = [...figure.querySelectorAll(".ib-figure svg")].filter((e) => e.getClientRects().length);
  const boxes = drawings.map((e) => e.getBoundingClientRect());
  const least = (side) => Math.min(...boxes.map((b) => b[side])), most = (side) => Math.max(...boxes.map((b) => b[side]));
  const left = least("left"), width = most("right") - left, lines = said(figure, width), above = lines.length * LINE;
  const top = least("top") - above, height = most("bottom") - top;
  const all = element("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  const alt = drawings.map((e) => e.getAttribute("aria-label")).join(" ");
  all.append(element("title", {}, figure.querySelector(".take p").textContent), element("desc", {}, alt),
    element("rect", { width: "100%", height: "100%", fill: "#fff" }),
    ...lines.map((line, i) => element("text", { y: i * LINE + 13, style: `font: ${LETTERS}`, fill: "#000" }, line)));
  inLight(() => drawings.forEach((drawing, i) => {
    const copy = drawing.cloneNode(true), { x, y, width, height } = boxes[i];
    fix(drawing, copy);
    for (const [key, value] of Object.entries({ x: x - left, y: y - top, width, height })) copy.setAttribute(key, value);
    for (const key of ["role", "aria-label", "class"]) copy.removeAttribute(key);
    all.append(copy);
  }));
  return { text: new XMLSerializer().serializeToString(all), width, height };
}

const PIXELS = 2000; // across: sharp on a slide

// By way of a data address, which a page opened as a file may read back from its canvas, too.
async function png({ text, width, height }) {
  const image = new Image();
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: PIXELS, height: Math.round((PIXELS * height) / width) });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((then) => canvas.toBlob(then, "image/png"));
}

function download(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// Where a browser keeps its clipboard from pages, the old way still works.
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

const TAKE = {
  svg: async (figure, name) => download(new Blob([sheet(figure).text], { type: "image/svg+xml" }), `${name}.svg`),
  png: async (figure, name) => download(await png(sheet(figure)), `${name}.png`),
  link: (figure) => copy(location.href.split("#")[0] + "#" + figure.id),
};
const SAID = { svg: "Saved", png: "Saved", link: "Copied" };

addEventListener("click", async ({ target }) => {
  const button = target.closest(".take button");
  if (!button) return;
  const row = button.closest(".take"), tell = row.querySelector(".take-said"), kind = button.dataset.take;
  const figure = row.closest("figure"), chosen = setting(figure).replace(/[^\p{L}\p{N}.−-]+/gu, "-");
  await TAKE[kind](figure, ["initbook", row.dataset.name, chosen].filter(Boolean).join("-"));
  tell.textContent = SAID[kind];
  setTimeout(() => (tell.textContent = ""), 2000);
});
