// The service worker: keeps the page and its files on the device, so that Taskhive opens without a network. It never touches the
// API. The build fills in what is in capitals; a changed file makes another worker, which waits until somebody reloads.
// Written by hand, since a library that precaches brings routing and strategies for what is two rules here.
const CACHE = "taskhive-__VERSION__";
const FILES = __FILES__;
const PAGES = __PAGES__;
/** The page is the same under all its addresses. */
const SHELL = "/tasks";

self.addEventListener("install", (event) => {
  // All of it or nothing, so that no page is ever half of one version and half of another.
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([SHELL, ...FILES].map((file) => new Request(file, { cache: "reload" })))));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener("message", ({ data }) => {
  if (data === "takeOver") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin) return;
  if (mode === "navigate" && PAGES.includes(pathname)) event.respondWith(kept(SHELL, event.request));
  else if (FILES.includes(pathname)) event.respondWith(kept(pathname, event.request));
});

async function kept(path, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("taskhive-") && name !== CACHE).map((name) => caches.delete(name)));
}
