// The keys of a case: A approve, R reject, J or N next, K back, C confirm, digits for reasons. Without this file the buttons work.
import { listen } from "./keys.js";

const bar = document.querySelector("[data-decide]");
const picture = document.querySelector("img.photo");
const panel = document.getElementById("reject");
let sent = false;

for (const link of document.querySelectorAll("[data-open]")) {
  link.addEventListener("click", () => { document.getElementById(link.dataset.open).open = true; });
}

if (bar) {
  listen(meant, () => { if (panel) panel.open = false; });
  for (const form of bar.querySelectorAll("form[action]")) form.addEventListener("submit", once);
}

// A second press or click while the first is under way would be a decision about a case nobody looked at.
function once(event) {
  if (sent) event.preventDefault();
  sent = true;
}

window.addEventListener("pageshow", () => { sent = false; });

// What a key means now, or nothing.
function meant(key) {
  const reason = panel && panel.open ? panel.querySelector(`[data-key="${CSS.escape(key)}"]`) : null;
  if (reason) return () => reason.click();
  if (key === "r" && panel) return reject;
  if (key === "k") return () => document.querySelector(".back a").click();
  const step = key === "j" ? "n" : key;
  const form = bar.querySelector(`form[data-press="${CSS.escape(step)}"]`);
  return form && seen() && !(panel && panel.open && step !== "n") ? () => form.requestSubmit() : null;
}

// Nothing is decided by a key before the face is on the screen.
function seen() {
  return !picture || (picture.complete && picture.naturalWidth > 0);
}

function reject() {
  panel.open = !panel.open;
  if (panel.open) panel.querySelector("input[type=checkbox]").focus();
}
