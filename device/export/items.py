"""What the writers write: examinations with whom and what they show."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path

from device.examination import Examination
from device.export.order import Order
from device.optics import OpticsStore
from device.optics.scale import Scale
from device.records import Query, Records
from device.records.values import Lesion, Line, Person

_PAGE = 200


@dataclass(frozen=True)
class Picture:
    """A picture as the records know it: `frame` is -1 for the small one; `sha256` is None when not known."""

    frame: int
    sha256: bytes | None
    size: int
    path: Path

    def read(self) -> bytes | None:
        """The JPEG file, or None when it isn't as it was taken."""
        try:
            data = self.path.read_bytes()
        except OSError:
            return None
        return data if self.sha256 in (None, sha256(data).digest()) else None


@dataclass(frozen=True)
class Item:
    """One examination to export.

    `lesion` and `person` are None while it is not assigned; `day` is how many days after the
    person's first examination it was taken, and `width_mm` what the whole picture shows from
    left to right, None when no scale was calibrated.
    """

    examination: Examination
    line: Line
    lesion: Lesion | None
    person: Person | None
    day: int | None
    width_mm: float | None
    pictures: tuple[Picture, ...]

    @property
    def best(self) -> Picture:
        """The picture that is shown."""
        return next(each for each in self.pictures if each.frame == self.examination.best)

    @property
    def age(self) -> int | None:
        """The person's age in years when it was taken."""
        return self.person.age_on(self.examination.taken_at.date()) if self.person else None


class Collection:
    """The examinations that meet an order, oldest first, as they were at one moment."""

    def __init__(self, records: Records, optics: OpticsStore, order: Order) -> None:
        self._records, self._order = records, order
        self._lines = _find(records, order.query)
        self._first = _first_days(records, self._lines)
        self._scales = {
            each.title: each.value.width_mm for each in optics.history() if isinstance(each.value, Scale)
        }

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Item | None]:
        """Each of them; None for what was deleted in the meantime."""
        for line in reversed(self._lines):
            yield self._item(line)

    def _item(self, line: Line) -> Item | None:
        records = self._records
        examination = records.get(line.id)
        if examination is None:
            return None
        lesion = records.lesions.get(line.lesion) if line.lesion else None
        person = records.persons.get(lesion.person) if lesion else None
        pictures = tuple(
            Picture(
                frame,
                digest,
                size,
                records.thumbnail_path(line.id) if frame < 0 else records.image_path(line.id, frame),
            )
            for frame, digest, size in records.pictures(line.id)
        )
        if not any(each.frame == examination.best for each in pictures):
            return None
        names = examination.optics.split(", ")
        width = next((self._scales[each] for each in names if each in self._scales), None)
        day = (line.taken_at.date() - self._first[line.person]).days if line.person in self._first else None
        item = Item(examination, line, lesion, person, day, width, pictures)
        return item if self._order.named else _without_names(item)


def _find(records: Records, query: Query) -> list[Line]:
    lines: list[Line] = []
    while page := records.search(query, _PAGE, lines[-1].number if lines else None):
        lines += page
    return lines


def _first_days(records: Records, lines: list[Line]) -> dict[str, date]:
    """The day of each person's first examination, also when that isn't asked for."""
    days: dict[str, date] = {}
    for person in {line.person for line in lines if line.person}:
        days[person] = min(line.taken_at.date() for line in _find(records, Query(person=person)))
    return days


def _without_names(item: Item) -> Item:
    lesion, person = item.lesion, item.person
    if lesion:
        told = lesion.diagnosis and replace(lesion.diagnosis, in_words="")
        lesion = replace(lesion, notes="", diagnosis=told)
    if person:
        person = replace(person, name="", notes="")
    return replace(item, line=replace(item.line, notes=""), lesion=lesion, person=person)
