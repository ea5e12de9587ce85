// What is typed into a form is kept by the server while it is typed. Without this file the form works, and what is
// sent and refused is kept all the same. The browser itself keeps nothing: its copy is the page.
"use strict";

const PAUSE = 600; // milliseconds after the last key
const SOONEST = 2_000; // between two saves while somebody types on
const LATEST = 30_000; // between two tries while there is no network
const LEFT = "ncre-draft-left";

for (const says of document.querySelectorAll("[data-draft]")) keep(says);

function keep(says) {
  const form = says.closest("form");
  let dirty = false;
  let touched = false;
  let busy = null;
  let offline = false;
  let wanted = false; // somebody pressed the button while there was no network
  let sent = false;
  let timer = 0;
  let last = 0;
  let wait = 1_000;

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", submits);
  document.addEventListener("click", leaves);
  window.addEventListener("beforeunload", beacon);
  window.addEventListener("pagehide", beacon);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") beacon(); });
  window.addEventListener("online", () => { if (dirty || busy) save(); }); // what is under way may have begun without a network
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  newest();

  function changed() {
    dirty = touched = true;
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(PAUSE, SOONEST - (Date.now() - last)));
  }

  function body() {
    const typed = new FormData(form);
    for (const [name, value] of [...typed]) if (typeof value !== "string") typed.delete(name);
    return typed;
  }

  function save() {
    clearTimeout(timer);
    if (busy) return busy.then(() => (dirty ? save() : undefined));
    if (sent) return Promise.resolve();
    dirty = false;
    last = Date.now();
    busy = send().finally(() => { busy = null; });
    return busy;
  }

  async function send() {
    let answer;
    try {
      answer = await fetch(says.dataset.draft, { method: "POST", body: body(), signal: AbortSignal.timeout(8_000) });
    } catch {
      offline = true;
      says.textContent = wanted ? says.dataset.waits : says.dataset.offline;
    }
    if (!answer || answer.status === 429 || answer.status >= 500) {
      dirty = true;
      timer = setTimeout(save, wait);
      wait = Math.min(2 * wait, LATEST);
      return;
    }
    wait = 1_000;
    const back = offline && wanted;
    offline = wanted = false;
    const told = await answer.json().catch(() => ({}));
    if (told.newer) newer(told);
    else says.textContent = back ? says.dataset.back : told.kept ? says.dataset.kept : "";
  }

  function newer(told) {
    const link = document.createElement("a");
    link.href = says.dataset.before + told.newer;
    link.textContent = says.dataset.look;
    says.replaceChildren(`${says.dataset.newer}${told.at} `, link);
  }

  // With a page that goes away. The server takes it or, where the form was sent meanwhile, passes over it.
  function beacon() {
    if (!dirty) return;
    if (navigator.sendBeacon(says.dataset.draft, body())) {
      dirty = false;
      remember("1");
    }
  }

  function submits(event) {
    if (event.defaultPrevented) return;
    if (offline || navigator.onLine === false) {
      event.preventDefault();
      event.stopImmediatePropagation();
      wanted = dirty = true;
      says.textContent = says.dataset.waits;
      save();
      return;
    }
    beacon();
    clearTimeout(timer);
    sent = true;
    setTimeout(() => { sent = false; }, 10_000); // the page still stands: it was not taken
  }

  // A link of this page waits for what is not kept yet, two seconds at the most.
  function leaves(event) {
    const link = event.target.closest("a[href]");
    if (!link || link.target || link.origin !== location.origin || event.defaultPrevented) return;
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.pathname === location.pathname && link.hash) return;
    if (!dirty && !busy) return;
    event.preventDefault();
    Promise.race([save(), new Promise((done) => setTimeout(done, 2_000))]).then(() => { location.href = link.href; });
  }

  // The last words of the page before may have come after this one was made.
  async function newest() {
    if (!remember()) return;
    remember("");
    const answer = await fetch(says.dataset.newest, { method: "POST", body: body() }).catch(() => null);
    const told = answer && answer.ok ? await answer.json().catch(() => ({})) : {};
    if (told.newest && told.newest !== says.dataset.shown && !touched) location.replace(says.dataset.path);
  }
}

// Whether the page before sent its last words while it went; the words themselves are kept nowhere here.
function remember(mark) {
  try {
    if (mark === undefined) return sessionStorage.getItem(LEFT);
    return mark ? sessionStorage.setItem(LEFT, mark) : sessionStorage.removeItem(LEFT);
  } catch {
    return null;
  }
}
