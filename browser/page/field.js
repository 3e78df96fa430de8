// From a picture of any size to the network's input: what device/classifier/preprocess.py does,
// byte for byte. Pictures are {width, height, data}: red, green and blue of each pixel, one byte each.

/** Width and height of a field, in pixels. */
export const FIELD_SIDE = 224;
const FIELD_ASPECT = 4 / 3;
// Parts of a pixel smaller than this count for nothing when areas are averaged, as in OpenCV.
const LEAST_PART = 1e-3;
// OpenCV interpolates bytes in whole numbers: weights of 11 bits.
const WEIGHT_ONE = 2048;

/** A picture without the fourth channel of a canvas's pixels. */
export function fromCanvas({width, height, data}) {
  const pixels = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < pixels.length; from += 4, to += 3) {
    pixels[to] = data[from];
    pixels[to + 1] = data[from + 1];
    pixels[to + 2] = data[from + 2];
  }
  return {width, height, data: pixels};
}

/** Where the largest centred 4:3 part of a picture lies. */
export function cropBox(picture) {
  const width = Math.min(picture.width, roundHalfEven(picture.height * FIELD_ASPECT));
  const height = Math.min(picture.height, roundHalfEven(picture.width / FIELD_ASPECT));
  return {left: (picture.width - width) >> 1, top: (picture.height - height) >> 1, width, height};
}

/** A field of any size at 224 x 224: halved by exact means while that goes, then by areas. */
export function resizeField(field) {
  while (Math.min(field.width, field.height) >= 2 * FIELD_SIDE) field = halve(field);
  const shrinks = Math.min(field.width, field.height) > FIELD_SIDE;
  return (shrinks ? resizeArea : resizeLinear)(field, FIELD_SIDE);
}

/** A field at the size of a network's input. */
export function shrinkField(field, side) {
  return field.width === side ? field : resizeArea(field, side);
}

/** Half as wide and high, each pixel the mean of 2 x 2; an odd last row or column is left out. */
export function halve(picture) {
  const width = picture.width >> 1;
  const height = picture.height >> 1;
  const data = new Uint8Array(width * height * 3);
  const stride = 3 * picture.width;
  let to = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = 2 * row * stride + 6 * column;
      for (let channel = from; channel < from + 3; channel++) {
        const above = picture.data[channel] + picture.data[channel + 3];
        const below = picture.data[channel + stride] + picture.data[channel + stride + 3];
        data[to++] = (above + below + 2) >> 2;
      }
    }
  }
  return {width, height, data};
}

// Each pixel is the mean of the area that it covers, in float32 and in OpenCV's order.
function resizeArea(picture, side) {
  const [across, down] = [areas(picture.width, side), areas(picture.height, side)];
  const data = new Uint8Array(side * side * 3);
  const line = new Float32Array(side * 3);
  const sum = new Float32Array(side * 3);
  for (let row = 0; row < side; row++) {
    sum.fill(0);
    for (const [source, weight] of down[row]) {
      averageLine(picture, source, across, line);
      for (let index = 0; index < sum.length; index++) sum[index] += Math.fround(weight * line[index]);
    }
    for (let index = 0; index < sum.length; index++) {
      data[row * sum.length + index] = roundHalfEven(sum[index]);
    }
  }
  return {width: side, height: side, data};
}

function averageLine({data, width}, row, across, line) {
  const start = 3 * row * width;
  line.fill(0);
  for (let column = 0; column < across.length; column++) {
    const to = 3 * column;
    for (const [source, weight] of across[column]) {
      const from = start + 3 * source;
      line[to] += Math.fround(data[from] * weight);
      line[to + 1] += Math.fround(data[from + 1] * weight);
      line[to + 2] += Math.fround(data[from + 2] * weight);
    }
  }
}

// For each new pixel the old ones that it covers, and with which share.
function areas(from, to) {
  const scale = from / to;
  return Array.from({length: to}, (_, number) => {
    const start = number * scale;
    const end = start + scale;
    const size = Math.min(scale, from - start);
    const last = Math.min(Math.floor(end), from - 1);
    const first = Math.min(Math.ceil(start), last);
    const parts = [];
    if (first - start > LEAST_PART) parts.push([first - 1, Math.fround((first - start) / size)]);
    for (let whole = first; whole < last; whole++) parts.push([whole, Math.fround(1 / size)]);
    if (end - last > LEAST_PART) parts.push([last, Math.fround(Math.min(end - last, 1, size) / size)]);
    return parts;
  });
}

function resizeLinear(picture, side) {
  const across = neighbours(picture.width, side).map(([left, right, part]) => {
    const inside = left >= 0 && right < picture.width;
    return inside ? [left, right, part] : [clamp(left, picture.width), clamp(right, picture.width), 0];
  });
  const down = neighbours(picture.height, side).map(([upper, lower, part]) => {
    return [clamp(upper, picture.height), clamp(lower, picture.height), part];
  });
  const data = new Uint8Array(side * side * 3);
  let to = 0;
  for (const [upper, lower, part] of down) {
    const [above, below] = weights(part);
    for (const column of across) {
      for (let channel = 0; channel < 3; channel++) {
        const high = (above * (between(picture, upper, column, channel) >> 4)) >> 16;
        const low = (below * (between(picture, lower, column, channel) >> 4)) >> 16;
        data[to++] = (high + low + 2) >> 2;
      }
    }
  }
  return {width: side, height: side, data};
}

function between(picture, row, [left, right, part], channel) {
  const start = 3 * row * picture.width + channel;
  const [first, second] = weights(part);
  return picture.data[start + 3 * left] * first + picture.data[start + 3 * right] * second;
}

// For each new pixel the two old ones beside it, which may lie outside, and the part of the second.
function neighbours(from, to) {
  return Array.from({length: to}, (_, number) => {
    const middle = Math.fround((number + 0.5) * (from / to) - 0.5);
    const first = Math.floor(middle);
    return [first, first + 1, Math.fround(middle - first)];
  });
}

function weights(part) {
  return [roundHalfEven(Math.fround(1 - part) * WEIGHT_ONE), roundHalfEven(part * WEIGHT_ONE)];
}

function clamp(place, size) {
  return Math.min(Math.max(place, 0), size - 1);
}

/** To the nearest whole number, halves to the even one: as NumPy's rint and OpenCV's cvRound. */
export function roundHalfEven(value) {
  const whole = Math.round(value);
  return Math.abs(value % 1) === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
}
