// A figure with controls: they choose a frame, and its texts are put where frames differ. All was computed by the build.
"use strict";

for (const play of document.querySelectorAll(".ib-play:not(.ib-live)")) {
  play.classList.add("ib-live");
  const { start, texts, slots } = JSON.parse(play.querySelector("script[type='application/json']").textContent);
  const elements = play.querySelectorAll(".ib-stage *");
  const nodes = slots.map(([place]) => elements[place]);
  const controls = [...play.querySelectorAll(".ib-control")];
  const range = play.querySelector("[type=range]"), run = play.querySelector(".ib-run");
  const readout = play.querySelector(".ib-readout");
  const moves = () => !matchMedia("(prefers-reduced-motion: reduce)").matches;
  let shown = start, timer = 0;

  // Controls are digits, each with its own base; the last one changes fastest.
  function chosen() {
    return controls.reduce((frame, control) => {
      const options = [...control.querySelectorAll("[type=radio]")];
      const digit = options.length ? options.findIndex((o) => o.checked) : +control.querySelector("[type=range]").value;
      return frame * control.dataset.size + digit;
    }, 0);
  }

  function show() {
    const frame = chosen();
    slots.forEach(([, attribute, of], slot) => {
      if (of[frame] === of[shown]) return;
      if (attribute) nodes[slot].setAttribute(attribute, texts[of[frame]]);
      else nodes[slot].innerHTML = texts[of[frame]];
    });
    shown = frame;
  }

  function stand(input, value) {
    input.value = value;
    show();
  }

  const step = (input, by) => stand(input, +input.value + by);

  function halt() {
    clearInterval(timer);
    timer = 0;
    if (run) run.textContent = "Play";
    readout.setAttribute("aria-live", "polite");
  }

  function walk() {
    if (range.value === range.max) step(range, -range.max);
    run.textContent = "Pause";
    readout.setAttribute("aria-live", "off"); // or a screen reader would read every number on the way
    timer = setInterval(() => {
      if (+range.value + 1 >= +range.max) halt(); // before the last step, so that its numbers are read out
      step(range, 1);
    }, 200);
  }

  play.addEventListener("input", ({ target }) => {
    halt();
    if (target.type === "radio" && "replays" in (range?.dataset ?? {}) && moves()) {
      range.value = 0;
      walk();
    }
    show();
  });
  play.addEventListener("click", ({ target: button }) => {
    if (button === run) return timer ? halt() : walk();
    if (!button.dataset.step) return;
    halt();
    step(button.parentElement.querySelector("[type=range]"), +button.dataset.step);
  });
  play.querySelector(".ib-controls").hidden = false;
  play.querySelector(".ib-how").hidden = true;
  const { opens } = range?.dataset ?? {};
  if (opens && moves()) {
    stand(range, opens);
    let waits; // paper cannot play: a figure that waits to be played is printed as it was drawn
    addEventListener("beforeprint", () => {
      waits = range.value === opens;
      if (waits) stand(range, range.defaultValue);
    });
    addEventListener("afterprint", () => waits && stand(range, opens));
  }
  addEventListener("pageshow", show); // a browser may have kept what the reader chose before
}
