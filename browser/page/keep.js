// Keeps the page in the browser, so that it opens without a network.

const WORKER = 'service-worker.js';

/** Register the worker that keeps the page: shows `notKept` where none may, and `newer` when there is one. */
export async function keepForLater(site, {notKept, newer}) {
  if (!('serviceWorker' in navigator)) return showNotKept(site, notKept);
  const {serviceWorker} = navigator;
  try {
    await controlled(await serviceWorker.register(WORKER, {updateViaCache: 'none'}));
  } catch {
    // The page works all the same.
    return showNotKept(site, notKept);
  }
  serviceWorker.addEventListener('controllerchange', () => {
    newer.hidden = false;
    newer.querySelector('button').addEventListener('click', () => location.reload());
  });
}

// Wait until the worker serves this page, however long its files take to come; throws when it can't be.
async function controlled({installing, waiting, active}) {
  const {serviceWorker} = navigator;
  const address = new URL(WORKER, location).href;
  // On a device its own worker, for all of its pages, may serve this one before.
  const serves = () => serviceWorker.controller?.scriptURL === address;
  if (serves()) return;
  const worker = installing ?? waiting ?? active;
  await new Promise((resolve, reject) => {
    serviceWorker.addEventListener('controllerchange', () => serves() && resolve());
    worker.addEventListener('statechange', () => worker.state === 'redundant' && reject(new Error('not kept')));
    if (serves()) resolve();
  });
}

// Browsers keep nothing of a site whose connection they don't trust.
function showNotKept({trust}, notKept) {
  notKept.hidden = false;
  if (trust) Object.assign(notKept.querySelector('a'), {href: trust, hidden: false});
}
