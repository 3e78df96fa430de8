"""The titles and meanings of settings, for `pybabel extract`: they stand below each field of `Settings`."""

from collections.abc import Iterator
from typing import IO, Any

from babel.messages.extract import extract_python

from device.preferences import read_meanings
from device.web.wording import sentence


def extract(
    file: IO[bytes], keywords: Any, tags: Any, options: Any
) -> Iterator[tuple[int, str | None, Any, list[str]]]:
    """What Babel's own extraction of Python finds, and the settings."""
    yield from extract_python(file, keywords, tags, options)
    for name, meaning in read_meanings().items():
        yield 1, None, sentence(name.replace("_", " ")), []
        yield 1, None, meaning, []
