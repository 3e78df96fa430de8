"""The translations: one catalog a language, in which the English sentence is the key.

Much of what a page shows was written by the device in English, long before anyone asked for it in
another language: reasons and advice that are saved with an examination, faults, the sentences of health
checks. Some of them have numbers or names in them. The rooms that write them know nothing of languages;
so a kept sentence is looked up as it stands, and when it isn't there it is held against the messages with
placeholders: "only 40 MiB free" is the message "only %(free)s MiB free" with its value, and what was
saved years ago is translated like what is said now. A value that is itself a sentence is translated too.
`tools/translations` reads these messages from the same f-strings that make the sentences.
"""

import re
from functools import cache, cached_property
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

FOLDER = Path(__file__).with_name("translations")
ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "nl": "Nederlands", "fr": "Français", "de": "Deutsch", "es": "Español"}
"""Each by its ISO 639-1 code, as its speakers call it."""

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


class Catalog(GNUTranslations):
    """The translations of one `.mo` file, of whole messages and of sentences with values in them."""

    def gettext(self, message: str) -> str:
        """`message` translated; as it is when nobody translated it."""
        # In a .mo file, the empty message is the file's own header.
        translated = self._find(message) if message else ""
        return self._translate_several(message) if translated is None else translated

    def _find(self, message: str) -> str | None:
        translated = super().gettext(message)
        if translated != message:
            return translated
        for pattern, known in self._patterns:
            if match := pattern.fullmatch(message):
                told = match.groupdict().items()
                return super().gettext(known) % {
                    name: self._translate_value(name, value) for name, value in told
                }
        return None

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """The messages with placeholders, those with most letters of their own first."""
        # GNUTranslations has no way of its own to list its messages; a plural's key is a pair.
        messages = [key for key in vars(self)["_catalog"] if isinstance(key, str) and "%(" in key]
        messages.sort(key=lambda text: len(_PLACEHOLDER.sub("", text)), reverse=True)
        return [(sentence_pattern(text), text) for text in messages]

    def _translate_several(self, sentences: str) -> str:
        """Sentences that were put together, one by one; as they are when the first isn't known."""
        for end in re.finditer(r"[.!?:] ", sentences):
            first, rest = sentences[: end.start() + 1], sentences[end.end() :]
            if (translated := self._find(first)) is not None:
                return f"{translated} {self.gettext(rest)}"
        return sentences

    def _translate_value(self, name: str, value: str) -> str:
        told = value.strip()
        # A word alone may be somebody's name; titles and parts are the device's own words.
        is_own = " " in told or name.endswith(("title", "part"))
        return value.replace(told, self.gettext(told)) if is_own else value


def sentence_pattern(message: str) -> re.Pattern[str]:
    """What matches the sentences that `message` makes, with a group for each of its `%(name)s`."""
    pieces = _PLACEHOLDER.split(message)
    made = ""
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            made += re.escape(piece.replace("%%", "%"))
        else:
            made += f"(?P={piece})" if f"(?P<{piece}>" in made else f"(?P<{piece}>.*?)"
    return re.compile(made, re.DOTALL)


@cache
def catalog(language: str) -> NullTranslations:
    """The catalog of one of `LANGUAGES`; English needs none."""
    if language == ENGLISH:
        return NullTranslations()
    with (FOLDER / language / "LC_MESSAGES/messages.mo").open("rb") as file:
        return Catalog(file)
