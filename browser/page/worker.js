// Does all the work of the page beside it. Classic and not a module, because the runtime asks for
// importScripts.
let parts;

async function open({manifest}) {
  const [network, picture, quality, decision] = await Promise.all(
    ['network', 'picture', 'quality', 'decision'].map((name) => import(`./${name}.js`)),
  );
  const progress = (share) => postMessage({kind: 'loading', share});
  parts = {...picture, ...quality, ...decision, manifest, network: await network.loadNetwork(manifest, progress)};
  await selfTest();
  postMessage({kind: 'ready'});
}

// Does the model answer here as it did where it was built?
async function selfTest() {
  const {picture, probabilities, tolerance} = parts.manifest.self_test;
  const bitmap = await parts.decode(await (await fetch(picture)).blob());
  const found = parts.decide(await parts.network.maps(parts.readField(bitmap)), parts.manifest, null);
  const isOff = Object.entries(probabilities).some(([code, value]) => !(Math.abs(found.probabilities[code] - value) <= tolerance));
  if (isOff) throw new Error('the model answers otherwise in this browser than where it was built');
}

async function examine({picture, number}) {
  const started = performance.now();
  const bitmap = picture instanceof Blob ? await parts.decode(picture) : picture;
  const field = parts.readField(bitmap);
  bitmap.close();
  const quality = parts.measure(field, parts.manifest.quality);
  const progress = (share) => postMessage({kind: 'looking', number, share});
  const finding = parts.decide(await parts.network.maps(field, progress), parts.manifest, quality.advice);
  postMessage({kind: 'finding', number, finding, quality, milliseconds: performance.now() - started});
}

function look({picture, number}) {
  const {measures, advice} = parts.measure(parts.readField(picture), parts.manifest.quality);
  picture.close();
  const {focusLevel, hint, manifest} = parts;
  postMessage({
    kind: 'view',
    number,
    focus: focusLevel(measures, manifest.quality),
    advice: advice ?? hint(measures, manifest.quality),
  });
}

const tasks = {open, examine, look};
let queue = Promise.resolve();

onmessage = ({data}) => {
  queue = queue
    .then(() => tasks[data.task](data))
    .catch((error) => postMessage({kind: 'fault', task: data.task, number: data.number, detail: String(error.message ?? error)}));
};
