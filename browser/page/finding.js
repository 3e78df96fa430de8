// Draws a finding: what to do first, then why, then the bars, the list and where the model looked.
const LIKELIEST = 3;
const SUSPICIONS = ['over_threshold', 'not_ruled_out'];
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
  const {symbol, style, title, next} = site.triages[finding.triage];
  part('.triage').classList.add(style);
  part('.symbol').textContent = symbol;
  part('h2').textContent = words.say(title);
  part('.next').textContent = words.say(next);
  if (finding.triage === 'retake' && finding.reasons.some(({code}) => SUSPICIONS.includes(code))) {
    part('.triage').after(suspicionOf(part('.triage'), site, words));
  }
  part('.reasons').replaceChildren(...finding.reasons.map((reason) => paragraph('reason', sentence(reason, words))));
  const isJudged = finding.triage !== 'retake' && !finding.foreign;
  part('.answer').hidden = !isJudged;
  part('h3').textContent = words.say(finding.triage === 'no answer' ? 'closest' : 'most_probably');
  part('.bars').replaceChildren(...bars(finding, site, words));
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

// A fault of the picture hides no suspicion: it stands below, of the same rank.
function suspicionOf(triage, {triages: {refer}}, words) {
  const block = triage.cloneNode(true);
  block.className = `triage ${refer.style}`;
  block.querySelector('.symbol').textContent = refer.symbol;
  block.querySelector('h2').textContent = words.say('suspicious');
  block.querySelector('.next').textContent = words.say(refer.next);
  return block;
}

function sentence({code, count, classes, malignancy, threshold, least}, words) {
  return words.say(code, {
    count,
    classes: classes?.map((names) => words.of(names)).join(', '),
    malignancy: malignancy === undefined ? undefined : words.probability(malignancy, threshold),
    threshold: threshold === undefined ? undefined : words.threshold(threshold, malignancy),
    least: least === undefined ? undefined : words.probability(least),
  });
}

function bars(finding, site, words) {
  const likeliest = Object.entries(finding.probabilities).sort(([, one], [, other]) => other - one).slice(0, LIKELIEST);
  return likeliest.map(([code, probability]) => {
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
