"""Whom and which lesion an examination shows, when it wasn't chosen before the press.

Said in one tap for those seen last, else in two steps.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from device.access import Role
from device.access.actions import Action
from device.errors import ChangedError, ValueRefusedError
from device.records import Query, Records
from device.records.values import LONGEST_NAME, Lesion, Line, Person, revision_of
from device.web import flash
from device.web.audit import concerns
from device.web.changed import REVISION, show_changed
from device.web.people.bodymap import marks
from device.web.people.fields import TITLES, lesion_fields
from device.web.people.find import find_lesion, find_line
from device.web.problems import status_of
from device.web.routing import Room
from device.web.services import services
from device.words.marks import N_

NOBODY, NEW = "nobody", "new"
"""Sent in place of a lesion: it isn't known whom the examination shows; a lesion that isn't known yet."""

PROTECTED = "protected"
_KEPT = N_("Never delete it to make room or for its age")

OFFERED = 3
"""Lesions that were seen last and are offered for one tap."""

_LOOKED_AT = 60
"""Only so many presses back: on a device where nobody assigns, there would be no end to looking."""
_ALIKE = 8


@dataclass(frozen=True)
class Assignment:
    """What the page says of whom an examination shows; `offers` are lesions seen last, with their persons."""

    line: Line
    lesion: Lesion | None
    person: Person | None
    offers: tuple[tuple[Lesion, Person], ...]
    known: tuple[str, ...]


def look(records: Records, examination_id: str, examined: str = "") -> Assignment:
    """Whom the examination shows, and who else it may be: pseudonyms seen lately are `known`.

    Lesions of the person `examined` now (an id; empty: nobody) are offered first.
    """
    line = find_line(records, examination_id)
    lesion = records.lesions.get(line.lesion) if line.lesion else None
    person = records.persons.get(lesion.person) if lesion else None
    lately = [each for each in records.search(Query(), _LOOKED_AT) if each.lesion]
    offers = tuple(_offers(records, examined, lately, line.lesion))
    for offered, whose in offers:
        concerns(offered.id, whose.id)
    concerns(*filter(None, (line.lesion, line.person)))
    return Assignment(line, lesion, person, offers, tuple(dict.fromkeys(each.pseudonym for each in lately)))


room = Room("assign", __name__, prefix="/examinations/<examination_id>")


@room.get("/assign", role=Role.EXAMINER, audit=Action.LISTED_PERSONS)
def page(examination_id: str) -> str:
    """Choose the person and the lesion that an examination shows."""
    records = services().records
    return _render(records, find_line(records, examination_id), request.args)


@room.post("/assign", role=Role.EXAMINER, audit=Action.ASSIGNED_EXAMINATION)
def save(examination_id: str) -> Response | tuple[str, int]:
    """Keep the choice."""
    records = services().records
    line = find_line(records, examination_id)
    try:
        records.assign(line.id, _chosen(records, request.form))
    except ValueRefusedError as error:
        return _render(records, line, request.form, error), status_of(error)
    return _see(line)


@room.post("/notes", role=Role.EXAMINER, audit=Action.CHANGED_EXAMINATION)
def note(examination_id: str) -> Response | tuple[str, int]:
    """Keep the notes, and whether the examination is protected."""
    records = services().records
    line = find_line(records, examination_id)
    notes = request.form.get("notes", "").replace("\r\n", "\n").strip()
    protected = PROTECTED in request.form
    try:
        records.change(line.id, request.form.get(REVISION, ""), notes=notes, protected=protected)
    except ChangedError:
        now = find_line(records, examination_id)
        back = url_for("pages.examination", examination_id=now.id)
        said = {"notes": now.notes, PROTECTED: "yes" if now.protected else ""}
        titles, words = TITLES | {PROTECTED: _KEPT}, {"yes": N_("yes")}
        return show_changed(said, revision_of(now), back, titles, words, (PROTECTED,))
    return _see(line)


def _render(
    records: Records, line: Line, given: Mapping[str, str], fault: ValueRefusedError | None = None
) -> str:
    pseudonym = given.get("pseudonym", "").strip()
    person = records.persons.known_as(pseudonym)
    lesions = records.lesions.of_person(person.id) if person else []
    alike = [] if person else records.persons.search(pseudonym[:LONGEST_NAME], _ALIKE)
    concerns(*(each.id for each in (alike if person is None else [person])), *(each.id for each in lesions))
    return render_template(
        "people/assign_page.html",
        line=line,
        examined=person,
        pseudonym=pseudonym,
        alike=alike,
        lesions=lesions,
        placed=marks(lesions),
        values=given,
        fault=fault,
    )


def _chosen(records: Records, form: Mapping[str, str]) -> str | None:
    """The id of the lesion that the form names, made now if it is new, and so the person; None: nobody's.

    Raises ValueRefusedError, and then nothing was made.
    """
    choice = form.get("lesion", "")
    if choice == NOBODY:
        return None
    if not choice:
        raise ValueRefusedError("lesion", "choose_lesion")
    if choice != NEW:
        return find_lesion(records, choice).id
    fields = lesion_fields(form)
    Lesion("", "", **fields).check_texts()
    pseudonym = form.get("pseudonym", "").strip()
    person = records.persons.known_as(pseudonym) or records.persons.add(pseudonym)
    return records.lesions.add(person.id, **fields).id


def _offers(
    records: Records, examined: str, lately: list[Line], shown: str
) -> Iterator[tuple[Lesion, Person]]:
    theirs = [lesion.id for lesion in records.lesions.of_person(examined)] if examined else []
    ids = dict.fromkeys((*theirs, *(line.lesion for line in lately)))
    for lesion_id in [each for each in ids if each != shown][: max(OFFERED, len(theirs))]:
        lesion = records.lesions.get(lesion_id)
        person = records.persons.get(lesion.person) if lesion else None
        if lesion and person:
            yield lesion, person


def _see(line: Line) -> Response:
    # Below the finding, where it was said.
    return flash.see(url_for("pages.examination", examination_id=line.id, _anchor="assign"))
