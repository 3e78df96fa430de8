// While a code is looked for, shows what the camera sees; without scripts the same form waits without a view.
const form = document.getElementById("code");
const [button, state, view] = ["button", ".state", ".view"].map((each) => form.querySelector(each));
const { source, found, looking, again } = form.dataset;
const LONGEST_MS = 20000;

const sentence = (text) => text && `${text[0].toUpperCase()}${text.slice(1)}.`;

async function inWords({ code, values, detail }) {
  const message = encodeURIComponent(JSON.stringify({ code, values, text: detail }));
  const answer = await fetch(`/words?message=${message}`);
  return sentence(answer.ok ? await answer.text() : detail);
}

async function watch(signal) {
  const image = view.querySelector("img");
  for (let sequence = -1; !signal.aborted;) {
    const answer = await fetch(`/live.jpg?after=${sequence}`, { signal });
    if (answer.status !== 200) return;
    sequence = Number(answer.headers.get("X-Frame-Sequence"));
    const url = URL.createObjectURL(await answer.blob());
    image.src = url;
    await image.decode().catch(() => {});
    URL.revokeObjectURL(url);
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const ends = new AbortController();
  button.disabled = true;
  view.hidden = false;
  state.textContent = looking;
  watch(ends.signal).catch(() => {});
  try {
    const answer = await fetch(source, { method: "POST", signal: AbortSignal.timeout(LONGEST_MS) });
    const said = await answer.json();
    if (answer.ok) location.assign(`${found}?q=${encodeURIComponent(said.text)}`);
    else state.textContent = await inWords(said);
  } catch {
    state.textContent = again;
  } finally {
    ends.abort();
    view.hidden = true;
    button.disabled = false;
  }
});
