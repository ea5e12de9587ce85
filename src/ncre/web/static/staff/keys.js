// What the keys of the desk share: their switch, their help, and when a key is none of theirs. Without a script there are no keys.
const TYPED = "textarea, select, [contenteditable], input:not([type=checkbox]):not([type=radio])";
const ALONE = 60; // milliseconds
const keys = document.getElementById("keys");
const help = document.getElementById("key-help");
let waiting = 0;
let due = null; // what the key before does, unless another follows at once
let before = -ALONE;

// `meant` says what a key does now, or nothing; `escape` is called for Escape, also while somebody types.
export function listen(meant, escape) {
  if (!keys) return;
  keys.closest("label").hidden = false;
  keys.checked = stored() !== "off";
  keys.addEventListener("change", () => store(keys.checked ? "on" : "off"));
  const opener = document.querySelector("[data-key-help]");
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", (event) => pressed(event, meant, escape));
}

function pressed(event, meant, escape) {
  // An input method takes the key: 229 is how a browser says so before it composes.
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!keys.checked || event.repeat || help.open) return;
  if (event.key === "Escape" && escape) {
    escape();
    return;
  }
  if (event.target.closest(TYPED)) return;
  // A scanner types as a person never does: what is followed at once by another key is no key of the desk.
  const alone = event.timeStamp - before >= ALONE;
  before = event.timeStamp;
  clearTimeout(waiting);
  if (alone) acts(); // its time had come, and only the page was late
  due = null;
  const act = event.key === "?" ? () => help.showModal() : meant(event.key.toLowerCase(), event);
  if (!act) return;
  event.preventDefault();
  if (!alone) return;
  due = act;
  waiting = setTimeout(acts, ALONE);
}

function acts() {
  const act = due;
  due = null;
  if (act) act();
}

function stored() {
  try { return localStorage.getItem("ncre-keys"); } catch { return null; }
}

function store(value) {
  try { localStorage.setItem("ncre-keys", value); } catch { /* the browser keeps nothing: on again next time */ }
}
