"""What is declared beside a view is what holds: who may use it, and what the audit log writes."""

import re
import sqlite3
from dataclasses import replace

import pytest

from device.access import Person, Role
from device.access.actions import LISTS, Action
from device.records import Query
from device.web.audit import STANDS_SECONDS, Auditor
from device.web.door.upload import LENGTH, PATH, TARGET
from device.web.routing import Room, UndeclaredRouteError, WebApp
from tests.device.web.people.support import as_role, last_actions

ID = re.compile(r"\b([0-9]{8}T[0-9]{12}-[0-9a-f]{4}|[0-9a-f]{16})\b")
ENDLESS = "/api/v1/events"
OF_EVERYTHING = (Action.SAW_AUDIT_LOG, Action.DOWNLOADED_BACKUP)


def test_a_route_past_its_room_can_not_be_added():
    app = WebApp(__name__)
    with pytest.raises(UndeclaredRouteError, match="/persons/list declares neither role nor audit"):
        app.get("/persons/list")(lambda: "all of them")


@pytest.mark.parametrize("declared", [{}, {"role": Role.VIEWER}, {"audit": None}])
def test_a_route_of_a_room_declares_both_role_and_audit(declared):
    room = Room("new", __name__)
    with pytest.raises(TypeError, match="missing"):
        room.get("/new", **declared)(lambda: "")


@pytest.fixture
def filled(site, examination, picture, frame):
    """The page over two examinations of one person's lesion, and one of nobody's."""
    site.ring.publish(frame)
    person = site.records.persons.add("P-1", name="Ann")
    lesion = site.records.lesions.add(person.id, label="mole")
    for day in (1, 2, 3):
        made = replace(examination, id=f"2026020{day}T030405000678-beef")
        site.records.save(made, picture)
        if day < 3:
            site.records.assign(made.id, lesion.id)
    site.named = {
        "examination_id": made.id,
        "person_id": person.id,
        "lesion_id": lesion.id,
        "job_id": "0" * 16,
        "number": 0,
        "which": "first",
        "name": "owner",
    }
    return site


def reading_routes(app):
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint != "static" and rule.rule != ENDLESS:
            yield rule.endpoint, rule


def ask(site, rule):
    path = re.sub(r"<(?:[^:<>]+(?:\([^)]*\))?:)?(\w+)>", lambda found: str(site.named[found[1]]), rule.rule)
    return site.client.get(path, buffered=True)


def seen_of(answer, known):
    text = answer.data.decode(errors="replace")
    return set(ID.findall(text)) & known


def test_what_is_not_audited_shows_nobody(filled):
    known = known_ids(filled)
    for endpoint, rule in reading_routes(filled.app):
        if filled.app.declarations[endpoint].audit is None:
            answer = ask(filled, rule)
            assert seen_of(answer, known) == set(), endpoint
            assert b"P-1" not in answer.data, endpoint


def known_ids(site):
    lines = site.records.search(Query())
    return {each for line in lines for each in (line.id, line.person, line.lesion) if each}


def test_the_audit_log_names_everything_that_an_answer_showed(filled):
    known = known_ids(filled)
    for endpoint, rule in reading_routes(filled.app):
        action = filled.app.declarations[endpoint].audit
        # Their action says that it is everything.
        if action in (None, *OF_EVERYTHING):
            continue
        answer = ask(filled, rule)
        written = [named for done, named in last_actions(filled, 3) if done == action]
        if answer.status_code < 400 and seen_of(answer, known):
            assert seen_of(answer, known) <= set(written[0].split()), endpoint


def test_a_list_of_the_api_names_what_it_listed(filled):
    filled.client.get("/api/v1/examinations?limit=2")
    [(action, named)] = last_actions(filled)
    assert action == "listed examinations"
    whose = {filled.named["person_id"], filled.named["lesion_id"]}
    assert set(named.split()) == {"20260203T030405000678-beef", "20260202T030405000678-beef", *whose}


def test_who_was_refused_is_written_once_an_hour(filled):
    viewer = as_role(filled, Role.VIEWER)
    for _ in range(3):
        assert viewer.get("/settings/log").status_code == 403
    assert viewer.post("/press").status_code == 403
    assert last_actions(filled, 2) == [("refused", "POST /press"), ("refused", "GET /settings/log")]


def test_pictures_are_written_unless_an_entry_says_so_already(filled):
    viewer, taken = as_role(filled, Role.VIEWER), filled.named["examination_id"]
    viewer.get(f"/examinations/{taken}/thumbnail.jpg", buffered=True)
    assert last_actions(filled) == [("saw thumbnail", taken)]
    viewer.get("/history")
    viewer.get(f"/examinations/{taken}/image.jpg", buffered=True)
    assert [action for action, _ in last_actions(filled, 2)] == ["saw picture", "listed examinations"]
    viewer.get(f"/examinations/{taken}/frames/0.small.jpg", buffered=True)
    viewer.get(f"/examinations/{taken}/saliency.png")
    assert last_actions(filled)[0][0] == "saw picture"
    # What one has seen stands for nobody else.
    as_role(filled, Role.EXAMINER).get(f"/examinations/{taken}/thumbnail.jpg", buffered=True)
    assert [action for action, _ in last_actions(filled, 2)] == ["saw thumbnail", "saw picture"]


def test_a_finding_that_is_sent_as_an_event_is_written_for_its_reader(filled):
    viewer = as_role(filled, Role.VIEWER)
    stream = viewer.get(ENDLESS, buffered=False)
    words = iter(stream.response)
    next(words)
    taken = filled.client.post("/api/v1/press").json["id"]
    assert "busy" in str(next(words))
    assert taken in str(next(words))
    stream.close()
    assert last_actions(filled, 3)[::2] == [("received finding", taken), ("followed events", "")]


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_an_entry_stands_for_an_hour_and_not_when_it_was_not_written(site, monkeypatch):
    clock = Clock()
    auditor = Auditor(site.access.audit, clock)
    ann = Person("Ann", Role.VIEWER)

    def count():
        return sum(action == "saw picture" for action, _ in last_actions(site, 9))

    write = site.access.audit.write
    monkeypatch.setattr(site.access.audit, "write", refuse_once(write))
    for expected in (0, 1, 1):
        auditor.write(ann, Action.SAW_PICTURE, ["a"])
        assert count() == expected
    clock.now += STANDS_SECONDS + 1
    auditor.write(ann, Action.SAW_PICTURE, ["a"])
    assert count() == 2
    assert Action.SAW_PICTURE not in LISTS


def refuse_once(write):
    faults = [sqlite3.OperationalError("database or disk is full")]

    def refusing(*entry):
        if faults:
            raise faults.pop()
        write(*entry)

    return refusing


def test_the_server_in_front_lets_a_large_body_in_from_whom_it_may_not_come(site):
    uploads = site.app.uploads()
    assert {"/exports/import", "/settings/restore", "/overviews"} <= uploads.keys()
    for role in Role:
        client = as_role(site, role)
        for path, declaration in uploads.items():
            about = {LENGTH: "100", TARGET: f"{path}?again=yes"}
            may = role >= declaration.role
            assert client.get(PATH, headers=about).status_code == (204 if may else 403), (role, path)
        elsewhere = client.get(PATH, headers={LENGTH: "100", TARGET: "/press"}).status_code
        assert elsewhere == (204 if role is Role.OWNER else 403)
