// Says of each picture what the page's own modules say of it. Runs as a worker beside them.

async function hash(values) {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function whole(maps) {
  return new Float32Array(await new Blob(maps).arrayBuffer());
}

onmessage = async ({data: {addresses}}) => {
  try {
    const modules = ['network', 'picture', 'quality', 'decision', 'words'].map((name) => import(`./${name}.js`));
    const [{loadNetwork}, {decode, readField}, {measure}, {decide}, {Words}] = await Promise.all(modules);
    const texts = await (await fetch('words.json')).json();
    const {model: manifest} = await (await fetch('site.json')).json();
    const network = await loadNetwork(manifest, () => {});
    for (const address of addresses) {
      const file = await (await fetch(address)).blob();
      const started = performance.now();
      const field = readField(await decode(file));
      const {measures, advice} = measure(field, manifest.quality);
      const maps = await network.maps(field);
      const finding = decide(maps, manifest, advice);
      const milliseconds = performance.now() - started;
      const hashes = {field: await hash(field.data), maps: await hash(await whole(maps))};
      const reasons = Object.fromEntries(
        Object.keys(texts.languages).map((language) => {
          const words = new Words(texts, language);
          return [language, finding.reasons.map((reason) => words.say(reason.code, reason.values))];
        }),
      );
      postMessage({vector: {...finding, ...hashes, reasons, measures, advice}, milliseconds});
    }
    postMessage({done: true});
  } catch (error) {
    postMessage({fault: String(error.stack ?? error)});
  }
};
