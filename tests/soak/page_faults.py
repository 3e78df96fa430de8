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
Row = tuple[str, str, str, int, int | str]
"""Of the table: what was done, the error, whether the next write works, how many failed, how many refused."""


def press(app: App, client: FlaskClient) -> int:
    """A press; its status. What was announced must be there."""
    answer = client.post("/api/v1/press")
    if answer.is_json and "id" in answer.json:
        assert app.records.get(answer.json["id"])
    else:
        assert _WORD.search(answer.json["detail"]), answer.json
    return answer.status_code


def add_person(app: App, client: FlaskClient) -> int:
    """A new person, by the form."""
    pseudonym = f"P-{len(app.records.persons.search('', 100))}"
    answer = client.post("/persons/new", data={"pseudonym": pseudonym})
    assert answer.status_code == 303 or _WORD.search(answer.text), answer.text
    return answer.status_code


def delete(app: App, client: FlaskClient) -> int:
    """A deletion; what was said to be deleted must be gone."""
    newest = app.records.recent(1)[0].id
    answer = client.delete(f"/api/v1/examinations/{newest}")
    if answer.status_code == 204:
        assert app.records.get(newest) is None
    else:
        assert _WORD.search(answer.json["detail"]), answer.json
    return answer.status_code


JOBS: dict[str, Job] = {"a press, with the page up": press, "a new person": add_person, "a deletion": delete}


def run(disk: ctypes.CDLL) -> list[Row]:
    """Fail each write of each job, once. Raises AssertionError."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(mock_pins=True, state=Path(name), frame_rate=20)
        with build_app(settings) as app:
            app.ring.newest()
            app.access.admit_local(_SECRET)
            client = app.app.test_client()
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {_SECRET}"
            for error in (errno.ENOSPC, errno.EIO):
                for title, job in JOBS.items():
                    failed, refused = _fail_each(disk, name.encode(), error, job, app, client)
                    rows.append((title, errno.errorcode[error], "works again", failed, refused))
                    print(*rows[-1], sep=", ", flush=True)
                    assert app.records.integrity.find_strays() == []
    return rows


def _fail_each(
    disk: ctypes.CDLL, folder: bytes, error: int, job: Job, app: App, client: FlaskClient
) -> tuple[int, int]:
    """How many writes failed in turn, and how many of them were refused."""
    number, refused = 0, 0
    while True:
        number += 1
        # Something to delete.
        app.examiner.press()
        disk.disk_arm(folder, number, error, 0)
        refused += job(app, client) >= 400
        calls: int = disk.disk_calls()
        disk.disk_arm(b"", 0, 0, 0)
        assert client.get("/").status_code == client.get("/health").status_code == 200
        if calls < number:
            return number - 1, refused
