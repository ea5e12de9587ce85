// What the offline desk asks of the service: who is signed in, the list, and what became of the acts it sends.
"use strict";

const SLOW = 30000; // ms

class Ended extends Error {}

async function asked(path, options = {}) {
  const got = await fetch(path, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(SLOW), ...options });
  if (got.type === "opaqueredirect") throw new Ended();
  if (got.ok) return got.json();
  const page = new DOMParser().parseFromString(await got.text(), "text/html");
  const words = page.querySelector("main");
  const error = new Error(words ? words.textContent.replace(/\s+/g, " ").trim() : String(got.status));
  error.refused = true;
  throw error;
}

const askSession = () => asked("/staff/offline/session");

// Portion by portion, until the list is whole.
async function askPeople(session, site, day) {
  let first = null, after = "";
  const people = [];
  do {
    const form = new URLSearchParams({ csrf_token: session.token, site, day, after });
    const portion = await asked("/staff/offline/people", { method: "POST", body: form });
    first ||= portion;
    people.push(...portion.people);
    after = portion.after || "";
  } while (after);
  return { ...first, people };
}

// Acts upon one list together, in their order, no more at once than the service takes.
function batches(acts, most) {
  const found = [];
  for (const [id, act] of acts) {
    const last = found.at(-1);
    if (last && last.receipt.signature === act.receipt.signature && last.acts.length < most) last.acts.push([id, act]);
    else found.push({ receipt: act.receipt, acts: [[id, act]] });
  }
  return found;
}

async function sendBatch(session, batch) {
  const body = JSON.stringify({ receipt: batch.receipt, acts: batch.acts.map(([, act]) => act.command) });
  const headers = { "Content-Type": "application/json", "X-CSRFToken": session.token };
  const { answers } = await asked("/staff/offline/sync", { method: "POST", headers, body });
  return answers;
}
