"""A script of what goes wrong with the replay camera, and when."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from device.errors import PermanentCameraError


class Fault(StrEnum):
    """What a real camera does on a bad day."""

    FREEZE = "freeze"
    """The driver doesn't return."""
    VANISH = "vanish"
    """The cable is out."""
    SLOW = "slow"
    """Two frames a second."""
    DARK = "dark"
    """Black frames."""
    GARBAGE = "garbage"
    """Noise."""


@dataclass(frozen=True)
class PlannedFault:
    """A fault from `start` seconds after the program's start on, for `length` seconds."""

    start: float
    length: float
    fault: Fault


def read_faults(path: Path | str) -> tuple[PlannedFault, ...]:
    """A script: a line for each fault with its start, its length and its name, such as `3.0 1.5 freeze`.

    Empty lines and lines that begin with # are skipped. Raises PermanentCameraError, naming the line.
    """
    try:
        lines = Path(path).read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PermanentCameraError("fault_script_unreadable", path=path, error=error) from error
    numbered = ((number, line.split()) for number, line in enumerate(lines, 1))
    return tuple(
        _read_line(path, number, words) for number, words in numbered if words and words[0][0] != "#"
    )


def _read_line(path: Path | str, number: int, words: list[str]) -> PlannedFault:
    try:
        start, length, name = words
        return PlannedFault(float(start), float(length), Fault(name))
    except ValueError as error:
        raise PermanentCameraError(
            "fault_script_refused", path=path, line=number, faults=list(Fault)
        ) from error
