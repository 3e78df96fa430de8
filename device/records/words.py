"""Text as a search compares it: without capitals and accents."""

import unicodedata


def fold(*texts: str) -> str:
    """The texts one below the other, without capitals and accents."""
    split = unicodedata.normalize("NFKD", "\n".join(texts).casefold())
    return "".join(letter for letter in split if not unicodedata.combining(letter))
