// Keeps the files of the page, and nothing else: no picture ever comes by here. The build puts in front
// of this which files there are, with the hash of each: `FILES`, and a name for all of them, `VERSION`.
/* global FILES, VERSION */

const PREFIX = 'dermapoint-try-';
const address = (name) => new URL(name, self.registration.scope).href;
// The large files come when the page asks for them, which shows how far they are; of the runtime there
// are two, and a browser asks for the one that it can run.
const comesOnUse = (name) => /^(litert\/litert_wasm|model\.)/.test(name);

self.addEventListener('install', (event) => {
  event.waitUntil(install().then(() => self.skipWaiting()));
});

async function install() {
  const cache = await caches.open(PREFIX + VERSION);
  await Promise.all(Object.entries(FILES).map(([name, hash]) => keep(cache, name, hash)));
}

// A file that didn't change since the version before isn't fetched again; one that was used then is needed now.
async function keep(cache, name, hash) {
  const known = await caches.match(address(name));
  if (known?.headers.get('X-Hash') === hash) return cache.put(address(name), known);
  if (known || !comesOnUse(name)) return cache.put(address(name), await fetchFile(name, hash));
}

async function fetchFile(name, hash) {
  const answer = await fetch(address(name), {cache: 'no-cache'});
  // A device sends whoever isn't logged in elsewhere.
  if (!answer.ok || answer.redirected) throw new Error(`${name}: ${answer.status}`);
  const headers = new Headers(answer.headers);
  headers.set('X-Hash', hash);
  return new Response(answer.body, {headers});
}

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith(PREFIX) && name !== PREFIX + VERSION))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const {request} = event;
  const name = request.url.split(/[?#]/)[0].replace(self.registration.scope, '') || 'index.html';
  if (request.method === 'GET' && name in FILES) event.respondWith(answer(name, event));
});

async function answer(name, event) {
  const cache = await caches.open(PREFIX + VERSION);
  const known = await cache.match(address(name));
  if (known) return known;
  const fresh = await fetchFile(name, FILES[name]);
  event.waitUntil(cache.put(address(name), fresh.clone()));
  return fresh;
}
