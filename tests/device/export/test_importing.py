import io
import json
import os
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.classes import HAM10000
from device.errors import ExportError, RecordsError
from device.examination import Triage
from device.export.archive import EXAMINATIONS, IMAGES, MANIFEST, SUMS
from device.export.importing import import_archive
from device.export.reading import read_imported
from device.export.trust import trust
from device.message import as_it_was
from device.records import Query
from device.records.sites import REGIONS
from device.records.values import Confirmation, Diagnosis, Sex
from device.serialization import examination_to_json
from tests.support import says

ROOM = 1 << 40


def take(device, path, again=False):
    return import_archive(device.records, path, again, lambda done, of: None, 0)


def everything(device):
    """What a device knows of each examination, whatever number it has there."""
    known = {}
    for line in device.records.search(Query(), 1000):
        details = device.records.details(line.id)
        files = [device.records.image_path(line.id, frame).read_bytes() for frame in range(2)]
        known[line.id] = (
            examination_to_json(details.examination),
            replace(details.line, number=0),
            details.lesion,
            details.person,
            details.faults,
            files,
        )
    return known


@pytest.fixture
def export(device, tmp_path):
    return device.export(tmp_path / "a.zip", named=True)[0]


@pytest.fixture
def other(open_device):
    return open_device("other")


def test_another_device_then_knows_the_same(device, export, other):
    device.records.protect(device.ids[0])
    named = device.export(export, named=True)[0]
    result = take(other, named)
    assert (result.added, result.known, result.sentences) == (3, 0, [])
    assert everything(other) == everything(device)
    assert [line.id for line in other.records.search(Query())] == device.ids[::-1]


def test_nothing_comes_twice(export, other):
    take(other, export)
    before = everything(other)
    result = take(other, export)
    assert (result.added, result.known) == (0, 3)
    assert everything(other) == before


def test_what_differs_is_told_and_left(device, export, other, finding):
    take(other, export)
    ours = other.records.get(device.ids[0])
    other.records.update(replace(ours, overridden=True))
    other.records.note(device.ids[1], "mine")
    result = take(other, export)
    assert (result.added, result.known, result.conflicts) == (0, 2, 1)
    assert device.ids[0] in result.sentences[0]
    assert other.records.get(device.ids[0]).overridden
    assert other.records.details(device.ids[1]).line.notes == "mine"


def test_what_was_deleted_comes_back_only_when_asked_for(device, export, other):
    take(other, export)
    other.records.deletion.examinations([device.ids[1]])
    result = take(other, export)
    assert (result.added, result.known, result.deleted) == (0, 2, 1)
    assert "deleted here" in result.sentences[0]
    assert take(other, export, again=True).added == 1
    assert everything(other) == everything(device)
    assert take(other, export).known == 3


def test_the_same_pseudonym_is_the_same_person(device, export, other):
    known = other.records.persons.add("P-1", sex=Sex.FEMALE, name="known here")
    assert take(other, export).added == 3
    lesion = other.records.lesions.of_examination(device.ids[0])
    assert lesion.person == known.id
    assert other.records.persons.get(known.id) == known


@pytest.mark.parametrize("about", [{"sex": Sex.MALE}, {"birth_year": 1999}, {"skin_type": 6}])
def test_somebody_else_by_the_same_pseudonym_is_told_and_left(other, export, about):
    other.records.persons.add("P-1", **about)
    result = take(other, export)
    assert (result.added, result.conflicts) == (1, 2)
    assert "somebody else" in result.sentences[0]


def test_a_lesion_that_is_known_stays_as_it_is(device, export, other):
    take(other, export)
    lesion = other.records.lesions.of_examination(device.ids[0])
    other.records.lesions.change(lesion.id, diagnosis=None)
    other.records.deletion.examinations([device.ids[0]])
    result = take(other, export, again=True)
    assert result.added == 1
    assert "left as they are" in result.sentences[0]
    assert other.records.lesions.get(lesion.id).diagnosis is None


def test_one_without_its_picture_is_told_and_left(device, other, tmp_path):
    device.records.image_path(device.ids[0]).unlink()
    result = take(other, device.export(tmp_path / "b.zip")[0])
    assert (result.added, result.damaged) == (2, 1)


def test_a_disk_that_refuses_leaves_no_half_and_the_rest_comes_next_time(device, export, other, monkeypatch):
    real, count = os.fsync, 0

    def fsync(descriptor):
        nonlocal count
        count += 1
        if count == 12:
            raise OSError(28, "No space left on device")
        real(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr("device.records.files.os.fsync", fsync)
        with pytest.raises(RecordsError, match="free some space"):
            take(other, export)
    kept = other.records.count()
    assert 0 < kept < 3
    assert len(list((other.folder / "images").iterdir())) == 3 * kept
    assert take(other, export).added == 3 - kept
    assert everything(other) == everything(device)


def rewrite(path, change):
    """The archive once more, with the names and bytes that `change` makes of its own."""
    with ZipFile(path) as archive:
        parts = [(entry.filename, archive.read(entry), entry.compress_type) for entry in archive.infolist()]
    changed = path.with_name("changed.zip")
    with ZipFile(changed, "w") as archive:
        for name, data, method in change(parts):
            archive.writestr(name, data, method)
    return changed


def signed(parts):
    """The sums put right for what is there: someone who means harm can do that too."""
    plain = [each for each in parts if each[0] not in (SUMS, MANIFEST)]
    sums = "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data, _ in plain).encode()
    manifest = json.loads(next(data for name, data, _ in parts if name == MANIFEST))
    manifest["sums"] = sha256(sums).hexdigest()
    return [*plain, (SUMS, sums, ZIP_DEFLATED), (MANIFEST, json.dumps(manifest).encode(), ZIP_DEFLATED)]


def with_part(name, data, method=ZIP_STORED):
    return lambda parts: signed([*parts, (name, data, method)])


def with_pictures(change):
    """The pictures of the file as `change` leaves their bytes."""
    return lambda parts: signed(
        [(name, change(data) if name.startswith(IMAGES) else data, method) for name, data, method in parts]
    )


def with_line(change):
    """The first examination of the file as `change` leaves it."""

    def work(parts):
        for name, data, method in parts:
            if name == EXAMINATIONS:
                first, rest = data.split(b"\n", 1)
                value = json.loads(first)
                change(value)
                data = json.dumps(value).encode() + b"\n" + rest
            yield name, data, method

    return lambda parts: signed(list(work(parts)))


def manifest_of(**changes):
    def work(parts):
        for name, data, method in parts:
            yield name, json.dumps({**json.loads(data), **changes}) if name == MANIFEST else data, method

    return work


def nest(depth):
    """The first frame's metadata, `depth` lists in each other."""

    def work(parts):
        for name, data, method in parts:
            if name == EXAMINATIONS:
                place = data.index(b'"metadata": ') + len(b'"metadata": ')
                data = data[:place] + b'{"a": ' + b"[" * depth + b"]" * depth + b'}, "x": ' + data[place:]
            yield name, data, method

    return lambda parts: signed(list(work(parts)))


def put(path, value):
    def change(line):
        *way, last = path
        for step in way:
            line = line[step]
        line[last] = value

    return with_line(change)


FOREIGN = {
    "a path that leads out": with_part("../../etc/passwd", b"x"),
    "a path from the root": with_part("/etc/passwd", b"x"),
    "a picture that leads out": with_part("images/../../a.jpg", b"x"),
    "a program": with_part("images/a.sh", b"x"),
    "a bomb": with_part("images/20260102T030405000678-beef.jpg", bytes(1 << 20), ZIP_DEFLATED),
    "no picture": with_part("images/20260102T030405000678-beef.jpg", b"not a JPEG"),
    "a JPEG of a few kB that says 16000 x 16000": with_pictures(lambda data: says(data, 16000, 16000)),
    "pictures that were cut": with_pictures(lambda data: data[:-100]),
    "another manifest": manifest_of(format="something else"),
    "a newer version": manifest_of(format="dermapoint export 2"),
    "a wrong sum of sums": manifest_of(sums="0" * 64),
    "975-fold nested metadata": nest(975),
    "metadata nested without end": nest(200_000),
    "an id that leads out": put(["examination", "id"], "../../evil"),
    "a probability above 1": put(["examination", "finding", "malignancy"], 2.0),
    "no number": put(["examination", "finding", "probabilities", "mel"], float("nan")),
    "a text for a number": put(["examination", "finding", "probabilities", "mel"], "0.5"),
    "a class that isn't": put(["examination", "finding", "prediction_set"], ["cat"]),
    "a best that isn't": put(["examination", "best"], 7),
    "a list for a finding": put(["examination", "finding"], []),
    "half a letter": put(["notes"], "\ud800"),
    "a number for a note": put(["notes"], 5),
    "a person without pseudonym": put(["person", "pseudonym"], " "),
    "a person from nowhere": put(["person", "id"], "../x"),
    "a lesion on no body": put(["lesion", "region"], "wing"),
    "a lesion of another": put(["lesion", "person"], "0" * 16),
    "another's picture": put(["pictures", 1, "file"], "20260102T030405000678-beef.jpg"),
    "a wrong hash": put(["pictures", 1, "sha256"], "0" * 64),
    "a picture of no frame": put(["pictures", 1, "frame"], 9),
    "a line without end": put(["examination", "frames", 0, "metadata"], "x" * (1 << 21)),
}


@pytest.mark.parametrize("change", FOREIGN.values(), ids=FOREIGN)
def test_what_can_not_be_believed_is_refused_whole(export, other, change):
    with pytest.raises(ExportError):
        take(other, rewrite(export, change))
    assert other.records.count() == 0
    assert list((other.folder / "images").iterdir()) == []


def test_a_newer_version_is_named(export, other):
    with pytest.raises(ExportError, match="newer Dermapoint"):
        take(other, rewrite(export, FOREIGN["a newer version"]))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(export, other):
    with pytest.raises(ExportError, match="same name"):
        take(other, rewrite(export, lambda parts: [*parts, parts[0]]))


def test_a_list_of_files_that_is_too_long_is_not_even_read(export, other, monkeypatch):
    monkeypatch.setattr("device.export.trust._LARGEST_DIRECTORY", 100)
    with pytest.raises(ExportError, match="too many files"):
        take(other, export)


def test_more_than_there_is_room_for_is_refused(export):
    with pytest.raises(ExportError, match="no room"), trust(export, 100):
        pass


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_that_was_cut_or_changed_is_refused_whole(export, other, data):
    whole = export.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        broken = whole[:at]
    else:
        broken = whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    path = export.with_name("broken.zip")
    path.write_bytes(broken)
    before = other.records.count()
    try:
        result = take(other, path)
    except ExportError:
        assert other.records.count() == before
    else:
        # Some bytes of a ZIP mean nothing, such as the time of a file.
        assert result.added + result.known == 3


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=30)
shares = st.lists(st.floats(0, 1), min_size=7, max_size=7)


@st.composite
def examinations(draw, base):
    probabilities = dict(zip(HAM10000.codes, draw(shares), strict=True))
    finding = replace(
        base.finding,
        probabilities=probabilities,
        malignancy=draw(st.floats(0, 1)),
        foreign=draw(st.booleans()),
        triage=draw(st.sampled_from(Triage)),
        reasons=tuple(map(as_it_was, draw(st.lists(texts, max_size=3)))),
        prediction_set=tuple(draw(st.lists(st.sampled_from(HAM10000.codes), unique=True))),
        model=draw(texts),
    )
    moment = base.taken_at + timedelta(seconds=draw(st.integers(0, 10**8)))
    return replace(
        base,
        id=f"{moment:%Y%m%dT%H%M%S}{draw(st.integers(0, 999999)):06d}-{draw(st.integers(0, 65535)):04x}",
        taken_at=moment,
        finding=finding,
        frames=base.frames * 2,
        best=draw(st.integers(0, 1)),
        overridden=draw(st.booleans()),
    )


diagnoses = st.none() | st.builds(
    Diagnosis,
    st.sampled_from([*HAM10000.codes, "other"]),
    st.sampled_from(Confirmation),
    st.none() | st.dates(),
    texts,
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_exported_comes_in_as_it_was(data, open_device, examination, tmp_path, frame):
    here, there = (open_device(f"{name}-{os.urandom(4).hex()}") for name in ("here", "there"))
    pixels = np.ascontiguousarray(frame.pixels[:24, :32])
    lesions = []
    for number in range(data.draw(st.integers(0, 2))):
        person = here.records.persons.add(
            f"{number} {data.draw(texts)}",
            name=data.draw(texts),
            notes=data.draw(texts),
            sex=data.draw(st.sampled_from(Sex)),
            birth_year=data.draw(st.none() | st.integers(1880, 2100)),
            skin_type=data.draw(st.none() | st.integers(1, 6)),
        )
        about = {"label": data.draw(texts), "region": data.draw(st.sampled_from(["", *REGIONS]))}
        lesions.append(here.records.lesions.add(person.id, **about, diagnosis=data.draw(diagnoses)).id)
    made = data.draw(
        st.lists(examinations(examination), min_size=1, max_size=3, unique_by=lambda each: each.id)
    )
    for each in made:
        here.records.save(each, pixels, pixels[::-1].copy())
        here.records.note(each.id, data.draw(texts))
        here.records.assign(each.id, data.draw(st.sampled_from([None, *lesions])))
    path, _ = here.export(tmp_path / f"{os.urandom(4).hex()}.zip", named=True)
    assert take(there, path).added == len(made)
    assert everything(there) == everything(here)
    assert take(there, path).known == len(made)


def test_a_line_that_is_no_json_is_refused(export, device):
    with trust(export, ROOM) as trusted, pytest.raises(ExportError):
        read_imported(b"[" * 100_000, trusted, lambda name, frame: "")


def test_a_deletion_keeps_no_trace_but_a_hash(device):
    device.records.deletion.examinations(device.ids)
    found = io.BytesIO(b"".join(path.read_bytes() for path in device.folder.glob("records.sqlite3*"))).read()
    assert not any(each.encode() in found for each in device.ids)
