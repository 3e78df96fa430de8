"""Databases from elsewhere: nothing in them is run, and nothing of them is believed unchecked."""

import json
import sqlite3
from contextlib import closing, suppress

import pytest

from device.errors import RecordsError
from device.records import Records, foreign
from device.records.foreign import rebuild
from device.records.migrations import NEWEST, back_up
from device.words import say


@pytest.fixture
def other(tmp_path):
    other = Records(tmp_path / "other")
    yield other
    other.close()


@pytest.fixture
def copy(records, save, tmp_path):
    """The database of two examinations, a person and her lesion, as one file."""
    ids = [save(1), save(2)]
    person = records.persons.add("P-1", name="Ann")
    records.assign(ids[0], records.lesions.add(person.id, label="left").id)
    records.note(ids[1], "a note")
    path = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(records.folder / "records.sqlite3")) as source:
        back_up(source, path)
    return path


def change(path, *statements):
    with closing(sqlite3.connect(path)) as database, database:
        for statement, *values in statements:
            database.execute(statement, values)


def tables(path):
    with closing(sqlite3.connect(path)) as database:
        return {
            name: database.execute(f"SELECT * FROM {name}").fetchall()
            for name in ("person", "lesion", "examination", "document", "picture")
        }


def test_what_is_sound_is_copied_as_it_is(copy, tmp_path):
    assert rebuild(copy, tmp_path / "clean.sqlite3") == []
    assert tables(tmp_path / "clean.sqlite3") == tables(copy)
    assert len(tables(copy)["examination"]) == 2


CODE = {
    "a trigger": "CREATE TRIGGER evil AFTER INSERT ON examination BEGIN DELETE FROM examination; END",
    "a view": "CREATE VIEW evil AS SELECT * FROM examination",
    "a virtual table": "CREATE VIRTUAL TABLE evil USING fts5(text)",
    "an index on code": "CREATE INDEX evil ON examination (abs(malignancy))",
    "another table": "CREATE TABLE evil (a)",
    "a generated column": "ALTER TABLE examination ADD COLUMN evil TEXT AS (hex(zeroblob(1000000)))",
}


@pytest.mark.parametrize("statement", CODE.values(), ids=CODE)
def test_a_database_with_code_in_it_is_refused(copy, tmp_path, statement):
    change(copy, [statement])
    with pytest.raises(RecordsError, match="not a Dermapoint's"):
        rebuild(copy, tmp_path / "clean.sqlite3")


def test_a_table_that_is_a_view_is_refused(copy, tmp_path):
    change(
        copy,
        ["ALTER TABLE examination RENAME TO real"],
        ["CREATE VIEW examination AS SELECT * FROM real, (SELECT load_extension('/tmp/evil.so'))"],
    )
    with pytest.raises(RecordsError, match="not a Dermapoint's"):
        rebuild(copy, tmp_path / "clean.sqlite3")


NESTED = "[" * 975 + "]" * 975


def edit(path, **values):
    """A change of a document; dots lead into it."""

    def work(value):
        for name, new in values.items():
            *way, last = name.split("__")
            for step in way:
                value = value[int(step) if step.isdigit() else step]
            value[last] = new

    def on(copy):
        with closing(sqlite3.connect(copy)) as database, database:
            text = database.execute("SELECT document FROM document ORDER BY examination").fetchone()[0]
            value = json.loads(text)
            work(value)
            database.execute(
                "UPDATE document SET document = ?"
                " WHERE examination = (SELECT min(examination) FROM document)",
                (json.dumps(value).replace(f'"{NESTED}"', NESTED),),
            )

    return on


DOCUMENTS = {
    "975-fold nested metadata": edit(None, frames__0__metadata=NESTED),
    "15-fold nested metadata": edit(None, frames__0__metadata={"a": [[[[[[[[[[[[[1]]]]]]]]]]]]]}),
    "a million values": edit(None, frames__0__metadata={"a": list(range(10**6))}),
    "a huge text": edit(None, finding__model="x" * 10**6),
    "a NUL": edit(None, finding__model="a\0b"),
    "a number without end": edit(None, timings_ms={"save": float("inf")}),
    "a number of many digits": edit(None, timings_ms={"save": 10**40}),
    "a probability of 2": edit(None, finding__malignancy=2.0),
    "another triage than the row's": edit(None, finding__triage="watch"),
    "another id": edit(None, id="20260109T000000000000-abcd"),
    "no frames": edit(None, frames=[]),
    "a best that isn't": edit(None, best=9),
    "a list for a text": edit(None, optics=["a"]),
}


@pytest.mark.parametrize("spoil", DOCUMENTS.values(), ids=DOCUMENTS)
def test_an_examination_that_can_not_be_believed_is_left_out_and_named(copy, tmp_path, spoil):
    first, second = (row[1] for row in tables(copy)["examination"])
    spoil(copy)
    (left_out,) = rebuild(copy, tmp_path / "clean.sqlite3")
    assert left_out.values["id"] == first
    assert say(left_out).startswith(f"{first}: it holds a value that can't be: ")
    clean = tables(tmp_path / "clean.sqlite3")
    assert [row[1] for row in clean["examination"]] == [second]
    assert {row[0] for row in (*clean["document"], *clean["picture"])} == {second}


@pytest.mark.parametrize(
    ("statement", "value", "names"),
    [
        ("UPDATE examination SET triage = ? WHERE number = 1", "cat", 1),
        ("UPDATE examination SET likeliest = ? WHERE number = 1", "cat", 1),
        ("UPDATE examination SET notes = ? WHERE number = 1", "a\x1b[2J", 1),
        ("UPDATE person SET sex = ?", "cat", 1),
        ("UPDATE person SET notes = ?", "x" * 10**5, 1),
        ("UPDATE person SET id = ?", "../../etc", 2),
        ("UPDATE lesion SET region = ?", "wing", 1),
        ("UPDATE lesion SET label = ?", "a\0b", 1),
    ],
)
def test_a_row_that_can_not_be_believed_is_left_out_and_named(copy, tmp_path, statement, value, names):
    change(copy, [statement, value])
    left_out = rebuild(copy, tmp_path / "clean.sqlite3")
    assert 1 <= len(left_out) <= names
    clean = tables(tmp_path / "clean.sqlite3")
    assert value not in json.dumps(clean, default=str)
    assert len(clean["examination"]) == 2 - ("examination" in statement)


@pytest.mark.parametrize("place", ["header", "middle", "end", "schema"])
def test_a_database_with_bent_pages_ends_nothing_but_its_reading(copy, tmp_path, place):
    data = bytearray(copy.read_bytes())
    start = {"header": 0, "schema": 100, "middle": len(data) // 2, "end": len(data) - 4096}[place]
    data[start : start + 3000] = bytes(range(256)) * 11 + bytes(184)
    copy.write_bytes(data)
    with suppress(RecordsError):
        rebuild(copy, tmp_path / "clean.sqlite3")


@pytest.mark.parametrize("data", [b"", b"rubbish" * 1000, b"SQLite format 3\0" + bytes(5000)])
def test_what_is_no_database_is_refused(tmp_path, data):
    (tmp_path / "copy.sqlite3").write_bytes(data)
    with pytest.raises(RecordsError, match="backup"):
        rebuild(tmp_path / "copy.sqlite3", tmp_path / "clean.sqlite3")


def test_a_newer_one_is_named(copy, tmp_path):
    change(copy, [f"PRAGMA user_version = {NEWEST + 1}"])
    with pytest.raises(RecordsError, match="newer Dermapoint"):
        rebuild(copy, tmp_path / "clean.sqlite3")


def test_what_takes_too_long_is_given_up(copy, tmp_path, monkeypatch):
    monkeypatch.setattr(foreign, "MOST_SECONDS", 0)
    with pytest.raises(RecordsError, match="memory or time"):
        rebuild(copy, tmp_path / "clean.sqlite3")


def test_it_can_be_cancelled(copy, tmp_path):
    class CancelledError(Exception):
        pass

    def look():
        raise CancelledError

    with pytest.raises(CancelledError):
        rebuild(copy, tmp_path / "clean.sqlite3", look)
