// Texts in the reader's language. They come with the model; here is only how values stand in them.

const KEPT = 'language';

/** What can be said, in the language that was chosen here, or is liked best of those there are. */
export class Words {
  constructor({languages, texts}, preferred) {
    this.languages = languages;
    this.texts = texts;
    const kept = localStorage.getItem(KEPT);
    const liked = [kept, ...preferred].map((tag) => (tag ?? '').split('-')[0].toLowerCase());
    this.language = liked.find((code) => code in languages) ?? 'en';
  }

  choose(language) {
    localStorage.setItem(KEPT, language);
    this.language = language;
  }

  /** A text by its key, its {name}s filled in. */
  say(key, values = {}) {
    const text = this.texts[this.language][key] ?? this.texts.en[key];
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  /** A probability in percent: never 0 or 100, and never rounded over a threshold that it is `against`. */
  probability(share, against) {
    const {word, shown, digits} = against === undefined ? {...bounded(share, 0), digits: 0} : beside(share, against);
    const written = this.percent(shown, digits);
    return word ? this.say(word, {share: written}) : written;
  }

  /** A threshold, with as many digits as the probability beside it. */
  threshold(limit, share) {
    return this.percent(limit, beside(share, limit).digits);
  }

  percent(share, digits) {
    const options = {style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits};
    return new Intl.NumberFormat(this.language, options).format(share);
  }

  /** What a class or its explanation is called: an English one where there is none of the language. */
  of(texts) {
    return texts[this.language] ?? texts.en ?? '';
  }
}

// As device/words/figures.py does: the same figures stand on the device's own page.
function bounded(share, digits) {
  const unit = 10 ** -(digits + 2);
  if (share < unit) return {word: 'under', shown: unit};
  if (share > 1 - unit) return {word: 'over', shown: 1 - unit};
  return {word: '', shown: Number(share.toFixed(digits + 2))};
}

function beside(share, threshold) {
  for (const digits of [0, 1]) {
    const found = bounded(share, digits);
    const limit = bounded(threshold, digits).shown;
    if (share >= threshold || found.shown < limit || (found.word === 'under' && found.shown <= limit)) return {...found, digits};
  }
  return {word: 'under', shown: Number(threshold.toFixed(3)), digits: 1};
}
