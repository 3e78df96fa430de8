"""Space that is kept for the way out: to enter, to delete and to save elsewhere when the card is full."""

import logging
import os
from contextlib import suppress

from device.records.card import LEAST_FREE, Card

FILE = "reserve"
BYTES = 8 << 20
"""Enough for the logs and journals of some hundred deletions."""
_NEEDED = 4 << 20

log = logging.getLogger(__name__)


class Reserve:
    """A file on the card that takes up space, while there is enough beside it."""

    def __init__(self, card: Card) -> None:
        self.card, self._path = card, card.folder / FILE

    def set_aside(self) -> None:
        """Take the space, unless it is taken already or too little would be left. Raises OSError."""
        if self._path.exists() or self.card.free_bytes < LEAST_FREE + BYTES:
            return
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, BYTES)
        except OSError:
            self._path.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)

    def release_if_needed(self) -> None:
        """Give the space up when hardly any is left; to be asked before whatever is vital is written."""
        with suppress(OSError):
            if self.card.free_bytes < _NEEDED and self._path.exists():
                self._path.unlink()
                log.warning("the card is full: the reserve was given up")
