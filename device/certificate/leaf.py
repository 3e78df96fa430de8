"""The certificate of the page itself: for which names, from when until when, and when it needs a new one."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from device.certificate.names import MOST_NAMES

BACKDATED = timedelta(days=30)
"""A Pi's clock may be ahead of the phone's."""
LIFE = timedelta(days=820)
"""From beginning to end; Apple's systems take no more than 825 days (support.apple.com/103769)."""
RENEWED_BEFORE = timedelta(days=60)

_MARK = "# dermapoint: "


@dataclass(frozen=True)
class Leaf:
    """What it is for, and its key and certificate as PEM."""

    names: tuple[str, ...]
    begins: datetime
    ends: datetime
    pem: str = ""

    def serves(self, names: tuple[str, ...], now: datetime) -> bool:
        """Whether it does for these names, now and for some time; a clock that has jumped shows here, too."""
        return set(names) <= set(self.names) and self.begins <= now < self.ends - RENEWED_BEFORE

    def to_text(self) -> str:
        """As a file: what it is in a first line, which OpenSSL passes over."""
        about = {"names": self.names, "begins": self.begins.isoformat(), "ends": self.ends.isoformat()}
        return f"{_MARK}{json.dumps(about)}\n{self.pem}"


def plan(names: tuple[str, ...], before: Leaf | None, now: datetime) -> Leaf:
    """The next one: for these names and, as a device goes to and fro between networks, those of before."""
    earlier = before.names if before else ()
    begins = now.astimezone(UTC).replace(microsecond=0) - BACKDATED
    return Leaf(tuple(dict.fromkeys((*names, *earlier)))[:MOST_NAMES], begins, begins + LIFE)


def read_leaf(text: str) -> Leaf | None:
    """What `to_text` wrote, or None."""
    first, _, pem = text.partition("\n")
    try:
        about = json.loads(first.removeprefix(_MARK))
        names = tuple(str(name) for name in about["names"])
        begins, ends = (datetime.fromisoformat(about[key]) for key in ("begins", "ends"))
        return Leaf(names, begins, ends, pem) if begins.tzinfo and ends.tzinfo else None
    except (ValueError, KeyError, TypeError):
        return None
