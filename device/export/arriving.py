"""Brings a ZIP export of another device in: nothing twice, nothing changed that is here.

All of the file is checked before the first examination is kept. Each of them is then kept whole or
not at all, so what was cut short goes on where it stopped when the same file is imported again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from device.export.reading import read_arrival
from device.export.trust import trust
from device.records import Records
from device.records.importer import Imported, Standing
from device.words import say

MOST_TOLD = 100
"""So many sentences are kept of each kind; their number is told in any case."""


@dataclass
class Arrived:
    """What became of the examinations of a file, and in sentences what wasn't taken and why."""

    added: int = 0
    known: int = 0
    deleted: int = 0
    conflicts: int = 0
    damaged: int = 0
    told: list[str] = field(default_factory=list)

    def tell(self, sentence: str) -> None:
        """Add a sentence, unless there are too many or it was told."""
        if len(self.told) < MOST_TOLD and sentence not in self.told:
            self.told.append(sentence)


def bring_in(
    records: Records, path: Path, again: bool, tell: Callable[[int, int], None], reserve: int
) -> Arrived:
    """Import it; with `again` also what was deleted here.

    Raises ExportError, and changes nothing, when the file can't be believed or there is no room;
    RecordsError when the disk refuses in the middle: what was added until then stays.
    """
    arrived = Arrived()
    with trust(path, records.card.free_bytes - reserve) as trusted:
        pictures = trusted.pictures()
        total = len(pictures) + trusted.count
        for done, name in enumerate(pictures):
            tell(done, total)
            trusted.picture(name)
        for line in trusted.lines():
            read_arrival(line, trusted, _namer(records))
        for done, line in enumerate(trusted.lines()):
            tell(min(len(pictures) + done, total), total)
            _take(records, read_arrival(line, trusted, _namer(records)), again, arrived)
        tell(total, total)
    return arrived


def _namer(records: Records) -> Callable[[str, int], str]:
    return lambda id, frame: records.image_path(id, frame).name


def _take(records: Records, arrival: Imported | None, again: bool, arrived: Arrived) -> None:
    if arrival is None:
        arrived.damaged += 1
        arrived.tell("An examination was left out: its picture was damaged on the other device.")
        return
    name = arrival.examination.id
    standing, why = records.importer.compare(arrival), records.importer.refuse(arrival)
    if standing is Standing.KNOWN:
        arrived.known += 1
    elif standing is Standing.DIFFERS:
        arrived.conflicts += 1
        arrived.tell(f"Examination {name} is here already and says something else; it was left as it is.")
    elif why:
        arrived.conflicts += 1
        arrived.tell(f"Examination {name} was not taken: {say(why)}.")
    elif standing is Standing.DELETED and not again:
        arrived.deleted += 1
        arrived.tell(f"Examination {name} was deleted here; it comes back only when you ask for it.")
    else:
        differs = records.importer.differences(arrival)
        records.importer.take(arrival)
        arrived.added += 1
        if differs:
            sentence = say(differs)
            arrived.tell(f"{sentence[0].upper()}{sentence[1:]}.")
