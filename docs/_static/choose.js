// Three boxes in which a reader chooses (practice/which-start.md). What they show stands in the page's tables and listings;
// the second does plain arithmetic besides, which a test holds against initbook.initializers.fans.
"use strict";

{
  // An element with what it has: attributes and properties first, then children.
  function make(tag, has = {}, ...children) {
    const element = Object.assign(document.createElement(tag), has);
    element.append(...children);
    return element;
  }

  let fields = 0;

  // A field with its name, as one thing to lay out.
  function field(name, control) {
    control.id = `choose-${fields++}`;
    return make("div", { className: "choose-field" }, make("label", { htmlFor: control.id, textContent: name }), control);
  }

  function menu(options) {
    return make("select", {}, ...options.map((text) => make("option", { textContent: text })));
  }

  // Numbers in words: {name: text or nodes}.
  function fill(list, facts) {
    const pairs = Object.entries(facts).map(([name, value]) =>
      make("div", {}, make("dt", { textContent: name }), make("dd", {}, ...[value].flat())));
    list.replaceChildren(...pairs);
  }

  // A box before `place`, with a name, fields, and what comes out.
  function box(place, name, fields, out) {
    const controls = make("div", { className: "choose-fields" }, ...fields);
    const status = make("div", {}, out);
    const made = make("div", { className: "choose" }, controls, status);
    made.setAttribute("role", "group");
    made.setAttribute("aria-label", name);
    status.setAttribute("role", "status");
    place.before(made);
    addEventListener("pageshow", () => made.dispatchEvent(new Event("input"))); // a browser may have kept an old choice
    return made;
  }

  const whole = (table) => table.closest(".pst-scrollable-table-container") ?? table;
  const copy = (cell) => [...cell.cloneNode(true).childNodes];

  // 1. A row of the table of activations. Two boxes ask for it; what is chosen in one is chosen in the other.
  let gain = { name: "", value: 1 };

  function menuOf(table) {
    const select = menu([...table.tBodies[0].rows].map((row) => row.cells[0].textContent));
    select.value = "relu";
    return select;
  }

  function chooseRow(table, select, twin) {
    const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
    const rows = [...table.tBodies[0].rows];
    const out = make("dl");
    const made = box(whole(table), "Choose an activation", [field("activation", select)], out);
    twin.addEventListener("input", () => {
      select.selectedIndex = twin.selectedIndex;
      made.dispatchEvent(new Event("input"));
    });
    made.addEventListener("input", () => {
      twin.selectedIndex = select.selectedIndex;
      const row = rows[select.selectedIndex];
      fill(out, Object.fromEntries(heads.map((head, i) => [head, copy(row.cells[i])]).slice(1)));
      rows.forEach((other) => other.classList.toggle("chosen", other === row));
      gain = { name: select.value, value: +row.cells[1].textContent };
      dispatchEvent(new Event("gain"));
    });
    made.dispatchEvent(new Event("input"));
  }

  // 2. Fans, by the rule of initializers.fans: what a unit sums, and what an input feeds.
  function fans({ directions, kernel, channelsIn, channelsOut, stride, groups, transposed }) {
    const positions = kernel ** directions, thinned = stride ** directions;
    const sums = (positions * channelsIn) / groups, feeds = (positions * channelsOut) / groups;
    return transposed ? [sums / thinned, feeds] : [sums, feeds / thinned];
  }

  const short = (number) => String(+number.toPrecision(6));

  function call({ directions, kernel, channelsIn, channelsOut, stride, groups, transposed }) {
    const shape = [...Array(directions).fill(kernel), channelsIn / groups, channelsOut].join(", ");
    const more = [groups > 1 && `groups=${groups}`, directions && stride > 1 && `stride=${stride}`,
      directions && transposed && "transposed=True"];
    return ["fans((" + shape + ")", ...more.filter(Boolean)].join(", ") + ")";
  }

  const CHECKERBOARD = make("a", { href: "../variance/fans.html#fig-checkerboard",
    textContent: "the stride does not divide the kernel: right on average, a checkerboard in detail" });

  function chooseFans(table, activation) {
    const number = (value) => make("input", { type: "number", min: 1, max: 1e6, step: 1, value, required: true });
    const kind = menu(["dense", "1-d convolution", "2-d convolution", "3-d convolution"]);
    kind.selectedIndex = 2;
    const inputs = { kernel: number(3), channelsIn: number(64), channelsOut: number(64), stride: number(1), groups: number(1) };
    const transposed = make("input", { type: "checkbox" });
    const names = ["kernel, a side", "inputs or channels in", "outputs or channels out", "stride", "groups"];
    const out = make("dl");
    const spatial = [inputs.kernel, inputs.stride, inputs.groups, transposed];
    const made = box(whole(table), "Count fans", [field("layer", kind),
      ...Object.values(inputs).map((input, i) => field(names[i], input)), field("transposed", transposed),
      field("it reads", activation)], out);
    function show() {
      const directions = kind.selectedIndex;
      spatial.forEach((input) => (input.disabled = !directions));
      const layer = { directions, transposed: directions > 0 && transposed.checked };
      for (const [key, input] of Object.entries(inputs)) layer[key] = input.disabled ? 1 : input.valueAsNumber;
      const { channelsIn, channelsOut, groups, kernel, stride } = layer;
      if (!Object.values(inputs).every((input) => input.disabled || input.validity.valid))
        return fill(out, { "not a layer": "whole numbers, 1 or more" });
      if (channelsIn % groups || channelsOut % groups)
        return fill(out, { "not a layer": "the groups must divide the channels in and the channels out" });
      const [fanIn, fanOut] = fans(layer);
      fill(out, { "fan-in n": short(fanIn), "fan-out": short(fanOut),
        [`std after ${gain.name}`]: short(+(gain.value / Math.sqrt(fanIn)).toPrecision(4)),
        "in initbook": make("code", { textContent: call(layer) }), ...(layer.transposed && kernel % stride && { but: CHECKERBOARD }) });
    }
    made.addEventListener("input", show);
    addEventListener("gain", show);
    show();
  }

  // 3. A recipe: one of the listings, whose captions say "layer · as library · in library".
  function chooseRecipe(fold) {
    const recipes = [...fold.querySelectorAll(".literal-block-wrapper")].map((listing) => ({
      listing, is: listing.querySelector(".caption-text").textContent.split(" · ") }));
    if (!recipes.length) return;
    const options = (i) => [...new Set(recipes.map(({ is }) => is[i]))];
    const menus = [0, 1, 2].map((i) => menu(options(i)));
    const out = make("div", { className: "choose-recipe" });
    const made = box(fold, "Choose a recipe", menus.map((list, i) => field(["layer", "start it", "written"][i], list)), out);
    // The library that she has chosen in tabs, here or on another page (sphinx-design keeps it), and the other way round.
    const KEPT = "sphinx-design-tab-id-library", library = ({ is }) => is[2].replace("in ", "").toLowerCase();
    // Who comes from the search (book.js) finds what she sought.
    const found = recipes.filter(({ listing }) => listing.querySelector("mark")), from = found.length ? found : recipes;
    const hers = from.find((recipe) => library(recipe) === localStorage.getItem(KEPT)) ?? found[0];
    if (hers) menus.forEach((list, i) => (list.value = hers.is[i]));
    menus[2].addEventListener("change", () => localStorage.setItem(KEPT, library({ is: [, , menus[2].value] })));
    made.addEventListener("input", () => {
      // What leads nowhere, given the menus before, cannot be chosen.
      let left = recipes;
      menus.forEach((list, i) => {
        for (const option of list.options) option.disabled = !left.some(({ is }) => is[i] === option.value);
        if (list.selectedOptions[0].disabled) list.value = left[0].is[i];
        left = left.filter(({ is }) => is[i] === list.value);
      });
      const code = left[0].listing.querySelector(".highlight pre").cloneNode(true);
      code.removeAttribute("id");
      out.replaceChildren(make("div", { className: "highlight" }, code));
      if (code.scrollWidth > code.clientWidth) code.tabIndex = 0; // or the Tab key could not reach what scrolls
    });
    made.dispatchEvent(new Event("input"));
  }

  const activations = document.querySelector("#which-start-by-activation table"), twin = menuOf(activations);
  chooseRow(activations, menuOf(activations), twin);
  chooseFans(document.querySelector("#which-start-by-layer table"), twin);
  chooseRecipe(document.querySelector("#from-one-library-to-another details"));
}
