"""Just enough of FlatBuffers to read a table, and to write a new one in front of a file.

The format: flatbuffers.dev, "FlatBuffer internals". All offsets but a table's to its vtable are
unsigned and point forward, so what is new stands in front of the file that it refers to.
"""

import struct
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_ALIGNMENT = 64
"""Of the file behind: a multiple of all that its own parts are aligned to."""


class Behind(NamedTuple):
    """Something that lies at `place` in the file behind."""

    place: int


@dataclass(frozen=True)
class Numbers:
    """A vector of scalars; `form` is one of them in the letters of `struct`."""

    form: str
    values: Sequence[float]


@dataclass(frozen=True)
class Links:
    """A vector of tables."""

    to: "Sequence[Table | Behind]"


@dataclass(frozen=True)
class Table:
    """A table: by the number of the field a small whole number, or what the field points to."""

    fields: "Mapping[int, int | Table | Links | Numbers | Behind]"


Target = Table | Links | Numbers | Behind


class Reader:
    """Reads tables of `data`, which begins with the offset of its root."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def follow(self, place: int) -> int:
        """Where the offset at `place` points to."""
        return place + int(self._read("<I", place))

    def field(self, table: int, number: int) -> int:
        """The place of a table's field. Raises ValueError when it isn't set."""
        vtable = table - int(self._read("<i", table))
        slot = 4 + 2 * number
        offset = int(self._read("<H", vtable + slot)) if slot < self._read("<H", vtable) else 0
        if not offset:
            raise ValueError(f"field {number} is not set")
        return table + offset

    def target(self, table: int, number: int) -> Behind:
        """What a table's field points to."""
        return Behind(self.follow(self.field(table, number)))

    def byte(self, table: int, number: int) -> int:
        """A field of one byte; 0 when it isn't set, as the format has it."""
        try:
            return self.data[self.field(table, number)]
        except ValueError:
            return 0

    def numbers(self, table: int, number: int, form: str = "i") -> list[float]:
        """A field that is a vector of scalars; `form` as in `struct`."""
        place = self.target(table, number).place
        count = int(self._read("<I", place))
        return list(struct.unpack_from(f"<{count}{form}", self.data, place + 4))

    def tables(self, table: int, number: int) -> list[Behind]:
        """A field that is a vector of tables."""
        place = self.target(table, number).place
        count = int(self._read("<I", place))
        return [Behind(self.follow(place + 4 + 4 * index)) for index in range(count)]

    def _read(self, form: str, place: int) -> float:
        return float(struct.unpack_from(form, self.data, place)[0])


def front(root: Table, identifier: bytes) -> bytes:
    """What stands in front of a file, so that both together are one with this root."""
    written = bytearray(4) + identifier
    links: list[tuple[int, Target]] = [(0, root)]
    places: dict[int, int] = {}
    waiting: deque[Target] = deque([root])
    while waiting:
        target = waiting.popleft()
        if isinstance(target, Behind) or id(target) in places:
            continue
        places[id(target)] = _write(target, written, links, waiting)
    written += bytes(-len(written) % _ALIGNMENT)
    for place, target in links:
        at = len(written) + target.place if isinstance(target, Behind) else places[id(target)]
        struct.pack_into("<I", written, place, at - place)
    return bytes(written)


def _write(
    target: Table | Links | Numbers,
    written: bytearray,
    links: list[tuple[int, Target]],
    waiting: deque[Target],
) -> int:
    """Write one thing at the end, and return its place; what it points to waits to be written behind it."""

    def link(to: Target) -> None:
        links.append((len(written), to))
        waiting.append(to)
        written.extend(bytes(4))

    if isinstance(target, Numbers):
        size = struct.calcsize(f"<{target.form}")
        # The count of 4 bytes stands before the numbers, which are aligned to their own size.
        written += bytes(-(len(written) + 4) % max(4, size))
        place = len(written)
        written += struct.pack(f"<I{len(target.values)}{target.form}", len(target.values), *target.values)
        written += bytes(-len(written) % 4)
        return place
    if isinstance(target, Links):
        place = len(written)
        written += struct.pack("<I", len(target.to))
        for to in target.to:
            link(to)
        return place
    slots = max(target.fields) + 1
    order = {number: 4 + 4 * index for index, number in enumerate(sorted(target.fields))}
    vtable = len(written)
    written += struct.pack(
        f"<HH{slots}H", 4 + 2 * slots, 4 + 4 * len(order), *(order.get(number, 0) for number in range(slots))
    )
    written += bytes(-len(written) % 4)
    place = len(written)
    written += struct.pack("<i", place - vtable)
    for number in order:
        value = target.fields[number]
        if isinstance(value, int):
            written += struct.pack("<I", value)
        else:
            link(value)
    return place
