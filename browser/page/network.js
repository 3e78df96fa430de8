// The device's INT8 model in LiteRT.js. Runs in a classic worker, since the runtime asks for importScripts.
import {shrinkField} from './field.js';
import {VIEWS, turn, turnBack} from './views.js';

const GZIP = [0x1f, 0x8b];

/** A file's bytes, unpacked when it is compressed; `progress` gets the share that has come, 0 to 1. */
export async function fetchBytes(address, progress = () => {}) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  const size = Number(answer.headers.get('Content-Length'));
  const parts = [];
  let come = 0;
  for (const reader = answer.body.getReader(); ; ) {
    const {done, value} = await reader.read();
    if (done) break;
    parts.push(value);
    come += value.length;
    if (size) progress(Math.min(come / size, 1));
  }
  const packed = new Blob(parts);
  const start = new Uint8Array(await packed.slice(0, 2).arrayBuffer());
  const isPacked = GZIP.every((byte, index) => byte === start[index]);
  const stream = isPacked ? packed.stream().pipeThrough(new DecompressionStream('gzip')) : packed.stream();
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The network of a manifest. `progress` gets the share that is loaded, 0 to 1. */
export async function loadNetwork(manifest, progress) {
  const {loadLiteRt, supportsFeature} = await import('./litert/litert.js');
  const relaxed = await supportsFeature('relaxedSimd');
  const script = `litert/litert_wasm${relaxed ? '' : '_compat'}_internal.js`;
  const shares = [0, 0];
  const note = (index) => (share) => {
    shares[index] = share;
    progress((shares[0] + shares[1]) / 2);
  };
  const [wasmBinary, model] = await Promise.all([
    fetchBytes(script.replace(/\.js$/, '.wasm.gz'), note(0)),
    fetchBytes(manifest.model, note(1)),
  ]);
  // Where the runtime's own script looks for what it would fetch otherwise, uncompressed.
  self.Module = {wasmBinary, print: console.debug, printErr: console.debug};
  // The runtime would ask for a graphics processor, whose answers differ from the device's (docs/browser.md).
  Object.defineProperty(navigator, 'gpu', {value: undefined});
  const runtime = await loadLiteRt(script);
  return new Network(await runtime.loadAndCompile(withBorder(manifest.border, model), {accelerator: 'wasm'}), manifest);
}

// The model with the border that takes and gives what the runtime can.
function withBorder(border, model) {
  const front = Uint8Array.from(atob(border), (letter) => letter.charCodeAt(0));
  const whole = new Uint8Array(front.length + model.length);
  whole.set(front);
  whole.set(model, front.length);
  return whole;
}

class Network {
  constructor(compiled, {side, cells, channels, input_values: values}) {
    Object.assign(this, {compiled, side, cells, channels});
    this.values = Uint8Array.from(values);
  }

  /** The maps of a 224 x 224 field in eight orientations, all turned back; `progress` as the views pass. */
  async maps(field, progress = () => {}) {
    const {data} = shrinkField(field, this.side);
    const pixels = data.map((value) => this.values[value]);
    const maps = [];
    for (let view = 0; view < VIEWS; view++) {
      maps.push(turnBack(await this.run(turn(pixels, this.side, 3, view)), this.cells, this.channels, view));
      progress((view + 1) / VIEWS);
    }
    return maps;
  }

  async run(pixels) {
    const {Tensor} = await import('./litert/litert.js');
    const input = new Tensor(pixels, [1, this.side, this.side, 3]);
    const [output] = await this.compiled.run(input);
    const maps = Float32Array.from(output.toTypedArray());
    input.delete();
    output.delete();
    return maps;
  }
}
