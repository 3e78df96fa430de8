"""Who is being examined, for programs: JSON under /api/v1."""

from http import HTTPStatus

from device.access import Role
from device.access.actions import Action
from device.visit import Visit
from device.web.audit import concerns
from device.web.body import read_body
from device.web.people.find import find_lesion, find_person
from device.web.refusal import refuse
from device.web.routing import Operation, Room
from device.web.services import services
from device.web.visit import schemas

room = Room("visit_api", __name__, prefix="/api/v1")


@room.get("/visit", role=Role.VIEWER, audit=Action.SAW_PERSON, api=Operation(schemas.Visit))
def read_visit() -> schemas.Visit:
    """Who is being examined now."""
    return _describe()


@room.put(
    "/visit",
    role=Role.EXAMINER,
    audit=Action.BEGAN_VISIT,
    api=Operation(schemas.Visit, body=schemas.NewVisit, problems=(HTTPStatus.NOT_FOUND,)),
)
def begin_visit() -> schemas.Visit:
    """Let presses show this person from now on, at the button too, until some minutes pass without one."""
    given, records = read_body(schemas.NewVisit), services().records
    person = find_person(records, given["person"])
    wanted = given.get("lesion")
    lesion = find_lesion(records, wanted) if wanted else None
    if lesion and lesion.person != person.id:
        refuse(HTTPStatus.NOT_FOUND, "lesion_of_someone_else")
    services().examiner.visits.begin(Visit(person.id, lesion.id if lesion else ""))
    return _describe()


@room.delete(
    "/visit", role=Role.EXAMINER, audit=Action.ENDED_VISIT, api=Operation(status=HTTPStatus.NO_CONTENT)
)
def end_visit() -> tuple[str, HTTPStatus]:
    """Let presses show nobody in particular."""
    services().examiner.visits.end()
    return "", HTTPStatus.NO_CONTENT


@room.post(
    "/code",
    role=Role.EXAMINER,
    audit=Action.READ_CODE,
    api=Operation(
        schemas.Code,
        problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE),
    ),
)
def read_code() -> schemas.Code:
    """Read a QR code or barcode (EAN, UPC) under the lens; answers with the first, within ten seconds."""
    services().aiming()
    return {"text": services().codes.read()}


def _describe() -> schemas.Visit:
    visits = services().examiner.visits
    visit = visits.current
    if visit:
        concerns(*filter(None, (visit.person, visit.lesion)))
    return {
        "person": visit.person if visit else None,
        "lesion": (visit.lesion or None) if visit else None,
        "ends_in": round(visits.seconds_left, 1) if visit else 0,
    }
