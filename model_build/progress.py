"""How far a long step is, and how long the rest takes."""

import sys
from collections.abc import Iterable
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")

_SECONDS_ON_SCREEN, _SECONDS_IN_FILE = 0.1, 30.0


def progress(
    iterable: Iterable[T], what: str, total: int | None = None, unit: str = "picture"
) -> Iterable[T]:
    """`iterable`, with a line on standard error that grows; into a file a line every half minute."""
    interval = _SECONDS_ON_SCREEN if sys.stderr.isatty() else _SECONDS_IN_FILE
    bar: Iterable[T] = tqdm(iterable, what, total, unit=unit, mininterval=interval, maxinterval=interval)
    return bar
