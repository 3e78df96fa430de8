import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from device.errors import RecordsError
from device.records import Query, Records, migrations
from device.records.migrations import NEWEST, back_up, migrate, version_of
from device.serialization import examination_to_json

# As the first version of Dermapoint made it.
FIRST = """
CREATE TABLE IF NOT EXISTS examination (
    id       TEXT PRIMARY KEY,  -- sorts by time
    taken_at TEXT NOT NULL,     -- ISO 8601 with time zone
    triage   TEXT NOT NULL,
    document TEXT NOT NULL      -- the examination as JSON
) STRICT;
"""


@pytest.fixture
def first(state, examination, finding):
    """A database of the first version: three examinations, the last saved while the clock had jumped back."""
    state.mkdir()
    examinations = [
        replace(examination, id="20260102T000000000000-0001", frames=examination.frames * 3),
        replace(examination, id="20260103T000000000000-0002", finding=replace(finding, foreign=True)),
        replace(examination, id="20200101T000000000000-0003"),
    ]
    with closing(sqlite3.connect(state / "records.sqlite3")) as database, database:
        database.executescript(FIRST)
        for each in examinations:
            document = examination_to_json(each)
            if each.id.endswith("3"):
                # Before there were bursts.
                del document["frames"]
                quality = {"brightness": 0.5, "clipped": 0.0, "sharpness": 5.0, "advice": []}
                document |= {"quality": quality, "frame_metadata": {"a": 1}}
            row = (each.id, each.taken_at.isoformat(), each.finding.triage.value, json.dumps(document))
            database.execute("INSERT INTO examination VALUES (?, ?, ?, ?)", row)
    return examinations


def rows(path):
    with closing(sqlite3.connect(path)) as database:
        return database.execute(
            "SELECT id, taken_at, triage, document FROM examination ORDER BY id"
        ).fetchall()


def test_the_first_version_comes_along_without_loss(state, first):
    before = rows(state / "records.sqlite3")
    records = Records(state)
    assert [each.id for each in records.recent(9)] == [each.id for each in reversed(first)]
    for each in first:
        kept = records.get(each.id)
        assert kept.taken_at == each.taken_at
        assert kept.finding.probabilities == each.finding.probabilities
        assert len(kept.frames) == len(each.frames)
    lines = {line.id: line for line in records.search(Query())}
    assert [lines[each.id].likeliest for each in first] == ["mel", "", "mel"]
    assert lines[first[0].id].taken_at == first[0].taken_at.replace(microsecond=0)
    assert [len(records._examinations.pictures(each.id)) for each in first] == [4, 2, 2]
    records.close()
    assert rows(state / f"backups/before-version-{NEWEST}.sqlite3") == before


def test_pictures_of_the_first_version_get_their_hashes_when_checked(state, first):
    records = Records(state)
    for number, name in enumerate((first[2].id, first[2].id + ".small")):
        (state / f"images/{name}.jpg").write_bytes(b"picture %d" % number)
    assert records.integrity.check(first[2].id) == {}
    (state / f"images/{first[2].id}.jpg").write_bytes(b"another")
    assert list(records.integrity.check(first[2].id)) == [0]
    records.close()


def test_a_step_that_fails_changes_nothing_and_says_where_the_copy_is(state, first, tmp_path):
    path = state / "records.sqlite3"
    before = rows(path)
    good, bad = tmp_path / "1.sql", tmp_path / "2.sql"
    good.write_text(FIRST)
    bad.write_text("DROP TABLE examination; CREATE TABLE new (a INTEGER); SELECT * FROM missing;")
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        with pytest.raises(
            RecordsError, match=r"version 1 to 2 .*no such table.*copy lies in .*copy\.sqlite3"
        ):
            migrate(database, tmp_path / "copy.sqlite3", [good, bad])
        assert version_of(database) == 1
    assert rows(path) == before == rows(tmp_path / "copy.sqlite3")


def test_what_a_newer_version_wrote_is_left_alone(state):
    Records(state).close()
    with closing(sqlite3.connect(state / "records.sqlite3")) as database:
        database.execute("PRAGMA user_version = 99")
    before = (state / "records.sqlite3").read_bytes()
    with pytest.raises(RecordsError, match="newer Dermapoint"):
        Records(state)
    assert (state / "records.sqlite3").read_bytes() == before


def test_a_guest_waits_for_the_device_to_bring_the_records_along(state, first):
    owner = Records(state)
    with owner._database.alone() as writer:
        writer.execute("PRAGMA user_version = 1")
    with pytest.raises(RecordsError, match="restart the device"):
        Records(state, exclusive=False)
    owner.close()


def test_an_empty_folder_needs_no_copy_of_before(state):
    Records(state).close()
    assert [path.name for path in (state / "backups").iterdir()] == ["records-000001.sqlite3"]


def test_copies_of_an_older_version_are_brought_along_by_a_deletion_and_not_lost(state, first):
    """A new program must not throw away with the first deletion what its predecessor had kept."""
    old = state / "backups/last-good.sqlite3"
    old.parent.mkdir()
    with closing(sqlite3.connect(state / "records.sqlite3", isolation_level=None)) as database:
        migrate(database, state / "unused", sorted(Path(migrations.__file__).parent.glob("000[123].sql")))
        back_up(database, old)
    records = Records(state)
    records.deletion.examinations([first[0].id])
    with closing(sqlite3.connect(old)) as database:
        assert version_of(database) == NEWEST
        kept = {found for (found,) in database.execute("SELECT id FROM examination")}
    assert kept == {each.id for each in first[1:]}
    records.close()
