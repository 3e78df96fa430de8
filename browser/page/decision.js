// From maps to a finding, as device/classifier/decision.py decides. Classes and thresholds come from
// the model's manifest.

/** The finding of a lesion's maps, one array a view; `advice` is a code, or null for a fit picture. */
export function decide(maps, manifest, advice) {
  const {rules, classes, beside} = manifest;
  const outputs = [...classes, ...beside];
  const means = maps.map((map) => meanOfEach(map, outputs.length + 1));
  const joint = combine(means.map((view) => view.slice(0, -1)), rules.temperature);
  const foreign = mean(means.map((view) => view.at(-1))) > rules.foreign_above;
  const answer = nameOutputs(joint, outputs, classes.length, rules);
  return {
    ...answer,
    foreign,
    ...triage(answer, foreign, outputs, rules, advice),
    saliency: saliencyOf(maps, joint.indexOf(Math.max(...joint)), outputs.length + 1),
    model: manifest.title,
  };
}

// The mean of each map is its class's logit, in float32 as the device takes it.
function meanOfEach(map, channels) {
  return Array.from({length: channels}, (_, channel) => {
    let sum = 0;
    for (let index = channel; index < map.length; index += channels) sum += map[index];
    return Math.fround(sum / (map.length / channels));
  });
}

// The mean of the views' calibrated probabilities.
function combine(logits, temperature) {
  const views = logits.map((view) => softmax(view.map((logit) => logit / temperature)));
  return views[0].map((_, output) => mean(views.map((view) => view[output])));
}

function softmax(values) {
  const most = Math.max(...values);
  const exponentials = values.map((value) => Math.exp(value - most));
  const sum = total(exponentials);
  return exponentials.map((value) => value / sum);
}

function nameOutputs(joint, outputs, named, rules) {
  const known = total(joint.slice(0, named));
  const pairs = joint.map((probability, index) => [outputs[index].code, probability]);
  const share = (probability) => (known > 0 ? probability / known : 1 / named);
  return {
    probabilities: Object.fromEntries(pairs.slice(0, named).map(([code, value]) => [code, share(value)])),
    beside: Object.fromEntries(pairs.slice(named)),
    prediction_set: predictionSet(joint, pairs, rules),
    malignancy: Math.min(1, total(joint.filter((_, index) => outputs[index].malignant))),
  };
}

// The codes that can't be ruled out, likeliest first.
function predictionSet(joint, pairs, rules) {
  const most = Math.max(...joint);
  return pairs
    .filter(([, probability], index) => probability === most || probability >= rules.include_from[index])
    .sort(([, one], [, other]) => other - one)
    .map(([code]) => code);
}

function triage(answer, foreign, outputs, rules, advice) {
  const suspicion = foreign ? [] : suspicionOf(answer, outputs, rules);
  const suspicious = suspicion.length > 0;
  if (advice) {
    const last = message(suspicious ? 'no_better_refer' : 'no_better_see_doctor');
    return {triage: 'retake', suspicious, reasons: [message(advice), ...suspicion, last]};
  }
  if (foreign) return {triage: 'no answer', suspicious, reasons: [message('foreign')]};
  const doubt = doubtOf(answer, rules);
  if (suspicious) return {triage: 'refer', suspicious, reasons: [...suspicion, ...doubt]};
  if (doubt.length) return {triage: 'no answer', suspicious, reasons: doubt};
  return {triage: 'watch', suspicious, reasons: [besideThreshold('below_threshold', answer, rules)]};
}

// Why a dermatologist should see it; empty when nothing speaks for that.
function suspicionOf(answer, outputs, rules) {
  if (answer.malignancy >= rules.refer_at) return [besideThreshold('over_threshold', answer, rules)];
  const left = answer.prediction_set
    .map((code) => outputs.find((output) => output.code === code))
    .filter(({malignant}) => malignant)
    .map(({names}) => names);
  if (!left.length || doubtOf(answer, rules).length) return [];
  return [besideThreshold('not_ruled_out', answer, rules, {classes: left})];
}

// Why no class can be named; empty when one can.
function doubtOf(answer, rules) {
  const none = Math.min(1, total(Object.values(answer.beside)));
  const highest = (1 - none) * Math.max(...Object.values(answer.probabilities));
  if (none > highest) return [message('none_of_the_classes', {count: Object.keys(answer.probabilities).length})];
  if (highest < rules.abstain_below) return [message('no_class_likely', {least: rules.abstain_below})];
  return [];
}

function besideThreshold(code, {malignancy}, rules, values = {}) {
  return message(code, {malignancy, threshold: rules.refer_at, ...values});
}

function message(code, values = {}) {
  return {code, values};
}

// The evidence for one output over the field, 0 to 1, what speaks against it left out.
function saliencyOf(maps, output, channels) {
  const evidence = Array.from({length: maps[0].length / channels}, (_, cell) => {
    return Math.max(0, mean(maps.map((map) => map[cell * channels + output])));
  });
  const peak = Math.max(...evidence);
  return evidence.map((value) => (peak > 0 ? value / peak : value));
}

function total(values) {
  return values.reduce((sum, value) => sum + value, 0);
}

function mean(values) {
  return total(values) / values.length;
}
