// Texts in the reader's language, with values written as that language does: device/words does the same.

const MOST_DIGITS = 1;

/** What can be said, in one language. */
export class Words {
  constructor({languages, signs, texts}, language) {
    Object.assign(this, {languages, signs, texts, language});
  }

  /** A text by its key, with its values filled in. */
  say(key, values = {}) {
    const text = this.texts[this.language][key] ?? this.texts.en[key];
    return text.replace(/\{(\w+)(?::(\w+)(?: (\w+))?)?\}/g, (whole, name, form, other) => {
      return this.write(values[name], form, values[other]);
    });
  }

  /** A text of a class: an English one where there is none of the language. */
  of(texts) {
    return texts[this.language] ?? texts.en ?? '';
  }

  /** A probability in percent: never 0 or 100, and never rounded over the threshold that it stands beside. */
  probability(share, threshold) {
    const [word, shown, digits] = threshold === undefined ? [...bounded(share, 0), 0] : against(share, threshold);
    const written = this.percent(shown, digits);
    return word ? this.say(word, {share: written}) : written;
  }

  write(value, form, other) {
    if (value === undefined) return '…';
    if (form === 'percent') return this.probability(value, other);
    if (form === 'threshold') return this.percent(value, against(other, value)[2]);
    if (Array.isArray(value)) return value.map((each) => this.write(each)).join(', ');
    if (typeof value === 'object') return this.of(value);
    return String(value);
  }

  percent(share, digits) {
    const {percent, decimal} = this.signs[this.language];
    return percent.replace('{}', (100 * share).toFixed(digits).replace('.', decimal));
  }
}

// What rounds to less than one unit of the last digit is under it, and what is that near to certainty over it.
function bounded(share, digits) {
  const unit = 10 ** -(digits + 2);
  if (share < unit) return ['under', unit];
  if (share > 1 - unit) return ['over', 1 - unit];
  return ['', Number(share.toFixed(digits + 2))];
}

// With as many digits as it takes that what is below a threshold also reads below it.
function against(share, threshold) {
  for (let digits = 0; digits <= MOST_DIGITS; digits++) {
    const [word, shown] = bounded(share, digits);
    const [, limit] = bounded(threshold, digits);
    if (share >= threshold || shown < limit || (word === 'under' && shown <= limit)) return [word, shown, digits];
  }
  return ['under', Number(threshold.toFixed(MOST_DIGITS + 2)), MOST_DIGITS];
}
