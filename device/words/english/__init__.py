"""The English text of every code, one file a room; `device.words` tells how values are written."""

import pkgutil
from collections.abc import Mapping
from importlib import import_module

Text = str | tuple[str, str]
"""One text, or one for a single thing and one for many."""


def _gather() -> Mapping[str, Text]:
    texts: dict[str, Text] = {}
    for each in pkgutil.iter_modules(__path__):
        room = import_module(f"{__name__}.{each.name}")
        doubled = texts.keys() & room.TEXTS.keys()
        assert not doubled, f"{room.__name__} has codes that another room has: {doubled}"
        texts |= room.TEXTS
    return texts


TEXTS = _gather()
"""By code."""
