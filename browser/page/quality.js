// What a 224 x 224 field measures, as device/quality/measures.py has it; each measure is explained there.
// Bounds and the skin's colours come from the model's manifest.

const DIRECTIONS = 8;
const WHITE = 250;
const BLACK = 20;
const MARGIN = 6;
const GLARE_BOX = 41;
const SMALLEST_CHANCE = 1.1920929e-7;

/** All measures by name, and the advice (a code; null: fit) for the gravest fault. */
export function measure(field, quality) {
  const luma = lumaOf(field);
  const {area, cut, offCentre} = framing(field);
  const measures = {
    brightness: mean(luma) / 255,
    'blown out': share(field.width ** 2, (pixel) => most(field, pixel) >= WHITE),
    drowned: share(luma.length, (pixel) => luma[pixel] < BLACK),
    glare: glare(field, luma),
    detail: detail(luma, field.width),
    'least detail': leastDetail(luma, field.width),
    cast: castOf(field, quality.skin),
    'lesion area': area,
    'lesion cut': cut,
    'off centre': offCentre,
  };
  const broken = quality.bounds.find(({measure: name, side, limit}) =>
    side === 'low' ? measures[name] < limit : measures[name] > limit,
  );
  return {measures, advice: broken ? broken.advice : null};
}

/** How sharp a picture is, 0 (refused) to 1. */
export function focusLevel(measures, {focus}) {
  const level = (measures['least detail'] - focus.from) / (focus.to - focus.from);
  return Math.min(Math.max(level, 0), 1);
}

/** What could be done better though the picture is fit: a code, or null. */
export function hint(measures, {hints}) {
  const broken = hints.find(({measure: name, limit}) => measures[name] > limit);
  return broken ? broken.advice : null;
}

// As OpenCV weighs red, green and blue: whole numbers of 15 bits (ITU-R BT.601).
function lumaOf({data}) {
  const luma = new Float32Array(data.length / 3);
  for (let pixel = 0, from = 0; pixel < luma.length; pixel++, from += 3) {
    luma[pixel] = (data[from] * 9798 + data[from + 1] * 19235 + data[from + 2] * 3735 + (1 << 14)) >> 15;
  }
  return luma;
}

function detail(luma, side) {
  const fine = subtract(luma, blur(luma, side, 1));
  const soft = blur(luma, side, 2);
  const coarse = subtract(soft, blur(soft, side, 4));
  return Math.log((deviation(fine) + 0.05) / (deviation(coarse) + 0.3));
}

function leastDetail(luma, side) {
  const means = SECOND_DIFFERENCES.map((kernel) => meanOfFiltered(luma, side, kernel));
  return Math.log(Math.min(...means) + 0.02);
}

function glare(field, luma) {
  const half = (GLARE_BOX - 1) / 2;
  const around = convolve(luma, field.width, new Float64Array(GLARE_BOX).fill(1 / GLARE_BOX), half);
  return share(luma.length, (pixel) => {
    const colourless = most(field, pixel) - least(field, pixel) < 40;
    return luma[pixel] - around[pixel] > 40 && colourless && luma[pixel] > 200;
  });
}

// How unusual a colour is: its Mahalanobis distance from that of the pictures the model learned from.
function castOf({data}, {mean: [usualRed, usualBlue], precision}) {
  const sums = [1, 1, 1].map((one, channel) => {
    let sum = 0;
    for (let index = channel; index < data.length; index += 3) sum += data[index];
    return sum / (data.length / 3) + one;
  });
  const across = Math.log(sums[0] / sums[1]) - usualRed;
  const down = Math.log(sums[2] / sums[1]) - usualBlue;
  const [[a, b], [c, d]] = precision;
  return Math.sqrt(Math.max(0, across * (a * across + b * down) + down * (c * across + d * down)));
}

function framing(field) {
  const {width: side} = field;
  const mask = lesionMask(field);
  const middle = (side - 1) / 2;
  let [total, across, down, onRim, rim] = [0, 0, 0, 0, 0];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const isLesion = mask[row * side + column];
      total += isLesion;
      across += isLesion * (column - middle);
      down += isLesion * (row - middle);
      if (Math.min(row, column) < MARGIN || Math.max(row, column) >= side - MARGIN) {
        rim += 1;
        onRim += isLesion;
      }
    }
  }
  const count = Math.max(total, 1);
  return {
    area: total / mask.length,
    cut: onRim / rim,
    offCentre: Math.hypot(across / count, down / count) / (side / 2),
  };
}

// The darker side of Otsu's threshold over the smoothed lesser of green and blue.
function lesionMask({width: side, data}) {
  const lesser = new Float32Array(side * side).map((_, pixel) => Math.min(data[3 * pixel + 1], data[3 * pixel + 2]));
  const smooth = new Uint8Array(blur(lesser, side, 4).map(Math.round));
  const threshold = otsu(smooth);
  return smooth.map((grey) => (grey > threshold ? 0 : 1));
}

function otsu(greys) {
  const chances = new Float64Array(256);
  for (const grey of greys) chances[grey] += 1 / greys.length;
  const whole = chances.reduce((sum, chance, grey) => sum + grey * chance, 0);
  let [below, meanBelow, best, threshold] = [0, 0, 0, 0];
  for (let grey = 0; grey < 256; grey++) {
    const weighted = meanBelow * below + grey * chances[grey];
    below += chances[grey];
    const above = 1 - below;
    meanBelow = below > 0 ? weighted / below : 0;
    if (Math.min(below, above) < SMALLEST_CHANCE) continue;
    const meanAbove = (whole - below * meanBelow) / above;
    const between = below * above * (meanBelow - meanAbove) ** 2;
    if (between > best) [best, threshold] = [between, grey];
  }
  return threshold;
}

// A Gaussian over four deviations to either side, as OpenCV has it for real numbers.
function blur(plane, side, deviation) {
  const half = Math.round(deviation * 8 + 1) >> 1;
  const kernel = Float64Array.from({length: 2 * half + 1}, (_, index) => {
    return Math.exp(-((index - half) ** 2) / (2 * deviation ** 2));
  });
  const sum = kernel.reduce((all, each) => all + each, 0);
  return convolve(plane, side, kernel.map((each) => each / sum), half);
}

// The same kernel along rows, then along columns; beyond the rim the picture goes on mirrored.
function convolve(plane, side, kernel, half) {
  const places = mirrored(side, half);
  const lines = new Float32Array(plane.length);
  const result = new Float32Array(plane.length);
  const wide = new Float64Array(places.length);
  const sums = new Float64Array(side);
  for (let row = 0; row < side; row++) {
    for (let index = 0; index < wide.length; index++) wide[index] = plane[row * side + places[index]];
    sums.fill(0);
    for (let tap = 0; tap < kernel.length; tap++) addScaled(sums, wide, tap, kernel[tap]);
    lines.set(sums, row * side);
  }
  for (let row = 0; row < side; row++) {
    sums.fill(0);
    for (let tap = 0; tap < kernel.length; tap++) addScaled(sums, lines, places[row + tap] * side, kernel[tap]);
    result.set(sums, row * side);
  }
  return result;
}

function addScaled(sums, values, start, factor) {
  for (let index = 0; index < sums.length; index++) sums[index] += factor * values[start + index];
}

// The mean of what a 5 x 5 kernel makes of a plane, without its signs.
function meanOfFiltered(plane, side, taps) {
  const places = mirrored(side, 2);
  const sums = new Float64Array(side);
  const wide = new Float64Array(places.length);
  let sum = 0;
  for (let row = 0; row < side; row++) {
    sums.fill(0);
    for (const [down, kernel] of taps) {
      const start = places[row + down] * side;
      for (let index = 0; index < wide.length; index++) wide[index] = plane[start + places[index]];
      for (const [across, weight] of kernel) addScaled(sums, wide, across, weight);
    }
    for (let index = 0; index < side; index++) sum += Math.abs(sums[index]);
  }
  return sum / plane.length;
}

function mirrored(side, half) {
  return Int32Array.from({length: side + 2 * half}, (_, index) => {
    const place = Math.abs(index - half);
    return place < side ? place : 2 * (side - 1) - place;
  });
}

// Twice the middle less the points 1.5 pixels to either side, interpolated, in 5 x 5: what isn't 0 of it,
// as [row, [[column, weight], ...]].
function secondDifference(angle) {
  const kernel = new Float32Array(25);
  kernel[12] = 2;
  for (const sign of [1, -1]) {
    const across = 2 + 1.5 * sign * Math.cos(angle);
    const down = 2 + 1.5 * sign * Math.sin(angle);
    const [column, row] = [Math.trunc(across), Math.trunc(down)];
    const [right, lower] = [across - column, down - row];
    for (const [dx, wide] of [[0, 1 - right], [1, right]]) {
      for (const [dy, high] of [[0, 1 - lower], [1, lower]]) {
        if (row + dy < 5 && column + dx < 5) kernel[5 * (row + dy) + column + dx] -= wide * high;
      }
    }
  }
  return [0, 1, 2, 3, 4]
    .map((row) => [row, [...kernel.subarray(5 * row, 5 * row + 5).entries()].filter(([, weight]) => weight !== 0)])
    .filter(([, taps]) => taps.length);
}

const SECOND_DIFFERENCES = Array.from({length: DIRECTIONS}, (_, step) => {
  return secondDifference((step * Math.PI) / DIRECTIONS);
});

function most({data}, pixel) {
  return Math.max(data[3 * pixel], data[3 * pixel + 1], data[3 * pixel + 2]);
}

function least({data}, pixel) {
  return Math.min(data[3 * pixel], data[3 * pixel + 1], data[3 * pixel + 2]);
}

function share(count, holds) {
  let found = 0;
  for (let index = 0; index < count; index++) found += holds(index) ? 1 : 0;
  return found / count;
}

function subtract(one, other) {
  return one.map((value, index) => value - other[index]);
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values) {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length);
}
