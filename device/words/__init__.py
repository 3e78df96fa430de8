"""The only room that makes sentences: one English text for each code, and gettext for other languages.

Below this room there are codes with values (`device.message.Message`). A text names its values in
braces: `{seconds}` is written as the language writes numbers, `{share:percent}` is a probability,
`{malignancy:percent limit}` one that may not be rounded over the value `limit`, which stands beside it
as `{limit:threshold malignancy}`; `{part:share}` is a share that was counted, `{day:date}` and
`{at:moment}` are times as ISO 8601 texts, and `{name:raw}` stays as it is. `{wait:duration}` is a number of
seconds. A value that is a message is worded too, of texts by language the right one is taken, and a list
is written with commas.
"""

import math
from collections.abc import Mapping
from string import Formatter
from typing import Any

from device.message import Message
from device.words import figures
from device.words.catalog import ENGLISH, LANGUAGES, catalog
from device.words.english import TEXTS

__all__ = ["ENGLISH", "LANGUAGES", "TEXTS", "probability", "say"]


_UNITS = (("days", 86400, 2 * 86400), ("hours", 3600, 2 * 3600), ("minutes", 60, 120))
"""Units of a duration: the code, its seconds, and from how many seconds on it is used."""


def say(message: Message, language: str = ENGLISH) -> str:
    """The sentence of a message in one of `LANGUAGES`, in English where it isn't translated.

    A code that this version has no text for is said by itself, with its values.
    """
    text = TEXTS.get(message.code)
    if text is None:
        return " ".join([message.code, *(f"{name}={value}" for name, value in message.values.items())])
    texts = catalog(language)
    worded = (
        texts.ngettext(*text, message.values["count"]) if isinstance(text, tuple) else texts.gettext(text)
    )
    return _Filler(message.values, language).fill(worded)


def probability(share: float, language: str = ENGLISH, *, against: float | None = None) -> str:
    """A probability in percent: never 0 or 100, and never rounded over a threshold that it is `against`."""
    digits = 0
    if against is None:
        word, shown = figures.bounded(share)
    else:
        word, shown, digits = figures.against(share, against)
    written = figures.percent(shown, language, digits)
    return say(Message(word, share=written), language) if word else written


_LACKING = object()
"""In place of a value that a text names and a message lacks: no reason to show nothing at all."""


class _Filler(Formatter):
    """Fills the braces of a text with values, as a language writes them."""

    def __init__(self, values: Mapping[str, Any], language: str) -> None:
        self._values, self._language = values, language

    def fill(self, text: str) -> str:
        return self.vformat(text, (), self._values)

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> tuple[Any, str]:
        # Not Formatter's own: a translation may not reach into a value.
        return self._values.get(field_name, _LACKING), field_name

    def format_field(self, value: Any, spec: str) -> str:
        language = self._language
        if value is _LACKING:
            return "…"
        match spec.split():
            case ["percent"]:
                return probability(value, language)
            case ["percent", threshold]:
                return probability(value, language, against=self._values[threshold])
            case ["threshold", share]:
                return self._threshold(value, self._values[share])
            case ["share"]:
                return figures.percent(value, language)
            case ["date"]:
                return figures.day(value, language)
            case ["moment"]:
                return figures.moment(value, language)
            case ["duration"]:
                return self._duration(value)
            case ["raw"]:
                return str(value)
        return self._plain(value)

    def _threshold(self, threshold: float, share: float) -> str:
        """With as many digits as the probability beside it, so that their order can be read."""
        _, _, digits = figures.against(share, threshold)
        return figures.percent(threshold, self._language, digits)

    def _duration(self, seconds: float) -> str:
        """In whole seconds, minutes, hours or days, whichever fits, rounded up."""
        for unit, length, least in _UNITS:
            if seconds >= least:
                return say(Message(unit, count=math.ceil(seconds / length)), self._language)
        return say(Message("seconds", count=math.ceil(seconds)), self._language)

    def _plain(self, value: Any) -> str:
        if isinstance(value, Message):
            return say(value, self._language)
        if isinstance(value, Mapping):
            return str(value.get(self._language) or value[ENGLISH])
        if isinstance(value, list | tuple):
            return ", ".join(map(self._plain, value))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return figures.number(value, self._language)
        return str(value)
