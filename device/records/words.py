"""Text as it may be written, and as a search compares it: without capitals and accents."""

import unicodedata

from device.errors import ValueRefusedError

_LAYOUT = "\t\r\n"


def check_text(field: str, text: str, longest: int) -> None:
    """Raise ValueRefusedError unless `text` has at most `longest` letters, all of them writable."""
    if len(text) > longest:
        raise ValueRefusedError(field, "text_too_long")
    # Cc are control codes, NUL among them; Cs are halves of a character.
    if any(unicodedata.category(each) in ("Cc", "Cs") and each not in _LAYOUT for each in text):
        raise ValueRefusedError(field, "text_unwritable")


def check_line(field: str, text: str, longest: int) -> None:
    """As `check_text`, of a text that stands on one line."""
    check_text(field, text, longest)
    if any(each in _LAYOUT for each in text):
        raise ValueRefusedError(field, "text_one_line")


def fold(*texts: str) -> str:
    """The texts one below the other, without capitals and accents."""
    split = unicodedata.normalize("NFKD", "\n".join(texts).casefold())
    return "".join(letter for letter in split if not unicodedata.combining(letter))


def pseudonym_key(pseudonym: str) -> str:
    """What pseudonyms have in common that differ in capitals, spaces or Unicode's forms alone."""
    # Folding may undo the composed form (Unicode 15, section 3.13, D145), so it is composed once more.
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFC", pseudonym).casefold())
    return " ".join(composed.split())
