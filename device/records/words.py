"""Text as a search compares it: without capitals and accents."""

import unicodedata


def fold(*texts: str) -> str:
    """The texts one below the other, without capitals and accents."""
    split = unicodedata.normalize("NFKD", "\n".join(texts).casefold())
    return "".join(letter for letter in split if not unicodedata.combining(letter))


def pattern(text: str) -> str:
    r"""What LIKE ... ESCAPE '\' takes to find `text` anywhere."""
    escaped = fold(text.strip())
    for special in ("\\", "%", "_"):
        escaped = escaped.replace(special, "\\" + special)
    return f"%{escaped}%"
