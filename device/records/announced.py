"""How many examinations each database has ever saved, kept apart from it.

Without it a database that was emptied couldn't be told from that of a new device.
"""

import os
import re
from contextlib import suppress
from pathlib import Path

FILE = "announced"

_LINE = re.compile(rb"([0-9a-f]{16}) ([0-9]{12})\n")


class Announced:
    """A line for each database: its identity, and the highest number it has given to an examination.

    A line that is damaged counts as missing, and a disk that refuses is no reason to fail: it is a witness.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def read(self) -> dict[str, int]:
        """The highest number by identity."""
        try:
            data = self._path.read_bytes()
        except OSError:
            return {}
        found: dict[str, int] = {}
        for store, number in _LINE.findall(data):
            found[store.decode()] = max(found.get(store.decode(), 0), int(number))
        return found

    def note(self, store: str, number: int) -> None:
        """Write down a number of this database, unless a higher one stands there.

        In its place and without a sync: a press must not wait for it, and a full card has the room.
        """
        known = self.read()
        if number > known.get(store, 0):
            with suppress(OSError):
                descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
                try:
                    os.pwrite(descriptor, _lines({**known, store: number}), 0)
                finally:
                    os.close(descriptor)

    def settle(self, store: str, number: int) -> None:
        """From now on only this database is known: what the others held is in it, or lost for good."""
        with suppress(OSError):
            self._path.write_bytes(_lines({store: number}))


def _lines(known: dict[str, int]) -> bytes:
    return b"".join(f"{store} {number:012}\n".encode() for store, number in known.items())
