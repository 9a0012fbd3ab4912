// Keeps the static shell and the last published data for days without a network.
// Network first, so nothing goes stale while there is one. Searches are never kept: a POST is not
// touched, nor is any address with a query other than the language, nor what is not to be stored
// (pages of staff who are signed in). Pictures are kept once seen.
const CACHE = "geoportal-shell-{{ version }}";
const OFFLINE = {{ offline | tojson }};
const SHORTLISTED = "/api/v1/facilities/"; // asked for one by one by the shortlist only
const SHELL = {{ shell | tojson }};
const PAGES = new Set({{ pages | tojson }});
const DATA = new Set({{ data | tojson }});

const asStranger = (path) => new Request(path, { credentials: "omit" });
const isPublic = (response) => response.ok && !/no-store/.test(response.headers.get("Cache-Control") || "");

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([...SHELL, ...PAGES, ...DATA].map(asStranger))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

function kept(url) {
  if (url.pathname.startsWith("/static/")) return true;
  if (DATA.has(url.pathname + url.search)) return true;
  const parameters = Array.from(url.searchParams.keys());
  if (parameters.some((name) => name !== "lang")) return false;
  return PAGES.has(url.pathname) || url.pathname.startsWith(SHORTLISTED);
}

const found = (request) => caches.match(request, { ignoreVary: true })
  .then((held) => held || caches.match(new URL(request.url).pathname, { ignoreVary: true, ignoreSearch: true }));

/** What is shown without a network in place of a page that is not kept. */
const instead = (request) => (request.mode === "navigate" ? caches.match(OFFLINE, { ignoreVary: true }) : null);

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (!kept(url)) {
    if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => instead(request)));
    return;
  }
  event.respondWith(fetch(request).then((response) => {
    if (isPublic(response)) {
      const copy = response.clone();
      event.waitUntil(caches.open(CACHE).then((cache) => cache.put(request, copy)));
    }
    return response;
  }).catch(() => found(request)
    .then((held) => held || instead(request))
    .then((held) => held || Response.error())));
});
