"""Writes how languages write figures, and counts the texts that they lack; `--all` fails if there are any.

A text that isn't translated is shown in English, so a test run doesn't ask for it; a release does.
"""

import sys
from string import Formatter

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from device.words.catalog import ENGLISH, FOLDER, LANGUAGES
from tools.translations.formats import write_formats


def lacking(language: str) -> list[Message]:
    """The messages without a translation, or with one that names other values than the text does."""
    with (FOLDER / language / "LC_MESSAGES/messages.po").open("rb") as file:
        return [each for each in read_po(file, language) if each.id and not _is_whole(each)]


def _is_whole(message: Message) -> bool:
    texts = message.id if isinstance(message.id, tuple) else (message.id,)
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    wanted = set().union(*map(values_of, texts))
    return all(strings) and all(values_of(each) <= wanted for each in strings) and not message.fuzzy


def values_of(text: str) -> set[tuple[str, str]]:
    """The values that a text names in braces, each with how it is written."""
    try:
        return {(name, spec or "") for _, name, spec, _ in Formatter().parse(text) if name}
    except ValueError:
        return {("?", text)}


def main() -> int:
    """0, or 1 with `--all` when something is lacking."""
    write_formats()
    count = 0
    for language in LANGUAGES:
        if language != ENGLISH:
            texts = lacking(language)
            count += len(texts)
            print(f"{language}: {len(texts)} texts are shown in English")
            if "--all" in sys.argv:
                print(*(f"  {each.id!r}" for each in texts), sep="\n")
    return int(count > 0 and "--all" in sys.argv)


if __name__ == "__main__":
    raise SystemExit(main())
