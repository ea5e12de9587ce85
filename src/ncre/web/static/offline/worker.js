// Keeps the page of the offline desk and its static files, and nothing else: no list, no answer, no other page.
// `SHELL` stands before this text; its version changes with any of the files.
"use strict";

const CACHE = `ncre-desk-${SHELL.version}`;
const PATIENCE = 4000; // ms: a network that answers later is taken for none

async function keepPage(cache) {
  const got = await fetch(SHELL.page, { cache: "no-store" });
  // A session that has ended leads to the sign-in page, which is not kept in its place.
  if (!got.ok || got.redirected) throw new Error("the page cannot be kept now");
  await cache.put(SHELL.page, got);
}

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(SHELL.files.map((file) => new Request(file, { cache: "reload" })));
    await keepPage(cache);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("ncre-desk-") && name !== CACHE) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

// The page comes from the network where there is one: whoever is not signed in any more is led to signing in.
async function page(request) {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    return (await caches.match(SHELL.page, { cacheName: CACHE })) || Response.error();
  }
}

async function file(request) {
  return (await caches.match(request, { cacheName: CACHE, ignoreSearch: true })) || fetch(request);
}

const FILES = new Set(SHELL.files.map((file) => new URL(file, self.location.href).pathname));

self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method !== "GET" || new URL(event.request.url).origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && path === SHELL.page) event.respondWith(page(event.request));
  else if (FILES.has(path)) event.respondWith(file(event.request));
});
