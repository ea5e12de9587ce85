// An export that goes on: how far it is shows without loading the page anew, which happens once the file is there; so
// whoever reads the page keeps their place. Without this script there is a link.
"use strict";
const EVERY = 2000;
const working = document.querySelector("[data-goes-on]");

async function ask() {
  try {
    const answer = await fetch(location.href, {cache: "no-store"});
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector("[data-goes-on]");
    if (answer.ok && now === null) {
      location.reload();
      return;
    }
    if (now !== null) show(now);
  } catch {
    // No network at the moment: it is asked again.
  }
  setTimeout(ask, EVERY);
}

function show(now) {
  const [said, says] = [working, now].map((one) => one.querySelector("[role=status]"));
  if (said.textContent !== says.textContent) said.textContent = says.textContent;
  const [bar, its] = [working, now].map((one) => one.querySelector("progress"));
  [bar.max, bar.value] = [its.max, its.value];
}

setTimeout(ask, EVERY);
