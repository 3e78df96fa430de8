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
    const modules = ['network', 'picture', 'quality', 'decision'].map((name) => import(`./${name}.js`));
    const [{loadNetwork}, {decode, readField}, {measure}, {decide}] = await Promise.all(modules);
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
      postMessage({vector: {...finding, ...hashes, measures, advice}, milliseconds});
    }
    postMessage({done: true});
  } catch (error) {
    postMessage({fault: String(error.stack ?? error)});
  }
};
