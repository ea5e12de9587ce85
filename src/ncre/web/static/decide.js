// The keys of the desk: A approve, R reject, N next, C confirm, digits for reasons. Without this file the buttons work.
"use strict";

const bar = document.querySelector("[data-decide]");
const picture = document.querySelector("img.photo");
const panel = document.getElementById("reject");
const keys = document.getElementById("keys");
const TYPED = "textarea, select, input:not([type=checkbox]):not([type=radio])";
const ALONE = 60; // milliseconds
let sent = false;
let waiting = 0;
let before = -ALONE;

for (const link of document.querySelectorAll("[data-open]")) {
  link.addEventListener("click", () => { document.getElementById(link.dataset.open).open = true; });
}

if (bar && keys) {
  keys.closest("label").hidden = false;
  keys.checked = stored() !== "off";
  keys.addEventListener("change", () => store(keys.checked ? "on" : "off"));
  document.addEventListener("keydown", pressed);
  for (const form of bar.querySelectorAll("form")) form.addEventListener("submit", once);
}

// A second press or click while the first is under way would be a decision about a case nobody looked at.
function once(event) {
  if (sent) event.preventDefault();
  sent = true;
}

window.addEventListener("pageshow", () => { sent = false; });

function pressed(event) {
  if (!keys.checked || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && panel && panel.open) {
    panel.open = false;
    return;
  }
  if (event.target.closest(TYPED)) return;
  const act = meant(event.key.toLowerCase());
  // A scanner types as a person never does: what is followed at once by another key is no key of the desk.
  clearTimeout(waiting);
  const alone = event.timeStamp - before >= ALONE;
  before = event.timeStamp;
  if (!act) return;
  event.preventDefault();
  if (alone) waiting = setTimeout(act, ALONE);
}

// What a key means now, or nothing.
function meant(key) {
  const reason = panel && panel.open ? panel.querySelector(`[data-key="${CSS.escape(key)}"]`) : null;
  if (reason) return () => reason.click();
  if (key === "r" && panel) return reject;
  const form = bar.querySelector(`form[data-press="${CSS.escape(key)}"]`);
  return form && seen() && !(panel && panel.open && key !== "n") ? () => form.requestSubmit() : null;
}

// Nothing is decided by a key before the face is on the screen.
function seen() {
  return !picture || (picture.complete && picture.naturalWidth > 0);
}

function reject() {
  panel.open = !panel.open;
  if (panel.open) panel.querySelector("input[type=checkbox]").focus();
}

function stored() {
  try { return localStorage.getItem("ncre-keys"); } catch { return null; }
}

function store(value) {
  try { localStorage.setItem("ncre-keys", value); } catch { /* the browser keeps nothing: on again next time */ }
}
