import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from device.access import open_access
from device.errors import RecordsError
from device.records import Query, Records
from device.records.salvage import salvage
from device.words import say
from device.words.figures import moment

DATABASE = "records.sqlite3"


def spoil(path, start=0, length=None):
    data = bytearray(path.read_bytes())
    end = len(data) if length is None else start + length
    data[start:end] = b"\xa5" * (end - start)
    path.write_bytes(data)


def ids(records):
    return [line.id for line in records.search(Query())]


def test_a_damaged_database_is_set_aside_and_the_device_still_takes_pictures(records, save, state):
    names = [save(1), save(2)]
    records.close()
    spoil(state / DATABASE)
    spoiled = (state / DATABASE).read_bytes()
    again = Records(state)
    assert (state / "damaged/records-1.sqlite3").read_bytes() == spoiled
    assert "dermapoint recover" in say(again.trouble)
    newer = save(3, again)
    assert ids(again) == [newer]
    # The pictures of the lost rows are left for the recovery.
    assert again.integrity.find_strays() != []
    assert all(again.image_path(name).exists() for name in names)
    again.close()
    later = Records(state)
    assert later.trouble
    later.close()


def test_the_last_good_copy_and_what_can_be_read_come_back(records, save, state):
    person = records.persons.add("P-1")
    lesion = records.lesions.add(person.id)
    names = [save(1), save(2)]
    records.assign(names[0], lesion.id)
    records.copies.take()
    names.append(save(3))
    records.close()
    spoil(state / DATABASE, length=4096)
    again = Records(state)
    offer = again.copies.offer()
    assert offer.examinations == 2
    assert moment(offer.made_at, "en") in say(again.trouble)
    newer = save(4, again)
    assert again.recovery.recover().came_back == 3
    assert ids(again) == [newer, *reversed(names)]
    assert again.details(names[0]).person == person
    assert [again.integrity.check(name) for name in names[:2]] == [{}, {}]
    assert again.trouble is None
    assert [path.name for path in (state / "damaged").rglob("*.sqlite3")] == ["records-1.sqlite3"]
    assert again._database.set_aside() == []
    assert again._database.find_damage() == ""
    again.close()


def page_of(path, table):
    with closing(sqlite3.connect(path)) as database:
        query = "SELECT max(pageno) FROM dbstat WHERE name = ? AND pagetype = 'leaf'"
        try:
            return database.execute(query, (table,)).fetchone()[0]
        except sqlite3.OperationalError:
            return database.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[
                0
            ]


def test_a_row_on_a_sound_page_is_read_when_others_are_damaged(records, save, state, tmp_path):
    names = [save(number) for number in range(1, 10)]
    records.close()
    spoil(state / DATABASE, 4096 * (page_of(state / DATABASE, "picture") - 1), 4096)
    salvage(state / DATABASE, tmp_path / "new.sqlite3")
    with closing(sqlite3.connect(tmp_path / "new.sqlite3")) as database:
        assert [each for (each,) in database.execute("SELECT id FROM examination ORDER BY number")] == names
        assert database.execute("SELECT count(*) FROM picture").fetchone() == (27,)
    again = Records(state)
    assert again.recovery.recover().came_back == 9
    assert ids(again) == names[::-1]
    assert all(again.integrity.check(name) == {} for name in names)
    again.close()


def test_damage_that_shows_while_it_runs_does_not_stop_a_press(records, save, state):
    save(1)
    with records._database.alone() as writer:
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        writer.execute("PRAGMA cache_size = 0")
    spoil(state / DATABASE, 4096)
    newer = save(2)
    assert ids(records) == [newer]
    assert records.integrity.check(newer) == {}
    assert "dermapoint recover" in say(records.trouble)


def test_damage_is_told_to_who_reads_and_found_by_the_daily_check(records, save, state):
    save(1)
    with records._database.alone() as writer:
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spoil(state / DATABASE, 4096)
    with pytest.raises(RecordsError, match="the records are damaged"):
        records.copies.take()
    assert records.trouble
    assert ids(records) == []


def test_a_guest_sets_nothing_aside(state):
    owner = Records(state)
    with owner._database.alone() as writer:
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spoil(state / DATABASE)
    with pytest.raises(RecordsError, match="can't be opened"):
        Records(state, exclusive=False)
    assert not (state / "damaged").exists()
    owner.close()


def test_a_changed_picture_is_told_with_the_details(records, save):
    name = save(1)
    path = records.image_path(name, 1)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    records.thumbnail_path(name).unlink()
    faults = records.details(name).faults
    assert list(faults) == [-1, 1]
    assert "has changed since" in say(faults[1])
    assert name in records.integrity.faults


def test_pictures_without_an_examination_are_listed_and_left(records, save, state):
    save(1)
    (state / "images/alien.jpg").write_bytes(b"x")
    assert records.integrity.find_strays() == ["alien.jpg"]


def test_what_a_command_of_root_makes_belongs_to_whom_the_device_runs_as(records, save, state, monkeypatch):
    """Else the device may not write into its own copies and databases any more."""
    given = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda path, *owner: given.append(str(path).removesuffix(".part")))
    save(1)
    records.copies.take()
    records.close()
    spoil(state / DATABASE)
    with closing(open_access(state)) as access, closing(Records(state)) as again:
        access.keep_copy()
        assert again.recovery.recover().here == 1
        again.copies.take()
    made = {path.name for path in state.rglob("*") if path.is_dir()} - {"images", "backups"}
    made |= {path.name for path in state.glob("*.sqlite3")}
    made |= {max(path.name for path in state.glob(f"backups/{stem}-*")) for stem in ("records", "access")}
    assert made <= {Path(path).name for path in given}


def test_a_backup_that_root_restores_leaves_the_state_folder_to_its_owner(
    records, save, state, tmp_path, monkeypatch
):
    (state / "settings.toml").write_text("aim_seconds = 100\n")
    save(1)
    records.backups.write(tmp_path / "all.tar")
    given = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda path, uid, gid: given.append(Path(path)))
    with closing(Records(tmp_path / "other")) as other:
        other.backups.restore(tmp_path / "all.tar")
    assert tmp_path / "other" not in given
    assert tmp_path / "other/settings.toml" in given
