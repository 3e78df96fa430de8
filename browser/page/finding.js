// Draws a finding: what to do first, then why, then the bars, the list and where the model looked.
const LIKELIEST = 3;
const STRONGEST = 190 / 255;
// Viridis at nine places, which the colour-blind can read too.
const VIRIDIS = [
  [68, 1, 84], [72, 40, 120], [62, 74, 137], [49, 104, 142], [38, 130, 142], [31, 158, 137], [53, 183, 121], [110, 206, 88], [253, 231, 37],
];

/** Put the finding into `place`. */
export function showFinding(place, {finding, milliseconds, address}, site, words, translate) {
  const article = document.getElementById('result').content.cloneNode(true).firstElementChild;
  const part = (name) => article.querySelector(name);
  translate(article);
  part('.steps').replaceChildren(...steps(finding, site, words));
  part('.reasons').replaceChildren(
    ...finding.reasons.map(({code, values}) => paragraph('reason', words.say(code, values))),
  );
  const isJudged = finding.triage !== 'retake' && !finding.foreign;
  part('.answer').hidden = !isJudged;
  part('h3').textContent = words.say(finding.triage === 'no answer' ? 'closest' : 'most_probably');
  part('.likeliest').replaceChildren(...bars(likeliest(finding), site, words));
  part('.others').hidden = Object.keys(finding.beside).length === 0;
  part('.others ul').replaceChildren(...bars(Object.entries(finding.beside), site, words));
  part('.codes').textContent = `${finding.prediction_set.map((code) => words.of(outputOf(site, code).names)).join(', ')}.`;
  part('.shown').src = address;
  part('.shown').alt = words.say('examined');
  part('figcaption').hidden = part('canvas').hidden = !isJudged;
  drawSaliency(part('canvas'), finding.saliency);
  part('.opacity').addEventListener('input', ({target}) => {
    part('canvas').style.opacity = target.value / 100;
  });
  part('.took').textContent = `${words.say('took', {time: milliseconds.toFixed(0)})} · ${finding.model}`;
  place.replaceChildren(article);
}

// What to do: a suspicion that stands beside a fault of the picture is as important as the fault.
function steps({triage, suspicious}, site, words) {
  const own = step(site.triages[triage], words);
  if (triage !== 'retake' || !suspicious) return [own];
  return [own, step({...site.triages.refer, heading: 'suspicious'}, words)];
}

function step({symbol, style, heading, advice}, words) {
  const box = Object.assign(document.createElement('div'), {className: `triage ${style}`});
  const text = document.createElement('div');
  text.append(Object.assign(document.createElement('h2'), {textContent: words.say(heading)}), paragraph('next', words.say(advice)));
  box.append(Object.assign(span('symbol', symbol), {ariaHidden: 'true'}), text);
  return box;
}

// With their probabilities beside all outputs, as malignancy has them: `probabilities` are given that it is one of them.
function likeliest({probabilities, beside}) {
  const named = 1 - Object.values(beside).reduce((sum, share) => sum + share, 0);
  return Object.entries(probabilities).sort(([, one], [, other]) => other - one).slice(0, LIKELIEST)
    .map(([code, share]) => [code, named * share]);
}

function bars(pairs, site, words) {
  return pairs.map(([code, probability]) => {
    const item = document.createElement('li');
    const bar = Object.assign(document.createElement('progress'), {max: 1, value: probability, ariaHidden: 'true'});
    const {names, texts} = outputOf(site, code);
    item.append(span('what', words.of(names)), span('share', words.probability(probability)), bar, span('sentence', words.of(texts)));
    return item;
  });
}

// Each cell as a pixel, which the canvas enlarges smoothly.
function drawSaliency(canvas, saliency) {
  const side = Math.sqrt(saliency.length);
  const pixels = new ImageData(side, side);
  saliency.forEach((value, cell) => pixels.data.set([...colour(value), 255 * STRONGEST * value], 4 * cell));
  const small = new OffscreenCanvas(side, side);
  small.getContext('2d').putImageData(pixels, 0, 0);
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
}

function colour(value) {
  const place = value * (VIRIDIS.length - 1);
  const first = Math.min(Math.floor(place), VIRIDIS.length - 2);
  return VIRIDIS[first].map((channel, index) => channel + (place - first) * (VIRIDIS[first + 1][index] - channel));
}

function outputOf({model}, code) {
  return [...model.classes, ...model.beside].find((output) => output.code === code);
}

function paragraph(name, text) {
  return Object.assign(document.createElement('p'), {className: name, textContent: text});
}

function span(name, text) {
  return Object.assign(document.createElement('span'), {className: name, textContent: text});
}
