"""Makes every write of a press, an entry and a deletion fail in turn, with the page up: it must say so.

`python -m tests.soak.faults` runs it after the records alone.
"""

import ctypes
import errno
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient

from device.app import App, build_app
from device.settings import Settings

_SECRET = "of the soak"
_WORD = re.compile(r"space|elsewhere|try again|could not|can't", re.IGNORECASE)

Job = Callable[[App, FlaskClient], int]


def press(house: App, client: FlaskClient) -> int:
    """A press; its status. What was announced must be there."""
    answer = client.post("/api/v1/press")
    if answer.is_json and "id" in answer.json:
        assert house.records.get(answer.json["id"])
    else:
        assert _WORD.search(answer.json["detail"]), answer.json
    return answer.status_code


def add_person(house: App, client: FlaskClient) -> int:
    """A new person, by the form."""
    pseudonym = f"P-{len(house.records.persons.search('', 100))}"
    answer = client.post("/persons/new", data={"pseudonym": pseudonym})
    assert answer.status_code == 303 or _WORD.search(answer.text), answer.text
    return answer.status_code


def delete(house: App, client: FlaskClient) -> int:
    """A deletion; what was said to be deleted must be gone."""
    newest = house.records.recent(1)[0].id
    answer = client.delete(f"/api/v1/examinations/{newest}")
    if answer.status_code == 204:
        assert house.records.get(newest) is None
    else:
        assert _WORD.search(answer.json["detail"]), answer.json
    return answer.status_code


JOBS: dict[str, Job] = {"press": press, "person": add_person, "deletion": delete}


def run(disk: ctypes.CDLL) -> None:
    """Fail each write of each job, once. Raises AssertionError."""
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(mock_pins=True, state=Path(name), frame_rate=20)
        with build_app(settings) as house:
            house.ring.newest()
            house.access.admit_local(_SECRET)
            client = house.app.test_client()
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {_SECRET}"
            for error in (errno.ENOSPC, errno.EIO):
                for title, job in JOBS.items():
                    counted = _fail_each(disk, name.encode(), error, job, house, client)
                    print(f"page, {errno.errorcode[error]}, {title}: {counted}", flush=True)
                    assert house.records.integrity.find_strays() == []


def _fail_each(
    disk: ctypes.CDLL, folder: bytes, error: int, job: Job, house: App, client: FlaskClient
) -> str:
    number, refused = 0, 0
    while True:
        number += 1
        # Something to delete.
        house.examiner.press()
        disk.disk_arm(folder, number, error, 0)
        refused += job(house, client) >= 400
        calls: int = disk.disk_calls()
        disk.disk_arm(b"", 0, 0, 0)
        assert client.get("/").status_code == client.get("/health").status_code == 200
        if calls < number:
            return f"{number - 1} writes, {refused} refused in words"
