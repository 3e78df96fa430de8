import sqlite3
from contextlib import closing

import pytest

from device.access import open_access
from device.errors import RecordsError
from device.records import Query, Records, files
from device.records.migrations import NEWEST
from device.records.values import Confirmation, Diagnosis

SECRET = "Rumpelstilzchen"


def everything(state):
    """All bytes below the state folder, by the name of the file."""
    return {path.name: path.read_bytes() for path in state.rglob("*") if path.is_file()}


def holding(state, *texts):
    return {name for name, data in everything(state).items() if any(text.encode() in data for text in texts)}


def test_a_deleted_examination_leaves_no_trace(records, save, state):
    names = [save(number) for number in (1, 2, 3)]
    records.note(names[1], SECRET)
    records.copies.take()
    assert holding(state, SECRET) == {"records.sqlite3-wal", "records-000002.sqlite3"}
    records.deletion.examinations([names[1]])
    assert holding(state, SECRET, names[1]) == set()
    assert not [name for name in everything(state) if names[1] in name]
    assert records.get(names[1]) is None
    assert [line.id for line in records.search(Query())] == [names[2], names[0]]
    assert [records.integrity.check(name) for name in names[::2]] == [{}, {}]
    assert records._examinations.unsettled() == []


def test_free_pages_are_given_back(records, save, state):
    for number in range(1, 10):
        save(number)
    records._database.write(
        lambda writer: writer.execute("UPDATE examination SET notes = ?", ["long" * 10_000])
    )
    records.deletion.tidy()
    with records._database.alone() as writer:
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = (state / "records.sqlite3").stat().st_size
    records.deletion.examinations([line.id for line in records.search(Query())])
    assert (state / "records.sqlite3").stat().st_size < before / 2
    assert (state / "records.sqlite3-wal").stat().st_size == 0


def test_a_deleted_person_leaves_no_trace(records, save, state):
    person, other = records.persons.add("P-1", name=SECRET), records.persons.add("P-2")
    known = Diagnosis("mel", Confirmation.CONSENSUS, in_words=SECRET)
    lesions = [records.lesions.add(person.id, diagnosis=known), records.lesions.add(person.id)]
    kept = records.lesions.add(other.id)
    names = [save(number) for number in (1, 2, 3, 4)]
    for name, lesion in zip(names, [*lesions, kept], strict=False):
        records.assign(name, lesion.id)
    records.copies.take()
    records.deletion.person(person.id)
    assert holding(state, SECRET, person.id, *names[:2]) == set()
    assert [line.id for line in records.search(Query())] == [names[3], names[2]]
    assert records.details(names[2]).person == other


def test_a_deleted_lesion_takes_its_examinations_along(records, save):
    person = records.persons.add("P-1")
    lesion, other = records.lesions.add(person.id), records.lesions.add(person.id)
    names = [save(1), save(2)]
    records.assign(names[0], lesion.id)
    records.assign(names[1], other.id)
    records.deletion.lesion(lesion.id)
    assert records.lesions.of_person(person.id) == [other]
    assert [line.id for line in records.search(Query())] == [names[1]]


def test_what_is_not_there_is_deleted_already(records):
    records.deletion.examinations(["nothing"])
    records.deletion.lesion("nothing")
    records.deletion.person("nothing")
    assert records._examinations.unsettled() == []


def test_copies_of_before_a_migration_go_with_the_first_deletion(records, save, state):
    with closing(sqlite3.connect(state / f"backups/before-version-{NEWEST}.sqlite3")) as old, old:
        old.execute("CREATE TABLE examination (id TEXT)")
    records.deletion.examinations([save(1)])
    assert [path.name for path in (state / "backups").iterdir()] == ["records-000001.sqlite3"]


def test_a_deletion_cut_short_is_done_at_the_next_start(records, save, state, monkeypatch):
    name = save(1)
    stay = save(2)

    def pull_the_plug(paths):
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "remove", pull_the_plug)
    with pytest.raises(KeyboardInterrupt):
        records.deletion.examinations([name])
    monkeypatch.undo()
    records.close()
    assert [path.name for path in (state / "images").iterdir() if name in path.name]
    again = Records(state)
    assert again.get(name) is None
    assert again.integrity.find_strays() == []
    assert again.integrity.check(stay) == {}
    again.close()


def test_a_draft_cut_short_is_cleared_at_the_next_start(records, save, state, examination, picture):
    stay = save(1)
    draft = records.draft(examination.id)
    draft.add(0, picture)
    records.close()
    assert records.integrity
    assert [path for path in (state / "images").iterdir() if examination.id in path.name]
    again = Records(state)
    assert again.integrity.find_strays() == []
    assert again.integrity.check(stay) == {}
    again.close()


def test_a_guest_leaves_a_draft_under_way_alone(records, state, examination, picture):
    with records.draft(examination.id) as draft:
        draft.add(0, picture)
        Records(state, exclusive=False).close()
        draft.save(examination)
    assert records.integrity.check(examination.id) == {}


def test_two_devices_on_the_same_records_are_refused(records, state, monkeypatch):
    monkeypatch.setattr("device.records.database._PATIENCE_SECONDS", 0)
    with pytest.raises(RecordsError, match="stop it first"):
        Records(state)


def test_a_reader_puts_off_tidying_and_it_is_done_later(records, save, state):
    name = save(1)
    records.note(name, SECRET)
    with closing(records._database.connect()) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM examination").fetchall()
        with records._database.alone() as writer:
            writer.execute("PRAGMA busy_timeout = 10")
        records.deletion.examinations([name])
        assert not records.deletion.clean
        assert holding(state, SECRET)
        reader.execute("ROLLBACK")
    records.deletion.tidy()
    assert records.deletion.clean
    assert holding(state, SECRET) == set()


def test_a_deletion_leaves_the_copies_of_who_may_enter_as_they_are(records, save, state):
    with closing(open_access(state)) as access:
        access.accounts.first_pin()
        access.keep_copy()
    copies = {path: path.read_bytes() for path in (state / "backups").glob("access-*")}
    assert copies
    records.copies.take()
    records.deletion.examinations([save(1)])
    assert {path: path.read_bytes() for path in (state / "backups").glob("*access-*")} == copies
