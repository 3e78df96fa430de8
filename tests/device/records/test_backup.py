import io
import json
import sqlite3
import tarfile
import threading
from contextlib import closing
from hashlib import sha256

import pytest

from device import cli
from device.errors import CancelledError, RecordsError
from device.records import Query, Records
from tests.support import says


@pytest.fixture
def filled(records, save):
    """Three examinations, one of them of a person; their ids."""
    person = records.persons.add("P-1", name="Ann")
    lesion = records.lesions.add(person.id, region="face")
    names = [save(number) for number in (1, 2, 3)]
    records.assign(names[1], lesion.id)
    records.note(names[1], "itches")
    records.protect(names[1])
    return names


@pytest.fixture
def other(tmp_path):
    """The records of another device."""
    other = Records(tmp_path / "other")
    yield other
    other.close()


def left_out(restored):
    """Names of pictures and ids that the backup holds damaged."""
    return [each.values.get("name") or each.values["id"] for each in restored.damaged]


def lines(records):
    return [
        (line.id, line.notes, line.protected, line.pseudonym, line.region) for line in records.search(Query())
    ]


def test_everything_comes_back_from_one_file(records, filled, other, tmp_path):
    assert records.backups.write(tmp_path / "all.tar") == 3
    restored = other.backups.restore(tmp_path / "all.tar")
    assert (restored.examinations, restored.damaged) == (3, ())
    assert lines(other) == lines(records)
    for name in filled:
        assert other.integrity.check(name) == {}
        assert other.image_path(name, 1).read_bytes() == records.image_path(name, 1).read_bytes()
        assert other.get(name).finding.probabilities == records.get(name).finding.probabilities
    assert other.details(filled[1]).person == records.details(filled[1]).person
    assert other.integrity.find_strays() == other._examinations.unsettled() == []
    assert other.backups.restore(tmp_path / "all.tar").examinations == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.tar", "other", "state"]
    assert [path.name for path in (tmp_path / "other/backups").iterdir()] == ["records-000001.sqlite3"]


def test_what_is_here_stays_and_what_is_damaged_is_mended(records, filled, save, tmp_path):
    records.backups.write(tmp_path / "all.tar")
    records.note(filled[1], "burns")
    newer = save(4)
    records.deletion.examinations([filled[2]])
    records.image_path(filled[0]).write_bytes(b"rubbish")
    records.thumbnail_path(filled[1]).unlink()
    assert records.backups.restore(tmp_path / "all.tar").examinations == 1
    assert [line[:2] for line in lines(records)] == [
        (newer, ""),
        (filled[2], ""),
        (filled[1], "burns"),
        (filled[0], ""),
    ]
    assert [records.integrity.check(name) for name in (*filled, newer)] == [{}] * 4


def test_what_was_begun_on_another_device_counts_as_newer(records, filled, save, other, tmp_path):
    records.backups.write(tmp_path / "all.tar")
    person = other.persons.add("P-1", name="the same")
    newer = [save(number, other) for number in (7, 8)]
    other.backups.restore(tmp_path / "all.tar")
    assert [line[0] for line in lines(other)] == [newer[1], newer[0], *reversed(filled)]
    assert other.details(filled[1]).person == person
    last = save(9, other)
    assert lines(other)[0][0] == last


def test_a_backup_is_written_while_presses_go_on(records, save, other, tmp_path):
    stop, saved = threading.Event(), []

    def press():
        while not stop.is_set() and len(saved) < 8:
            saved.append(save(1 + len(saved)))

    presser = threading.Thread(target=press)
    presser.start()
    counts = [records.backups.write(tmp_path / f"{number}.tar") for number in range(3)]
    stop.set()
    presser.join()
    for number, count in enumerate(counts):
        with tarfile.open(tmp_path / f"{number}.tar") as archive:
            assert json.load(archive.extractfile("manifest.json"))["left_out"] == []
            assert len(archive.getnames()) == 2 + 3 * count
    assert other.backups.restore(tmp_path / "2.tar").examinations == counts[2]


def test_what_was_deleted_while_the_backup_was_written_does_not_come_back(records, filled, other, tmp_path):
    real = records._pictures.path
    calls = []

    def path(examination_id, frame):
        if not calls:
            calls.append(1)
            records.deletion.examinations([filled[2]])
        return real(examination_id, frame)

    records._pictures.path = path
    records.backups.write(tmp_path / "all.tar")
    assert other.backups.restore(tmp_path / "all.tar").examinations == 2
    assert [line[0] for line in lines(other)] == [filled[1], filled[0]]
    assert other.get(filled[2]) is None


@pytest.mark.parametrize("length", [0, 100, 3_000, -11_000])
def test_a_backup_that_was_cut_short_is_known(records, filled, other, tmp_path, length):
    records.backups.write(tmp_path / "all.tar")
    data = (tmp_path / "all.tar").read_bytes()
    (tmp_path / "all.tar").write_bytes(data[:length])
    with pytest.raises(RecordsError, match="backup"):
        other.backups.restore(tmp_path / "all.tar")
    assert lines(other) == other.integrity.find_strays() == []


NESTED = '{"a":' * 975 + "1" + "}" * 975


@pytest.mark.parametrize("document", ["", "[]", "{}", "null", '{"id": "x"}', NESTED, "[" * 10**6])
def test_an_examination_in_a_backup_that_can_not_be_read_is_named_and_the_rest_comes_back(
    records, filled, other, tmp_path, document
):
    with records._database.alone() as writer:
        writer.execute("UPDATE document SET document = ? WHERE examination = ?", (document, filled[0]))
    records.backups.write(tmp_path / "all.tar")
    restored = other.backups.restore(tmp_path / "all.tar")
    assert (restored.examinations, left_out(restored)) == (2, [filled[0]])
    assert other.get(filled[0]) is None
    assert other.integrity.find_strays() == []


def test_a_backup_none_of_whose_examinations_can_be_read_is_refused_whole(records, filled, other, tmp_path):
    with records._database.alone() as writer:
        writer.execute("UPDATE document SET document = '{}'")
    records.backups.write(tmp_path / "all.tar")
    with pytest.raises(RecordsError, match="none of its examinations"):
        other.backups.restore(tmp_path / "all.tar")
    assert lines(other) == other.integrity.find_strays() == []


@pytest.mark.parametrize("at", range(0, 8, 3))
def test_a_restoration_that_is_cancelled_leaves_nothing(records, filled, other, tmp_path, at):
    records.backups.write(tmp_path / "all.tar")

    def tell(done, total):
        if total and done == at:
            raise CancelledError("enough")

    with pytest.raises(CancelledError):
        other.backups.restore(tmp_path / "all.tar", tell)
    assert lines(other) == other.integrity.find_strays() == []
    assert list((other.folder / "images").iterdir()) == []
    assert other._database.read("SELECT id FROM unsettled") == []
    assert other.backups.restore(tmp_path / "all.tar").examinations == 3


def test_a_cancelled_restoration_takes_nothing_away_that_is_here(records, filled, tmp_path):
    records.backups.write(tmp_path / "all.tar")
    records.image_path(filled[0]).write_bytes(b"damaged")

    def tell(done, total):
        if total and done == total - 1:
            raise CancelledError("enough")

    with pytest.raises(CancelledError):
        records.backups.restore(tmp_path / "all.tar", tell)
    assert records.integrity.check(filled[0]) == {}
    assert len(lines(records)) == 3


@pytest.mark.parametrize("name", ["records.sqlite3", "manifest.json"])
def test_a_file_with_holes_in_a_backup_does_not_fill_the_disk(records, filled, other, tmp_path, name):
    records.backups.write(tmp_path / "all.tar")
    with tarfile.open(tmp_path / "all.tar") as archive, tarfile.open(tmp_path / "evil.tar", "w") as evil:
        for member in archive:
            data = archive.extractfile(member).read()
            if member.name == name:
                # GNU's sparse format 1.0: a map of what is there comes first.
                holes = f"1\n0\n{len(data)}\n".encode().ljust(512, b"\0")
                member.pax_headers = {
                    "GNU.sparse.major": "1",
                    "GNU.sparse.minor": "0",
                    "GNU.sparse.name": name,
                    "GNU.sparse.realsize": str(1 << 42),
                }
                data = holes + data
            member.size = len(data)
            evil.addfile(member, io.BytesIO(data))
    with pytest.raises(RecordsError, match="too large"):
        other.backups.restore(tmp_path / "evil.tar")


def test_a_manifest_that_is_nested_without_end_is_no_backup(other, tmp_path):
    with tarfile.open(tmp_path / "evil.tar", "w") as evil:
        for name, data in (("records.sqlite3", b""), ("manifest.json", b"[" * 10**5)):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            evil.addfile(member, io.BytesIO(data))
    with pytest.raises(RecordsError, match="no backup"):
        other.backups.restore(tmp_path / "evil.tar")


def test_a_damaged_picture_in_a_backup_is_named_and_the_rest_comes_back(records, filled, other, tmp_path):
    records.image_path(filled[0]).write_bytes(b"rubbish")
    records.image_path(filled[1], 1).unlink()
    records.backups.write(tmp_path / "all.tar")
    restored = other.backups.restore(tmp_path / "all.tar")
    assert left_out(restored) == [records.image_path(filled[0]).name]
    assert other.integrity.check(filled[2]) == {}


def test_a_picture_in_a_backup_that_says_16000_x_16000_does_not_come_in(records, filled, other, tmp_path):
    picture = records.image_path(filled[0])
    hostile = says(picture.read_bytes(), 16000, 16000)
    picture.write_bytes(hostile)
    with closing(sqlite3.connect(records.folder / "records.sqlite3")) as database, database:
        database.execute(
            "UPDATE picture SET sha256 = ? WHERE examination = ? AND frame = 0",
            (sha256(hostile).digest(), filled[0]),
        )
    records.backups.write(tmp_path / "all.tar")
    assert left_out(other.backups.restore(tmp_path / "all.tar")) == [picture.name]
    assert not other.image_path(filled[0]).exists()


def test_a_backup_cannot_write_outside_of_the_pictures(records, filled, other, tmp_path):
    records.backups.write(tmp_path / "all.tar")
    with tarfile.open(tmp_path / "all.tar") as archive:
        content = {member.name: archive.extractfile(member).read() for member in archive}
    (tmp_path / "evil.sqlite3").write_bytes(content["records.sqlite3"])
    with closing(sqlite3.connect(tmp_path / "evil.sqlite3")) as database, database:
        for table, column in (("examination", "id"), ("document", "examination"), ("picture", "examination")):
            database.execute(f"UPDATE {table} SET {column} = '../../evil' WHERE {column} = ?", (filled[0],))
    content["records.sqlite3"] = (tmp_path / "evil.sqlite3").read_bytes()
    with tarfile.open(tmp_path / "evil.tar", "w") as archive:
        for name, data in content.items():
            member = tarfile.TarInfo(name.replace(filled[0], "../evil"))
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    before = {path for path in tmp_path.rglob("*") if path.suffix == ".jpg"}
    assert left_out(other.backups.restore(tmp_path / "evil.tar")) == ["../../evil"]
    came = {path for path in tmp_path.rglob("*") if path.suffix == ".jpg"} - before
    assert {path.parent for path in came} == {other.folder / "images"}
    assert not [path for path in came if "evil" in path.name]


def test_another_format_is_named(other, tmp_path):
    with tarfile.open(tmp_path / "new.tar", "w") as archive:
        for name, data in (("records.sqlite3", b""), ("manifest.json", b'{"format": "dermapoint backup 9"}')):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    with pytest.raises(RecordsError, match="'dermapoint backup 9', and not a"):
        other.backups.restore(tmp_path / "new.tar")


def test_a_place_that_takes_no_backup_is_named_and_left_clean(records, filled, tmp_path):
    with pytest.raises(RecordsError, match=r"nowhere/all\.tar: the backup could not be written"):
        records.backups.write(tmp_path / "nowhere/all.tar")
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_the_commands_do_it_beside_a_running_device(records, filled, tmp_path, capsys):
    def command(*words, state):
        return cli.main([*map(str, words), "--state", str(tmp_path / state)])

    assert command("backup", tmp_path / "all.tar", state="state") == 0
    assert "holds 3 examinations" in capsys.readouterr().out
    assert command("restore", tmp_path / "all.tar", state="new") == 0
    assert "3 examinations came back" in capsys.readouterr().out
    assert command("restore", tmp_path / "nothing.tar", state="new") == 2
    assert "nothing.tar: the backup could not be restored" in capsys.readouterr().err
    assert command("recover", state="new") == 0
    assert "0 examinations came back; 3 of 3 are here" in capsys.readouterr().out


def test_a_stream_is_a_backup_and_is_remembered(records, save, tmp_path):
    save(1)
    assert records.backups.taken_at is None
    file = tmp_path / "streamed.tar"
    file.write_bytes(b"".join(records.backups.stream()))
    assert records.backups.taken_at is not None
    other = Records(tmp_path / "other")
    assert other.backups.restore(file).examinations == 1
    other.close()


def test_a_stream_that_nobody_reads_to_its_end_is_no_backup(records, save, tmp_path):
    for number in range(1, 4):
        save(number)
    pieces = records.backups.stream()
    next(pieces)
    pieces.close()
    assert not any(path.is_dir() for path in (tmp_path / "backups").glob("*"))


def test_settings_and_calibrations_come_back_where_there_are_none(records, tmp_path):
    state = next(path for path in tmp_path.rglob("records.sqlite3")).parent
    (state / "settings.toml").write_text("buzzer = false\n")
    (state / "optics").mkdir()
    (state / "optics" / "0001-scale.json").write_text("{}")
    (state / "optics" / "notes.txt").write_text("not ours")
    records.backups.write(tmp_path / "b.tar")
    fresh, own = Records(tmp_path / "fresh"), Records(tmp_path / "own")
    (tmp_path / "own" / "settings.toml").write_text("buzzer = true\n")
    for each in (fresh, own):
        each.backups.restore(tmp_path / "b.tar")
        each.close()
    assert (tmp_path / "fresh" / "settings.toml").read_text() == "buzzer = false\n"
    assert (tmp_path / "own" / "settings.toml").read_text() == "buzzer = true\n"
    assert sorted(path.name for path in (tmp_path / "fresh" / "optics").iterdir()) == ["0001-scale.json"]
