// The offline desk with a network: whose list it is, what is sent, what is fetched, signing out. `desk.js` holds the rest.
"use strict";

let busy = false;

// Whoever is signed in works here; another's list goes, what the other has to send stays until the other sends it.
async function connect() {
  try {
    session = await askSession();
    ended = false;
  } catch (error) {
    ended = error instanceof Ended;
    session = null;
    return render();
  }
  const former = noted(CURRENT).account;
  if (former !== session.account) {
    if (former) {
      if (!vault) await load(former);
      await vault.forget(acts.length || told.length ? ["people", "meta"] : STORES);
      vault.database.close();
    }
    localStorage.setItem(CURRENT, JSON.stringify({ account: session.account, name: session.name }));
    show("", "", "");
    await load(session.account);
  }
  choices();
  render();
}

function choices() {
  const chosen = at("which-list").value;
  at("which-list").replaceChildren(...session.sites.flatMap((site) => [
    ...(site.confirms ? ["confirmation"] : []), ...site.days,
  ].map((one) => new Option(`${site.code} ${site.name} · ${one === "confirmation" ? says.to_confirm : one}`, `${site.code} ${one}`))));
  if (chosen) at("which-list").value = chosen;
}

async function send() {
  for (const batch of session ? batches(acts, most_acts) : []) {
    const answers = await sendBatch(session, batch);
    const sent = new Map(batch.acts.map((one) => [one[1].command.command_id, one]));
    const over = answers.filter((one) => one.outcome !== "later").map((one) => [one, sent.get(one.command_id)]);
    const news = over.filter(([one]) => one.outcome !== "done").map(([one, [, kept]]) => ({
      number: kept.number, name: kept.name, kind: kept.command.kind, done_at: kept.command.done_at,
      outcome: one.outcome, words: one.words, by: one.by, at: one.at,
    }));
    const ids = await vault.write(news.map((one) => ["told", null, one]), over.map(([, [id]]) => ["acts", id]));
    told.push(...news.map((one, place) => [ids[place], one]));
    const gone = new Set(over.map(([, [id]]) => id));
    acts = acts.filter(([id]) => !gone.has(id));
    render();
    await tidy();
    if (over.length < answers.length) throw new Error(says.later);
  }
}

async function sync(quiet = false) {
  if (busy) return;
  busy = true;
  try {
    await connect();
    if (!session || !acts.length) return;
    await send();
    tell(told.length ? says.sent_with_conflicts : says.sent, told.length ? "warn" : "");
  } catch (error) {
    if (error instanceof Ended) await connect();
    else if (error.refused || error.message === says.later) tell(error.message, "bad");
    else if (!quiet) tell(says.not_sent, "bad");
  } finally {
    busy = false;
    render();
  }
}

async function download() {
  await sync();
  if (!session || acts.length) return;
  tell(says.downloading);
  try {
    const [site, day] = at("which-list").value.split(" ");
    const got = await askPeople(session, site, day);
    const kept = told.map(([, one]) => ["told", null, one]);
    await vault.begin(Uint8Array.from(atob(got.key), (one) => one.charCodeAt(0)));
    const meta = { receipt: got.receipt, ends_at: got.ends_at, public_key: got.public_key, offset: Date.parse(got.receipt.made_at) - Date.now() };
    await vault.write([["meta", null, meta], ...got.people.map((person) => ["people", null, person]), ...kept]);
    await load(session.account);
    if (day === "confirmation") at("mode").value = "confirm";
    tell(filled(says.downloaded, { number: people.length }));
  } catch (error) {
    tell(error.refused ? error.message : says.not_downloaded, "bad");
  }
}

// Signing out wipes the device, unless another member of staff has something to send from it.
async function leave(anyway) {
  await sync();
  if (!session) return;
  if (acts.length && !anyway) {
    tell(filled(says.unsent_at_leaving, { number: acts.length }), "bad");
    at("leave-anyway").hidden = false;
    return;
  }
  const account = session.account;
  vault.database.close();
  await Vault.destroy(account);
  const unsent = noted(WAITING);
  delete unsent[account];
  const others = Object.keys(unsent).length > 0;
  acts = [];
  localStorage.setItem(WAITING, JSON.stringify(unsent));
  localStorage.removeItem(CURRENT);
  document.cookie = `ncre-unsent=1; path=/; samesite=strict; max-age=${others ? 31536000 : 0}`;
  at("sign-out").elements.csrf_token.value = session.token;
  at("sign-out").elements.unsent.value = others ? "keep" : "discard";
  at("sign-out").submit();
}

at("door").addEventListener("submit", (event) => {
  event.preventDefault();
  take(at("code").value);
});
at("mode").addEventListener("change", () => {
  show("", "", "");
  at("code").focus();
});
at("room").addEventListener("change", () => at("code").focus());
at("download").addEventListener("submit", (event) => {
  event.preventDefault();
  inOrder(download);
});
at("send").addEventListener("click", () => inOrder(() => sync()));
at("leave").addEventListener("click", () => inOrder(() => leave(false)));
at("leave-anyway").addEventListener("click", () => inOrder(() => leave(true)));
window.addEventListener("online", () => inOrder(() => sync(true)));
window.addEventListener("offline", render);
watchCamera(at("camera"), at("view"), at("fault"), (code) => {
  at("code").value = code;
  take(code);
});

async function start() {
  const { account } = noted(CURRENT);
  if (account) await load(account);
  if (navigator.serviceWorker) navigator.serviceWorker.register("/staff/offline/worker.js", { scope: "/staff/offline" }).catch(console.error);
  await sync(true);
  if (location.hash === "#unsent" && acts.length) tell(filled(says.unsent_at_leaving, { number: acts.length }), "bad");
  setInterval(() => inOrder(() => (navigator.onLine && acts.length ? sync(true) : endList())), 60000);
  document.documentElement.dataset.ready = "yes";
}

// Two tabs would not know of each other's acts.
navigator.locks.request("ncre-desk", { ifAvailable: true }, (lock) => {
  if (!lock) return tell(says.another_tab, "bad");
  return new Promise((_, reject) => start().catch(reject));
}).catch((error) => {
  console.error(error);
  tell(says.not_kept, "bad");
});
