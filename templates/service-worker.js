/* The service worker of version {{ version }}. Rule: it keeps nothing but the page that is shown when the server cannot be
reached. Pages come from the network, code and API do not even pass through here, so nothing it does can be stale. */

const CACHE = "holdfast-{{ version }}";
const LANGUAGES = {{ languages|list|tojson }};
const CHOICE = "/offline/chosen";

self.addEventListener("install", (event) => {
  straight(event);
  event.waitUntil(prepare());
});
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("message", (event) => event.waitUntil(choose(event.data)));
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate" && event.request.method === "GET") event.respondWith(page(event));
});

/** What is no page is not even asked about here, where the browser knows how: 150 files of a session's page each woke this
 * worker for nothing. */
function straight(event) {
  event.addRoutes?.({ condition: { not: { requestMode: "navigate" } }, source: "network" })?.catch(() => {});
}

async function prepare() {
  const cache = await caches.open(CACHE);
  await cache.addAll(LANGUAGES.map((language) => new Request(`/offline/${language}`, { cache: "reload" })));
  await self.skipWaiting();
}

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name.startsWith("holdfast-") && name !== CACHE);
  for (const name of old) await caches.delete(name);
  // Asks for the page while this worker is still starting: it costs no time.
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

/** What the last page spoke. */
async function choose(data) {
  if (!LANGUAGES.includes(data?.language)) return;
  await (await caches.open(CACHE)).put(CHOICE, new Response(data.language));
}

async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch (error) {
    return (await offline()) ?? Promise.reject(error);
  }
}

async function offline() {
  const cache = await caches.open(CACHE);
  const chosen = await (await cache.match(CHOICE))?.text();
  const browsers = self.navigator.language.split("-")[0];
  const language = [chosen, browsers].find((one) => LANGUAGES.includes(one)) ?? LANGUAGES[0];
  return cache.match(`/offline/${language}`);
}
