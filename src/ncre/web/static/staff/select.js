// The keys of the queue and the contact sheet: J and K move, X selects, O opens, A and R lead to the preview. Boxes and buttons do the same.
import { listen } from "./keys.js";

const cases = [...document.querySelectorAll("[data-case]")];
const form = document.getElementById("selection");
const told = document.querySelector("[data-count]");
let at = -1;

if (form) {
  listen(meant);
  document.addEventListener("change", count);
  window.addEventListener("pageshow", count);
  document.addEventListener("focusin", (event) => {
    const found = cases.indexOf(event.target.closest("[data-case]"));
    if (found >= 0) mark(found);
  });
}

function meant(key, event) {
  if (key === "enter" && event.target.matches("[data-case] input")) return open;
  return { j: () => move(1), k: () => move(-1), x: select, o: open, a: () => send("approve"), r: () => send("reject") }[key];
}

function move(by) {
  mark(Math.min(Math.max(at + by, 0), cases.length - 1));
  box().focus({ preventScroll: true });
  cases[at].scrollIntoView({ block: "center" });
}

function mark(place) {
  if (at >= 0) cases[at].classList.remove("at");
  at = place;
  cases[at].classList.add("at");
}

function box() {
  return cases[at].querySelector("input[type=checkbox]");
}

function select() {
  if (at >= 0) box().click();
}

function open() {
  if (at >= 0) cases[at].querySelector("[data-open-case]").click();
}

// What is selected; where nothing is, the case that the keys stand at.
function send(step) {
  if (!chosen() && at >= 0) box().click();
  if (chosen()) form.requestSubmit(form.querySelector(`button[value="${step}"]`));
}

function chosen() {
  return form.elements.all.checked ? cases.length : cases.filter((one) => one.querySelector("input").checked).length;
}

function count() {
  const number = cases.filter((one) => one.querySelector("input").checked).length;
  told.textContent = told.dataset.count.replace("{count}", number);
}
