// From a picture file or a camera's frame to its field, without ever holding all its pixels twice.
import {FIELD_SIDE, cropBox, fromCanvas, halve, resizeField} from './field.js';

const STRIP_ROWS = 256;
// What OpenCV does on the device: the file's own turn is followed, its colours are taken as they are.
const AS_STORED = {imageOrientation: 'from-image', colorSpaceConversion: 'none', premultiplyAlpha: 'none'};

/** A picture file's pixels. Throws when it is none. */
export function decode(file) {
  return createImageBitmap(file, AS_STORED);
}

/** The 224 x 224 field of a bitmap. */
export function readField(bitmap) {
  const box = cropBox(bitmap);
  // The first halving is done in strips: a phone's picture of 12 million pixels takes 48 MB already.
  const halves = Math.min(box.width, box.height) >= 2 * FIELD_SIDE;
  return resizeField(halves ? readHalved(bitmap, box) : readPixels(bitmap, box));
}

function readHalved(bitmap, box) {
  const half = {width: box.width >> 1, height: box.height >> 1};
  half.data = new Uint8Array(3 * half.width * half.height);
  for (let row = 0; row < half.height; row += STRIP_ROWS / 2) {
    const height = Math.min(STRIP_ROWS, 2 * (half.height - row));
    const strip = halve(readPixels(bitmap, {...box, top: box.top + 2 * row, height}));
    half.data.set(strip.data, 3 * row * half.width);
  }
  return half;
}

function readPixels(bitmap, {left, top, width, height}) {
  const context = new OffscreenCanvas(width, height).getContext('2d', {willReadFrequently: true, alpha: false});
  context.drawImage(bitmap, left, top, width, height, 0, 0, width, height);
  return fromCanvas(context.getImageData(0, 0, width, height));
}
