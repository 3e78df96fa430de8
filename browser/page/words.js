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

  /** What a class or its explanation is called: an English one where there is none of the language. */
  of(texts) {
    return texts[this.language] ?? texts.en ?? '';
  }
}

/** A probability in whole percent; never 0 % or 100 %, since nothing is certain. */
export function percent(probability) {
  if (probability < 0.01) return '<1 %';
  if (probability > 0.99) return '>99 %';
  return `${roundToWhole(100 * probability)} %`;
}

function roundToWhole(value) {
  const whole = Math.round(value);
  return Math.abs(value % 1) === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
}
