// A scanner is a keyboard that types a whole code at once and ends it with Enter or Tab. Fields with data-scan keep
// the focus, selected; keys that a scanner sends anywhere else never press a button or fill in another field.
"use strict";

const FAST = 60; // ms between two keys of a scanner; people need more
const SHORTEST = 12; // keys; a registration number has 14

const scanField = document.querySelector("[data-scan]");
// "burst": the page has other work too, so that a single key is left alone.
const always = scanField && scanField.dataset.scan !== "burst";
let burst = "";
let last = 0;

const typesText = (element) => element instanceof HTMLElement && element.matches("input:not([type=checkbox]):not([type=radio]), textarea");

// Numbers of our own papers: what a scanner types into another field by mistake.
function isOurs(text) {
  if (/[RT][12]\.\d{14}/i.test(text)) return true;
  const own = scanField.dataset.own;
  const number = /^(?:\][a-z]\w)?(\d{14}|\d{16})$/i.exec(text);
  return Boolean(number && (!own || number[1].startsWith(own) || number[1].startsWith(own, 2)));
}

function take(key) {
  key.preventDefault();
  key.stopImmediatePropagation();
}

function goesOn(key) {
  if (document.activeElement === scanField || typesText(document.activeElement)) return;
  if (!always && burst.length < 3) return;
  take(key);
  scanField.focus();
  scanField.value = burst;
}

function ends(key) {
  const text = burst;
  const other = document.activeElement;
  burst = "";
  if (text.length < SHORTEST) return;
  if (other === scanField) {
    if (key.key === "Enter") return;
    key.preventDefault(); // Tab as a suffix: the field keeps the focus
    scanField.form.requestSubmit();
    return;
  }
  if (typesText(other) && !isOurs(text)) return; // a receipt scanned into its own field
  take(key);
  if (typesText(other) && other.value.endsWith(text)) other.value = other.value.slice(0, -text.length);
  scanField.value = text;
  scanField.focus();
  scanField.form.requestSubmit();
}

if (scanField) {
  document.addEventListener("keydown", (key) => {
    const pause = key.timeStamp - last;
    if (["Shift", "CapsLock", "AltGraph"].includes(key.key)) return;
    last = key.timeStamp;
    if (key.key.length === 1 && !key.ctrlKey && !key.metaKey && !key.altKey) {
      burst = pause < FAST ? burst + key.key : key.key;
      goesOn(key);
    } else if ((key.key === "Enter" || key.key === "Tab") && pause < FAST * 2) {
      ends(key);
    } else {
      burst = "";
    }
  }, true);
  if (scanField.autofocus) {
    scanField.focus();
    scanField.select(); // the next scan replaces what was looked for before
  }
}

// What stands in the way of a scanner: Caps Lock, an input method.
const keyboard = document.getElementById("keyboard");
if (scanField && keyboard) {
  scanField.addEventListener("keydown", (key) => {
    if (!key.getModifierState) return;
    if (key.isComposing || key.key === "Process") keyboard.textContent = keyboard.dataset.method;
    else keyboard.textContent = key.getModifierState("CapsLock") ? keyboard.dataset.caps : "";
  });
  scanField.addEventListener("compositionstart", () => { keyboard.textContent = keyboard.dataset.method; });
}
