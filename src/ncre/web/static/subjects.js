// Narrows the list of subjects down while somebody types, and keeps the choice in the address. Without this file the
// button 筛选科目 does it.
"use strict";

const form = document.getElementById("draft-form-subjects");
const found = document.getElementById("found");
const offers = [...document.querySelectorAll(".offer")];
const KEPT = ["find", "level", "free"];

// Where a site is chosen from a list that covers the page, the choice is final: its subjects follow at once.
if (form && matchMedia("(pointer: coarse)").matches) {
  form.elements.site.addEventListener("change", () => form.requestSubmit(form.querySelector("[name=show]")));
}

if (form && offers.length) {
  for (const name of KEPT) if (form.elements[name]) form.elements[name].addEventListener("input", narrow);
  form.addEventListener("change", (event) => { if (event.target.name === "subjects") { narrow(); address(); } });
}

function narrow() {
  if (!found) return;
  const words = plain(form.elements.find.value).split(/\s+/).filter(Boolean);
  const level = form.elements.level.value;
  const free = form.elements.free.checked;
  let shown = 0;
  for (const offer of offers) {
    const box = offer.querySelector("input");
    const fits = (!level || offer.dataset.level === level) && (!free || Number(offer.dataset.left) > 0)
      && words.every((word) => plain(offer.querySelector("b").textContent).includes(word));
    offer.hidden = !fits && !box.checked;
    if (!offer.hidden) shown += 1;
    if (fits && (words.length || level || free)) offer.closest("details").open = true;
  }
  found.textContent = words.length || level || free ? found.dataset.found.replace("{shown}", shown) : "";
  address();
}

function plain(text) {
  return text.normalize("NFKC").toLowerCase();
}

// So that refresh and back find the same list with the same ticks.
function address() {
  const said = new URLSearchParams(location.search);
  said.set("site", form.elements.site.value);
  said.delete("subjects");
  const ticked = offers.map((offer) => offer.querySelector("input")).filter((box) => box.checked);
  for (const box of ticked) said.append("subjects", box.value);
  if (!ticked.length) said.append("subjects", "");
  for (const name of KEPT) {
    const field = form.elements[name];
    const value = field ? (field.type === "checkbox" ? (field.checked ? field.value : "") : field.value) : "";
    if (value) said.set(name, value); else said.delete(name);
  }
  history.replaceState(null, "", `${location.pathname}?${said}`);
}
