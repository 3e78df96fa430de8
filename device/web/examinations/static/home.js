import { bindFinding } from "./finding.js";
import { bindZoom } from "./zoom.js";

const byId = (id) => document.getElementById(id);
const words = byId("words").dataset;
const live = byId("live"), cameraState = byId("camera-state");
const button = byId("press"), state = byId("state");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const SHORTEST_MS = 100;   // the live view shows at most ten frames a second
const AGAIN_MS = 1000;     // after a failure
const LONGEST_MS = 15000;

// No request may leave the page waiting for ever.
async function ask(path, options = {}) {
  const response = await fetch(path, { signal: AbortSignal.timeout(LONGEST_MS), ...options });
  if (response.status === 401) location.reload();   // the session has ended: the device asks for the PIN
  return response;
}
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const visible = () => document.visibilityState === "visible" ? Promise.resolve() :
  new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));

// The device's sentences begin small, since its log quotes them behind a colon.
const sentence = (text) => text && text[0].toUpperCase() + text.slice(1);

// What the device tells in English, in the page's language.
const translations = new Map();
async function translate({ code, values, text }) {
  if (document.documentElement.lang === "en") return text;
  const message = JSON.stringify({ code, values, text });
  if (!translations.has(message)) {
    const response = await ask(`/words?message=${encodeURIComponent(message)}`).catch(() => null);
    if (!response?.ok) return text;
    translations.set(message, await response.text());
  }
  return translations.get(message);
}
const problemOf = ({ code, values, detail }) => ({ code, values, text: detail });

function say(text, kind = "") {
  state.textContent = sentence(text);
  state.dataset.kind = kind;
}

// Told five times a second: only a change is written, so that a screen reader isn't kept talking.
async function showFocus({ focus, advice }) {
  byId("focus").value = focus;
  const hint = advice[0] ? await translate(advice[0]) : focus < 0.4 ? words.closer : "";
  if (byId("advice").textContent !== hint) byId("advice").textContent = hint;
}

async function show(response) {
  const url = URL.createObjectURL(await response.blob());
  live.src = url;
  await live.decode().catch(() => {});
  URL.revokeObjectURL(url);
}

async function watch() {
  let sequence = -1;
  cameraState.hidden = false;
  for (;;) {
    await visible();
    try {
      const [response] = await Promise.all([ask(`/live.jpg?after=${sequence}`), pause(SHORTEST_MS)]);
      if (response.ok && response.status !== 204) {
        sequence = Number(response.headers.get("X-Frame-Sequence"));
        await show(response);
        cameraState.hidden = true;
        continue;
      }
      const problem = response.status === 204 ? null : await response.json();
      cameraState.textContent = problem ? `${words.blind} ${sentence(await translate(problemOf(problem)))}` : words.waiting;
      sequence = -1;
    } catch {
      cameraState.textContent = words.silent;
      sequence = -1;
    }
    cameraState.hidden = false;
    await pause(AGAIN_MS);
  }
}

async function replace(id, path) {
  const response = await ask(path);
  if (!response.ok) throw new Error(response.statusText);
  byId(id).innerHTML = await response.text();
  bindFinding(byId(id));
  bindZoom(byId(id));
}

// One after the other: the answer to a press and its event come together.
let shown = byId("finding").querySelector("article")?.dataset.id ?? "", refreshing = Promise.resolve();

const inTurn = (work) => refreshing = refreshing.then(work, work);

// Whose the next press is, and beside the view nothing of somebody else.
async function showNewest() {
  await replace("visit", "/visit/bar");
  await replace("finding", "/finding");
  await replace("history", "/history/newest");
  shown = byId("finding").querySelector("article")?.dataset.id ?? "";
}

const refresh = (examinationId, again = false) => inTurn(async () => {
  if (examinationId === shown && !again) return;
  await showNewest();
  // On a phone the finding is below the view.
  byId("finding").scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
});

// What was missed while the page wasn't connected; what stands as it stood isn't drawn anew.
async function catchUp() {
  await replace("visit", "/visit/bar");
  const newest = await (await ask("/finding")).text();
  if ((newest.match(/data-id="([^"]*)"/)?.[1] ?? "") !== shown) await showNewest();
}

// A tab that nobody sees keeps no connection; it catches up when it is looked at again.
async function listen() {
  await visible();
  const events = new EventSource("/api/v1/events");
  const leave = () => { events.close(); listen(); };
  document.addEventListener("visibilitychange", leave, { once: true });
  events.addEventListener("open", () => { say(""); inTurn(catchUp).catch(() => {}); });
  events.addEventListener("error", () => {
    say(words.lost, "fault");
    // The browser tries again by itself, unless it was turned away.
    if (events.readyState !== EventSource.CLOSED) return;
    document.removeEventListener("visibilitychange", leave);
    setTimeout(listen, 5 * AGAIN_MS);
  });
  events.addEventListener("busy", () => say(words.looking, "busy"));
  events.addEventListener("quality", (event) => showFocus(JSON.parse(event.data)));
  events.addEventListener("fault", async (event) => say(await translate(JSON.parse(event.data)), "fault"));
  events.addEventListener("visit", () => inTurn(showNewest));
  events.addEventListener("examination", async (event) => {
    const { id, withheld } = JSON.parse(event.data);
    // Its opinion was said elsewhere.
    const again = !withheld && byId("finding").querySelector("[data-withheld]") !== null;
    await refresh(id, again).catch(() => {});
    say("");
  });
}

button.form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.disabled) return;
  button.disabled = true;
  say(words.looking, "busy");
  try {
    const response = await ask("/api/v1/press", { method: "POST" });
    const answer = await response.json();
    if (response.ok) { await refresh(answer.id); say(""); } else say(await translate(problemOf(answer)), "fault");
  } catch {
    say(words.again, "fault");
  } finally {
    button.disabled = false;
    button.focus({ preventScroll: true });
  }
});

// Whose it is, in one tap and without leaving the view.
byId("finding").addEventListener("submit", async (event) => {
  if (!event.target.matches(".offers")) return;
  event.preventDefault();
  const said = new FormData(event.target, event.submitter);
  try {
    const response = await ask(event.target.action, { method: "POST", body: new URLSearchParams(said) });
    if (!response.ok) throw new Error(response.statusText);
    await inTurn(showNewest);
  } catch {
    say(words.again, "fault");
  }
});

// Space and Enter press from anywhere, for a keyboard or pedal in the dark.
document.addEventListener("keydown", (event) => {
  if (event.target !== document.body || event.repeat || ![" ", "Enter"].includes(event.key)) return;
  event.preventDefault();
  button.click();
});

bindFinding(document);
bindZoom(document);
listen();
watch();
