"""What the writers write: examinations with whom and what they show."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from device.errors import DamagedError
from device.examination import Examination
from device.export.order import Order
from device.opinion import Opinion
from device.optics import OpticsStore
from device.optics.scale import Scale
from device.records import Query, Records
from device.records.consents import Consent
from device.records.follow_ups import FollowUp
from device.records.pictures import OVERVIEW
from device.records.values import Lesion, Line, Person

_PAGE = 200
_PERSONS = 1000


@dataclass(frozen=True)
class Picture:
    """A picture as the records know it: `frame` is -1 for the small one and -2 for the overview.

    `sha256` is None when not known.
    """

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
    opinions: tuple[Opinion, ...] = ()
    follow_up: FollowUp | None = None
    consents: tuple[Consent, ...] = ()

    @property
    def best(self) -> Picture:
        """The picture that is shown."""
        return next(each for each in self.pictures if each.frame == self.examination.best)

    @property
    def overview(self) -> Picture | None:
        """The photograph of where on the body it is."""
        return next((each for each in self.pictures if each.frame == OVERVIEW), None)

    @property
    def age(self) -> int | None:
        """The person's age in years when it was taken; None also when that isn't known."""
        taken = self.taken_at
        return self.person.age_on(taken.date()) if self.person and taken else None

    @property
    def taken_at(self) -> datetime | None:
        """When it was taken, in UTC; None when the clock wasn't set then, and no date can be believed."""
        return self.examination.taken_at.astimezone(UTC) if self.examination.date_known else None


class Collection:
    """The examinations that meet an order, oldest first, as they were at one moment.

    `damaged` are the ids of those whose records turned out to be damaged on the way.
    """

    def __init__(self, records: Records, optics: OpticsStore, order: Order) -> None:
        self._records, self._order = records, order
        self.damaged: list[str] = []
        # Their ids alone: of 100,000 examinations even the lines would fill a small board's memory.
        self._ids = [line.id for line in _find(records, order.query)]
        self._first_day = lru_cache(_PERSONS)(self._look_for_first_day)
        self._scales = {
            each.title: each.value.width_mm for each in optics.history() if isinstance(each.value, Scale)
        }

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[Item | None]:
        """Each of them; None for what was deleted in the meantime, or is damaged."""
        for examination_id in reversed(self._ids):
            yield self._item(examination_id)

    def _item(self, examination_id: str) -> Item | None:
        records = self._records
        lines = records.search(Query(id=examination_id), 1)
        try:
            examination = records.get(examination_id)
        except DamagedError:
            self.damaged.append(examination_id)
            return None
        if examination is None or not lines:
            return None
        line = lines[0]
        lesion = records.lesions.get(line.lesion) if line.lesion else None
        person = records.persons.get(lesion.person) if lesion else None
        pictures = tuple(
            Picture(
                frame,
                digest,
                size,
                records.image_path(line.id, frame),
            )
            for frame, digest, size in records.pictures(line.id)
        )
        if not any(each.frame == examination.best for each in pictures):
            return None
        names = examination.optics.split(", ")
        width = next((self._scales[each] for each in names if each in self._scales), None)
        first = self._first_day(line.person) if line.person and examination.date_known else None
        day = (line.taken_at.date() - first).days if first else None
        # One that is damaged says nothing that can be believed.
        opinions = tuple(each for each in records.opinions.of_examination(line.id) if not each.damaged)
        follow_up = records.follow_ups.of(line.id)
        consents = tuple(records.consents.of_person(person.id)) if person else ()
        item = Item(examination, line, lesion, person, day, width, pictures, opinions, follow_up, consents)
        return item if self._order.named else _without_names(item)

    def _look_for_first_day(self, person: str) -> date | None:
        """The day of a person's first examination whose date is known, also when that isn't asked for."""
        lines = _find(self._records, Query(person=person))
        return min((line.taken_at.date() for line in lines if line.date_known), default=None)


def _find(records: Records, query: Query) -> Iterator[Line]:
    """Every line that meets the query, newest first."""
    before = None
    while page := records.search(query, _PAGE, before):
        yield from page
        before = page[-1].number


def _without_names(item: Item) -> Item:
    lesion, person = item.lesion, item.person
    if lesion:
        diagnosis = lesion.diagnosis and replace(lesion.diagnosis, in_words="")
        lesion = replace(lesion, notes="", diagnosis=diagnosis)
    if person:
        person = replace(person, name="", notes="")
    opinions = tuple(replace(each, reader="") for each in item.opinions)
    # An overview may show a face, and a consent has a name and a hand.
    pictures = tuple(each for each in item.pictures if each.frame != OVERVIEW)
    follow_up = item.follow_up and replace(item.follow_up, set_by="")
    line = replace(item.line, notes="")
    return replace(
        item,
        line=line,
        lesion=lesion,
        person=person,
        pictures=pictures,
        opinions=opinions,
        follow_up=follow_up,
        consents=(),
    )
