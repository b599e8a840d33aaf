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

// A slider shows one of its figures at a time.
function choose({ target: input }) {
  const slider = input.closest(".ib-slider");
  if (!slider) return;
  const frames = [...slider.querySelectorAll(".ib-frame")];
  frames.forEach((frame, i) => (frame.hidden = i !== input.valueAsNumber));
  const { label } = frames[input.valueAsNumber].dataset;
  slider.querySelector("output").textContent = label;
  input.setAttribute("aria-valuetext", label);
}

addEventListener("input", choose);
