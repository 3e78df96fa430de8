// Keeps the list of exports up to date while one is under way; without scripts the page loads itself anew.
const jobs = document.getElementById("jobs");
const said = document.getElementById("said");
const LOOK_MILLISECONDS = 1000;

function show(list) {
  const held = jobs.contains(document.activeElement) && document.activeElement.form?.getAttribute("action");
  jobs.innerHTML = list;
  if (held) jobs.querySelector(`form[action="${held}"] button`)?.focus();
}

async function look() {
  if (!jobs.querySelector('[data-progress="running"]')) return;
  try {
    const answer = await fetch(jobs.dataset.source);
    if (answer.ok && !answer.redirected) show(await answer.text());
  } catch {
    // The device is out of reach: the next look may find it again.
  }
  if (!jobs.querySelector('[data-progress="running"]')) said.textContent = said.dataset.done;
  setTimeout(look, LOOK_MILLISECONDS);
}

setTimeout(look, LOOK_MILLISECONDS);
