// Keeps the page in the browser, so that it opens without a network.

const WORKER = 'service-worker.js';
const PATIENCE_MS = 15000;

/** Register the worker that keeps the page: shows `notKept` where none may, and `newer` when there is one. */
export async function keepForLater(site, {notKept, newer}) {
  if (!('serviceWorker' in navigator)) return showNotKept(site, notKept);
  const {serviceWorker} = navigator;
  // On a device its own worker, for all of its pages, may be there before.
  const address = new URL(WORKER, location).href;
  const isKept = () => serviceWorker.controller?.scriptURL === address;
  try {
    const change = new Promise((done) => serviceWorker.addEventListener('controllerchange', done, {once: true}));
    const wasKept = isKept();
    await serviceWorker.register(WORKER, {updateViaCache: 'none'});
    if (!wasKept) await within(PATIENCE_MS, isKept() ? null : change);
  } catch {
    // The page works all the same.
    return showNotKept(site, notKept);
  }
  serviceWorker.addEventListener('controllerchange', () => {
    newer.hidden = false;
    newer.querySelector('button').addEventListener('click', () => location.reload());
  });
}

// Browsers keep nothing of a site whose connection they don't trust.
function showNotKept({trust}, notKept) {
  notKept.hidden = false;
  if (trust) Object.assign(notKept.querySelector('a'), {href: trust, hidden: false});
}

function within(milliseconds, promise) {
  return Promise.race([promise, new Promise((_, fail) => setTimeout(fail, milliseconds))]);
}
