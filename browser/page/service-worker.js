// Keeps the files of the page, and nothing else: no picture ever comes by here. The build puts in front
// of this which files there are, with the hash of each: `FILES`, and a name for all of them, `VERSION`.
/* global FILES, VERSION */

const PREFIX = 'dermapoint-try-';
const address = (name) => new URL(name, self.registration.scope).href;
// Of the runtime there are two; a browser fetches the one that it can run, which is kept then.
const isOptional = (name) => name.startsWith('litert/litert_wasm');

self.addEventListener('install', (event) => {
  event.waitUntil(install().then(() => self.skipWaiting()));
});

async function install() {
  const cache = await caches.open(PREFIX + VERSION);
  await Promise.all(
    Object.entries(FILES).map(async ([name, hash]) => {
      const known = await knownBefore(name, hash);
      if (known) await cache.put(address(name), known);
      else if (!isOptional(name)) await cache.put(address(name), await fetchFile(name, hash));
    }),
  );
}

async function fetchFile(name, hash) {
  const answer = await fetch(address(name), {cache: 'no-cache'});
  // A device sends whoever isn't logged in elsewhere.
  if (!answer.ok || answer.redirected) throw new Error(`${name}: ${answer.status}`);
  const headers = new Headers(answer.headers);
  headers.set('X-Hash', hash);
  return new Response(await answer.blob(), {headers});
}

// A file that didn't change since the version before isn't fetched again.
async function knownBefore(name, hash) {
  const known = await caches.match(address(name));
  return known?.headers.get('X-Hash') === hash ? known : null;
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
  if (request.method === 'GET' && name in FILES) event.respondWith(answer(name));
});

async function answer(name) {
  const cache = await caches.open(PREFIX + VERSION);
  const known = await cache.match(address(name));
  if (known) return known;
  const fresh = await fetchFile(name, FILES[name]);
  await cache.put(address(name), fresh.clone());
  return fresh;
}
