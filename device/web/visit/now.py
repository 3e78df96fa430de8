"""Who is being examined now, as the pages show it."""

from dataclasses import dataclass
from math import ceil

from device.records import Query, Records
from device.records.values import Lesion, Line, Person
from device.visit import Visits
from device.web.audit import concerns


@dataclass(frozen=True)
class VisitNow:
    """The person and the lesion that the next press shows; `lesion` is None while none is chosen.

    It ends by itself in `minutes`.
    """

    person: Person
    lesion: Lesion | None
    minutes: int

    def hides(self, line: Line) -> bool:
        """Whether an examination is of somebody else, and so nothing to show beside this person's view."""
        return line.person not in ("", self.person.id)


def visit_now(records: Records, visits: Visits) -> VisitNow | None:
    """Who is being examined; None: nobody, or someone who was deleted meanwhile."""
    visit = visits.current
    person = records.persons.get(visit.person) if visit else None
    if visit is None or person is None:
        visits.end()
        return None
    lesion = records.lesions.get(visit.lesion) if visit.lesion else None
    concerns(person.id, *([lesion.id] if lesion else []))
    return VisitNow(person, lesion, ceil(visits.seconds_left / 60))


@dataclass(frozen=True)
class Known:
    """A lesion to choose, with its number among the person's, and its newest examination, if any."""

    number: int
    lesion: Lesion
    newest: Line | None


def known_lesions(records: Records, person: Person) -> list[Known]:
    """A person's lesions, those seen last first."""
    known = [
        Known(number, lesion, next(iter(records.search(Query(lesion=lesion.id), 1)), None))
        for number, lesion in enumerate(records.lesions.of_person(person.id), 1)
    ]
    concerns(*(each.lesion.id for each in known), *(each.newest.id for each in known if each.newest))
    return sorted(known, key=lambda each: each.newest.number if each.newest else 0, reverse=True)
