"""The English text of every code, one file a room; `device.words` tells how values are written."""

from collections.abc import Mapping

from device.words.english import (
    access,
    bundle,
    camera,
    certificate,
    commands,
    export,
    finding,
    front,
    general,
    health,
    images,
    optics,
    page,
    press,
    records,
    service,
    settings,
    wifi,
)

Text = str | tuple[str, str]
"""One text, or one for a single thing and one for many."""

_ROOMS = (
    access,
    bundle,
    camera,
    certificate,
    commands,
    export,
    finding,
    front,
    general,
    health,
    images,
    optics,
    page,
    press,
    records,
    service,
    settings,
    wifi,
)


def _gather() -> Mapping[str, Text]:
    texts: dict[str, Text] = {}
    for room in _ROOMS:
        doubled = texts.keys() & room.TEXTS.keys()
        assert not doubled, f"{room.__name__} has codes that another room has: {doubled}"
        texts |= room.TEXTS
    return texts


TEXTS = _gather()
"""By code."""
