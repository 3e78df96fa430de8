// The page: asks the worker beside it, and shows what it answers.
import {Camera} from './camera.js';
import {showFinding} from './finding.js';
import {keepForLater} from './keep.js';
import {Words} from './words.js';

const LANGUAGE = 'language';
const find = (id) => document.getElementById(id);
document.documentElement.dataset.running = 'true';
const [site, texts] = await Promise.all(['site.json', 'words.json'].map(async (name) => (await fetch(name)).json()));
const words = new Words(texts, likedBest());
const camera = new Camera(find('video'));
let worker;
let asked = 0;
let shown = null;
let state = null;

// The language that was chosen here, else the device's or the first of the browser's that there is.
function likedBest() {
  const liked = [localStorage.getItem(LANGUAGE), ...(site.home ? [document.documentElement.lang] : navigator.languages)];
  const codes = liked.map((tag) => (tag ?? '').split('-')[0].toLowerCase());
  return codes.find((code) => code in texts.languages) ?? 'en';
}

function translate(root = document) {
  document.documentElement.lang = words.language;
  for (const each of root.querySelectorAll('[data-text]')) each.textContent = words.say(each.dataset.text);
  for (const each of root.querySelectorAll('[data-label]')) each.setAttribute('aria-label', words.say(each.dataset.label));
}

function tell(key, values = {}, kind = '') {
  state = {key, values, kind};
  find('state').textContent = key ? words.say(key, values) : '';
  find('state').dataset.kind = kind;
}

function progress(share) {
  find('progress').classList.toggle('idle', share === null);
  if (share !== null) find('progress').value = share;
}

function offerLanguages() {
  find('languages').replaceChildren(
    ...Object.entries(words.languages).map(([code, name]) => {
      const button = Object.assign(document.createElement('button'), {type: 'button', className: 'link', textContent: name, lang: code});
      if (code === words.language) button.setAttribute('aria-current', 'true');
      button.addEventListener('click', () => {
        localStorage.setItem(LANGUAGE, code);
        words.language = code;
        say();
      });
      return button;
    }),
  );
}

function say() {
  translate();
  offerLanguages();
  document.title = `${words.say('title')} · Dermapoint`;
  if (state) tell(state.key, state.values, state.kind);
  if (shown) showFinding(find('finding'), shown, site, words, translate);
}

function examine(picture, address) {
  shown?.release();
  asked += 1;
  tell('looking');
  progress(0);
  pictures.set(asked, address);
  worker.postMessage({task: 'examine', number: asked, picture}, picture instanceof Blob ? [] : [picture]);
}

const pictures = new Map();

const answers = {
  loading({share}) {
    tell('loading');
    progress(share);
  },
  ready() {
    tell('');
    progress(null);
    document.documentElement.dataset.ready = 'true';
  },
  looking({share}) {
    progress(share);
  },
  finding(answer) {
    const address = pictures.get(answer.number);
    tell('');
    progress(null);
    shown = {...answer, address, release: () => URL.revokeObjectURL(address)};
    showFinding(find('finding'), shown, site, words, translate);
    find('finding').scrollIntoView({block: 'nearest'});
  },
  view({focus, advice}) {
    find('focus').value = focus;
    find('advice').textContent = advice ? words.say(advice) : '';
    camera.busy = false;
  },
  fault({task, detail}) {
    camera.busy = false;
    progress(null);
    if (task === 'examine') tell('not_a_picture', {}, 'fault');
    else if (task === 'open') tell('cannot_run', {detail}, 'fault');
  },
};

for (const id of ['choose', 'take']) {
  find(id).addEventListener('change', ({target}) => {
    const [file] = target.files;
    if (file) examine(file, URL.createObjectURL(file));
    target.value = '';
  });
}

find('live').addEventListener('click', async () => {
  const on = !camera.running;
  try {
    await (on ? camera.start((frame) => worker.postMessage({task: 'look', picture: frame}, [frame])) : camera.stop());
  } catch {
    tell('no_camera', {}, 'fault');
    return;
  }
  find('viewer').hidden = !on;
  find('live').setAttribute('aria-pressed', String(on));
});

find('press').addEventListener('click', async () => {
  const {frame, address} = await camera.take();
  examine(frame, address);
});

say();
find('model').textContent = site.model.title;
if (site.home) find('home').href = site.home;
// First what keeps the page for later, so that the model comes once: into the cache, and from there.
await keepForLater(site, {notKept: find('not-kept'), newer: find('newer')});
worker = new Worker('worker.js');
worker.addEventListener('message', ({data}) => answers[data.kind](data));
worker.addEventListener('error', ({message}) => answers.fault({task: 'open', detail: message}));
worker.postMessage({task: 'open', manifest: site.model});
