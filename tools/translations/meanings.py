"""The meanings of settings, for `pybabel extract`: they stand below each field of `Settings`."""

from collections.abc import Iterator
from typing import IO, Any

from babel.messages.extract import extract_python

from device.preferences import read_meanings


def extract(
    file: IO[bytes], keywords: Any, tags: Any, options: Any
) -> Iterator[tuple[int, str | None, Any, list[str]]]:
    """What Babel's own extraction of Python finds, and the settings."""
    yield from extract_python(file, keywords, tags, options)
    for meaning in read_meanings().values():
        yield 1, None, meaning, []
