// The offline desk: who is expected, what is scanned, what was done, and what became of it once there is a network.
// Nothing is said to be done before the device has kept it.
"use strict";

const { words, admits, halted, by_a_person, opens, closes, most_acts, says } = JSON.parse(document.getElementById("settled").textContent);
const at = (id) => document.getElementById(id);
const filled = (text, slots) => text.replace(/\{(\w+)\}/g, (_, name) => slots[name]);

const CURRENT = "ncre-desk"; // which account works here
const WAITING = "ncre-desk-unsent"; // acts to send, by account
const noted = (name) => JSON.parse(localStorage.getItem(name) || "{}");

let session = null, ended = false, vault = null, list = null, examine = null, shown = null;
let people = [], acts = [], told = [];
const byNumber = new Map(), entries = {};
const now = () => Date.now() + (list ? list.offset : 0);

function tell(text, look = "") {
  at("notice").textContent = text;
  at("notice").className = text ? `note ${look}` : "";
}

// ---- what the device keeps

async function load(account) {
  vault = await Vault.open(account);
  people = acts = told = [];
  list = null;
  if (vault.key) {
    acts = await vault.all("acts");
    told = await vault.all("told");
    const [meta] = await vault.all("meta");
    list = meta ? meta[1] : null;
    people = list ? await vault.all("people") : [];
  }
  index();
  await endList();
}

function index() {
  byNumber.clear();
  for (const name of Object.keys(entries)) delete entries[name];
  for (const record of people) {
    const [, person] = record;
    for (const number of [person.number, ...person.seats.map((seat) => seat.ticket)]) byNumber.set(number, record);
    for (const [ticket, when] of Object.entries(person.entered)) entries[ticket] = { at: when };
  }
  examine = list && ticketReader(list.public_key, (number) => (byNumber.get(number) || [])[1]);
  const rooms = [...new Set(people.flatMap(([, person]) => person.seats.map((seat) => seat.room)))].sort();
  at("room").replaceChildren(at("room").options[0], ...rooms.map((room) => new Option(room, room)));
  render();
}

// What nobody needs any more is unreadable from then on.
async function tidy() {
  if (vault.key && !list && !acts.length && !told.length) await vault.forget(STORES);
}

// A list that is over is wiped; what waits to be sent keeps its key until it is sent.
async function endList() {
  if (!list || now() <= Date.parse(list.ends_at)) return;
  await vault.forget(["people", "meta"]);
  list = null;
  people = [];
  await tidy();
  index();
  show("warn", says.over, "");
  tell(says.over, "warn");
}

function render() {
  const unsent = noted(WAITING);
  const mine = noted(CURRENT);
  if (mine.account) unsent[mine.account] = { number: acts.length, name: mine.name };
  for (const one of Object.keys(unsent)) if (!unsent[one].number) delete unsent[one];
  localStorage.setItem(WAITING, JSON.stringify(unsent));
  const all = Object.values(unsent).reduce((sum, one) => sum + one.number, 0);
  document.cookie = `ncre-unsent=${all}; path=/; samesite=strict; max-age=${all ? 31536000 : 0}`;
  const others = Object.entries(unsent).filter(([one]) => one !== mine.account).map(([, one]) => one);
  at("network").textContent = !navigator.onLine ? says.offline : ended ? says.ended : session ? says.online : says.connecting;
  at("network").className = navigator.onLine && session ? "badge" : "badge warn";
  at("sign-in").hidden = !ended;
  at("about").textContent = list ? filled(says.about, { name: mine.name, site: list.receipt.site, number: people.length, at: exam(list.receipt.made_at), until: exam(list.ends_at) }) : says.none;
  at("unsent").textContent = filled(says.unsent, { number: acts.length });
  at("others").textContent = others.map((one) => filled(says.others, one)).join(" ");
  at("prepare").hidden = !session;
  at("work").hidden = !list;
  at("send").disabled = !session || !acts.length;
  at("leave").disabled = !session;
  at("leave-anyway").hidden = true;
  at("told").replaceChildren(...told.map(conflict));
  at("conflicts").hidden = !told.length;
}

// ---- conflicts, until they are acknowledged

function conflict([id, one]) {
  const line = document.createElement("li"), text = document.createElement("p"), button = document.createElement("button");
  const who = one.by ? filled(says.by, one) : "";
  text.textContent = `${one.number} ${one.name} · ${says[one.kind]} ${exam(one.done_at)}：${says[one.outcome]} ${who} ${one.words}`;
  button.className = "button second";
  button.textContent = says.acknowledge;
  button.setAttribute("aria-label", `${says.acknowledge} ${one.number} ${says[one.kind]}`);
  button.addEventListener("click", async () => {
    await vault.write([], [["told", id]]);
    told = told.filter(([other]) => other !== id);
    await tidy();
    render();
  });
  line.append(text, button);
  return line;
}

// ---- scanning

// At the door nobody is shown for longer than it takes to compare them; a confirmation takes longer.
const fading = () => (at("mode").value === "confirm" ? "" : " fades");

function show(look, heading, text, record = null, ruled = null, code = "") {
  const verdict = document.createElement("section");
  verdict.id = "verdict";
  verdict.className = `verdict ${look}${fading()}`;
  for (const [tag, line] of [["h2", heading], ["p", text]]) {
    if (!line) continue;
    const element = document.createElement(tag);
    element.textContent = line;
    verdict.append(element);
  }
  at("said").replaceChildren(verdict);
  shown = record && { record, ruled, code };
  card(record && record[1], ruled);
}

function card(person, ruled) {
  const confirming = at("mode").value === "confirm";
  at("person").hidden = !person;
  at("confirm").hidden = !(person && confirming && !person.confirmed);
  at("admit").hidden = !(person && !confirming && ruled && ruled.seat && by_a_person.includes(ruled.verdict));
  at("revoke").hidden = !(person && !confirming && ruled && ruled.seat && entries[ruled.seat.ticket]);
  const face = at("face");
  if (face.src) URL.revokeObjectURL(face.src);
  face.removeAttribute("src");
  if (!person) return;
  at("person").className = "at-door";
  void at("person").offsetWidth; // the time until it fades begins anew
  at("person").className += fading();
  face.hidden = !person.photo;
  at("faceless").hidden = Boolean(person.photo);
  if (person.photo) face.src = URL.createObjectURL(new Blob([Uint8Array.from(atob(person.photo), (one) => one.charCodeAt(0))], { type: "image/jpeg" }));
  at("name").textContent = person.name;
  at("which").textContent = `${person.document} · ${person.number}`;
  at("seats").replaceChildren(...person.seats.map((seat) => {
    const line = document.createElement("li");
    line.textContent = `${hall(seat)} ${seat.room} ${filled(says.seat, { seat: String(seat.seat).padStart(2, "0") })} · ${seat.subject} · ${exam(seat.starts_at, { dateStyle: "short", timeStyle: "short" })}`;
    return line;
  }));
}

async function check(code) {
  await endList();
  if (!examine) return show("bad", says.none, "");
  const [paper, person] = await examine(code);
  const record = person && byNumber.get(person.number);
  if (at("mode").value === "confirm") return confirming(paper, record, code);
  const ruled = ruleAt(paper, person, now(), { entries, room: at("room").value, opens, closes });
  const good = admits.includes(ruled.verdict);
  if (good) await enter(record, ruled, code, false);
  const look = good ? "good" : halted.includes(ruled.verdict) ? "bad" : "warn";
  show(look, good ? says.admit : says.halt, filled(words[ruled.verdict], ruled), record, ruled, code);
}

function confirming(paper, record, code) {
  if (!record) return show("bad", says.halt, words[paper]);
  const [, person] = record;
  if (person.confirmed) return show("warn", says.confirmed_before, "", record);
  if (paper === "outdated") return show("warn", says.compare, words.outdated, record, null, code);
  show("warn", says.compare, "", record, null, code);
}

// ---- what was done: kept first, said afterwards

async function act(record, kind, more, changed) {
  const [id, person] = record;
  const command = { command_id: crypto.randomUUID(), kind, registration: person.id, done_at: new Date(now()).toISOString(), seen: person.version, ...more };
  const kept = { receipt: list.receipt, command, number: person.number, name: person.name };
  const after = { ...person, ...changed };
  const [place] = await vault.write([["acts", null, kept], ["people", id, after]]);
  acts.push([place, kept]);
  Object.assign(person, changed);
  render();
}

async function enter(record, ruled, code, byPerson) {
  const when = new Date(now()).toISOString();
  const entered = { ...record[1].entered, [ruled.seat.ticket]: when };
  await act(record, "enter", { code, room: at("room").value, by_a_person: byPerson }, { entered });
  entries[ruled.seat.ticket] = { at: when };
}

async function revoke(record, ruled) {
  const entered = { ...record[1].entered };
  delete entered[ruled.seat.ticket];
  await act(record, "revoke", { ticket: ruled.seat.ticket }, { entered });
  delete entries[ruled.seat.ticket];
}

// Scan by scan, in their order; nobody stands there while another is asked about.
const repeats = doubleScans();
let line = Promise.resolve();

function take(code) {
  const field = at("code");
  field.focus();
  field.select();
  if (repeats.again(code) || code.trim() === "") return;
  inOrder(() => check(code));
}

function inOrder(work) {
  line = line.then(async () => {
    try {
      await work();
    } catch (error) {
      console.error(error);
      show("bad", says.not_kept, "");
    }
  });
}

function pressed(id, work) {
  at(id).addEventListener("click", () => {
    const { record, ruled, code } = shown;
    at(id).hidden = true; // a second press is no second act
    inOrder(async () => {
      await work(record, ruled, code);
      at("code").focus();
      at("code").select();
    });
  });
}

pressed("confirm", async (record) => {
  await act(record, "confirm", {}, { confirmed: true });
  show("good", says.confirmed, "", record);
});
pressed("admit", async (record, ruled, code) => {
  await enter(record, ruled, code, true);
  show("good", says.entered, "", record, ruled);
});
pressed("revoke", async (record, ruled) => {
  await revoke(record, ruled);
  show("warn", says.revoked, "", record);
});
