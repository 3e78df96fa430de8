"""Opinions stay as they were said, wherever the records go."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from device.checklist import Checklist, Criterion
from device.errors import MissingError, ValueRefusedError
from device.examination import Source, Triage
from device.records import Records
from device.records.recovery import RECOVERED

VEIL = Checklist(frozenset({Criterion.BLUE_WHITISH_VEIL, Criterion.REGRESSION}))


def said(records, name):
    return [(each.reader, each.triage, each.blind) for each in records.opinions.of_examination(name)]


def test_a_withheld_finding_is_shown_by_the_first_opinion_alone(records, examination, picture):
    records.save(examination, picture, withhold=True)
    assert records.recent(1)[0].withheld
    first = records.opinions.add(examination.id, "Anna", Triage.REFER, "mel", VEIL)
    second = records.opinions.add(examination.id, "Ben", Triage.WATCH)
    assert (first.blind, second.blind) == (True, False)
    assert not records.recent(1)[0].withheld
    assert records.opinions.of_examination(examination.id) == [first, second]


def test_a_finding_can_be_shown_without_an_opinion_once(records, examination, picture):
    records.save(examination, picture, withhold=True)
    assert records.opinions.show(examination.id)
    assert not records.opinions.show(examination.id)
    assert not records.opinions.add(examination.id, "Anna", Triage.REFER).blind


def test_nothing_is_withheld_unless_it_is_asked_for(records, save):
    assert not records.opinions.is_withheld(save(1))


def test_what_is_no_opinion_is_refused(records, save):
    name = save(1)
    with pytest.raises(ValueRefusedError):
        records.opinions.add(name, "Anna", Triage.RETAKE)
    with pytest.raises(ValueRefusedError):
        records.opinions.add(name, "Anna", Triage.REFER, "A wart!")
    with pytest.raises(MissingError):
        records.opinions.add("20260109T000000000000-abcd", "Anna", Triage.REFER)
    assert said(records, name) == []


def test_a_changed_letter_of_an_opinion_is_known_as_damage(records, save, state):
    name = save(1)
    records.opinions.add(name, "Anna", Triage.REFER)
    with closing(sqlite3.connect(state / "records.sqlite3")) as database, database:
        database.execute("UPDATE opinion SET triage = 'watch'")
    assert records.opinions.of_examination(name)[0].damaged
    records.integrity.check(name)
    assert name in records.integrity.faults
    # The report leaves it out.
    assert records.readings() == []


def test_they_go_with_their_examination(records, save, state):
    name = save(1)
    records.opinions.add(name, "Anna", Triage.REFER)
    records.deletion.examinations([name])
    assert records.opinions.of_examination(name) == []


def test_a_backup_brings_them_back(records, save, tmp_path):
    name = save(1)
    opinion = records.opinions.add(name, "Anna", Triage.REFER, "mel", VEIL)
    packed = tmp_path / "backup.tar"
    records.backups.write(packed)
    other = Records(tmp_path / "other")
    try:
        other.backups.restore(packed)
        assert other.opinions.of_examination(name) == [opinion]
        # A second time nothing is taken twice.
        other.backups.restore(packed)
        assert other.opinions.of_examination(name) == [opinion]
    finally:
        other.close()


def test_a_recovery_brings_them_back(records, save, state):
    name = save(1)
    opinion = records.opinions.add(name, "Anna", Triage.REFER)
    records.close()
    whole = (state / "records.sqlite3").read_bytes()
    # A page in the middle is lost; the rest can be read.
    (state / "records.sqlite3").write_bytes(whole[:100] + bytes(20) + whole[120:])
    damaged = Records(state)
    try:
        damaged.recovery.recover()
        assert damaged.opinions.of_examination(name) == [opinion]
        assert list((state / "damaged" / RECOVERED).iterdir())
    finally:
        damaged.close()


def test_an_uploaded_picture_is_known_in_every_list_and_its_mark_is_vouched_for(
    records, examination, picture, state
):
    records.save(replace(examination, source=Source.UPLOAD), picture)
    line = records.recent(1)[0]
    assert (line.source, line.damaged) == (Source.UPLOAD, False)
    with closing(sqlite3.connect(state / "records.sqlite3")) as database, database:
        database.execute("UPDATE examination SET source = 'camera'")
    assert records.recent(1)[0].damaged
    with closing(sqlite3.connect(state / "records.sqlite3")) as database, database:
        database.execute("UPDATE examination SET source = 'kamera'")
    assert records.recent(1)[0].damaged
