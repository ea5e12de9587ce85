// The door under a scanner: the field keeps the focus, verdicts come in the order of the scans, and none stands while
// another is asked for. Without this file the page works by typing and loading.
"use strict";

const form = document.getElementById("door");
const field = document.getElementById("code");
const result = document.getElementById("result");
const button = document.getElementById("camera");
const view = document.getElementById("view");
const fault = document.getElementById("camera-fault");

const GONE = 2000; // ms a code must be out of the camera's picture before it counts again

let line = Promise.resolve();
const repeats = doubleScans();
const spoken = document.getElementById("said");

form.addEventListener("submit", (asked) => {
  asked.preventDefault();
  ask(field.value);
});

function ask(code) {
  // At once, before any answer: the next scan replaces the text and never meets a half typed one.
  field.focus();
  field.select();
  if (repeats.again(code) || code.trim() === "") return;
  show("checking", form.dataset.checking);
  line = line.then(() => answer(code));
}

async function answer(code) {
  show("checking", form.dataset.checking);
  const asked = new FormData(form);
  asked.set("code", code);
  let got, page;
  try {
    got = await fetch(form.action, { method: "POST", body: new URLSearchParams(asked), redirect: "follow", signal: AbortSignal.timeout(10000) });
    page = new DOMParser().parseFromString(await got.text(), "text/html");
  } catch {
    repeats.forget();
    show("bad", form.dataset.failed);
    return;
  }
  const verdict = page.querySelector("#said .verdict");
  if (!verdict) {
    const heading = page.querySelector("h1");
    show("bad", got.redirected ? form.dataset.ended : `${form.dataset.failed} ${heading ? heading.textContent : ""}`);
    return;
  }
  for (const name of ["csrf_token", "command_id"]) {
    form.elements[name].value = page.querySelector(`#door [name=${name}]`).value;
  }
  say(verdict);
  const person = page.getElementById("person");
  if (person) result.append(document.adoptNode(person));
  // On a phone the verdict would stand below the fold.
  if (result.getBoundingClientRect().bottom > window.innerHeight) form.scrollIntoView();
}

// One live region stays in the page, so that a screen reader speaks what comes into it.
function say(verdict) {
  for (const old of result.querySelectorAll(".note, #person")) old.remove();
  spoken.replaceChildren(document.adoptNode(verdict));
}

function show(look, words) {
  const verdict = document.createElement("section");
  verdict.className = `verdict ${look}`;
  verdict.id = "verdict";
  const heading = document.createElement("h2");
  heading.textContent = words;
  verdict.append(heading);
  say(verdict);
}

field.focus();
field.select();
if (form.elements.room) form.elements.room.addEventListener("change", () => field.focus());

if ("BarcodeDetector" in window && navigator.mediaDevices) button.hidden = false;

let stream = null;
const start = button.textContent;

button.addEventListener("click", async () => {
  fault.textContent = "";
  if (stream) return stop();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    fault.textContent = fault.dataset.denied;
    return;
  }
  button.textContent = button.dataset.stop;
  view.srcObject = stream;
  view.hidden = false;
  await view.play();
  look(new BarcodeDetector({ formats: ["qr_code", "code_128"] }), { code: "", at: 0 });
});

function stop() {
  stream.getTracks().forEach((track) => track.stop());
  stream = null;
  view.hidden = true;
  button.textContent = start;
}

async function look(detector, seen) {
  if (!stream) return;
  const [found] = await detector.detect(view).catch(() => []);
  const now = performance.now();
  if (found) {
    if (found.rawValue !== seen.code || now - seen.at > GONE) {
      field.value = found.rawValue;
      ask(found.rawValue);
    }
    seen = { code: found.rawValue, at: now };
  }
  requestAnimationFrame(() => look(detector, seen));
}
