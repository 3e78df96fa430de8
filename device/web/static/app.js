// What every page does when scripts may run: times in the viewer's own zone, and a page for when the device is away.
const pad = (number) => String(number).padStart(2, "0");

export function showTimes(root) {
  for (const each of root.querySelectorAll("time[datetime*='T']")) {
    const moment = new Date(each.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    each.textContent = `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())} ` +
      `${pad(moment.getHours())}:${pad(moment.getMinutes())}`;
  }
}

showTimes(document);
// Parts of pages are put in later.
new MutationObserver((changes) => changes.forEach(({ addedNodes }) =>
  addedNodes.forEach((node) => node.querySelectorAll && showTimes(node)))).observe(document.body, { childList: true, subtree: true });

// Days of a search are those of the viewer.
for (const each of document.querySelectorAll("input[name='zone']")) each.value = Intl.DateTimeFormat().resolvedOptions().timeZone;

// Whoever saves something stays where they were, also when the page comes anew.
const PLACE = "place", here = location.pathname + location.search;
document.addEventListener("submit", ({ target }) => {
  if (target.method === "post") sessionStorage.setItem(PLACE, JSON.stringify([here, scrollY]));
});
const place = JSON.parse(sessionStorage.getItem(PLACE) ?? "[]");
sessionStorage.removeItem(PLACE);
if (place[0] === here && !location.hash) scrollTo(0, place[1]);

// Only over HTTPS and on the device itself; elsewhere browsers have none.
// Another language is another worker, which fetches the page for when the device is away anew.
if ("serviceWorker" in navigator) navigator.serviceWorker.register(`/worker.js?language=${document.documentElement.lang}`).catch(() => {});
