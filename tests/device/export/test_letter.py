"""The letter to a dermatologist: read back with Poppler's pdftotext, in the letters of many scripts."""

import subprocess
import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.export.typefaces import CJK, NOTO, UNPRINTABLE, Typefaces
from device.records import Query
from device.records.consents import Scope
from device.records.pictures import OVERVIEW
from device.records.values import Confirmation, Diagnosis
from device.web.exports import report_words

NAMES = {
    "Vietnamese": "Nguyễn Thị Phương Ánh",
    "Arabic": "محمد عبد الرحمن",
    "Hebrew": "יוסף כהן",
    "Devanagari": "कृष्णा शर्मा",
    "Thai": "สมชาย ใจดี",
    "Chinese": "王小明 张伟",
    "Japanese": "山田 たろう カナ",
    "Korean": "김철수 이영희",
}
SIGNATURE = "M10 100L40 60L80 120L120 50L160 130L200 90"


def letter(device, tmp_path, **asked):
    path, written = device.export(tmp_path / "a.pdf", words=report_words.of(Query(), device.records), **asked)
    return path, written


def text_of(path):
    result = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
    # Marks of direction, and forms of letters as they stand in a line of Arabic, say the same.
    said = unicodedata.normalize("NFKC", result.stdout)
    return " ".join("".join(each for each in said if unicodedata.category(each) != "Cf").split())


def person_of(device):
    return device.records.persons.known_as("P-1")


def test_a_name_in_any_script_comes_out_blank(device, tmp_path):
    device.records.persons.change(person_of(device).id, name=" ".join(NAMES.values()))
    path, written = letter(device, tmp_path, named=True, query=Query(id=device.ids[0]))
    assert (written.unprinted, written.packages) == (False, ())
    said = text_of(path)
    for script, name in NAMES.items():
        for word in name.split():
            assert unicodedata.normalize("NFKC", word) in said, script
    fonts = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout
    for name in ("NotoSansArabic", "NotoSansHebrew", "NotoSansDevanagari", "NotoSansThai", "WenQuanYi"):
        assert name in fonts.replace("-", "").replace("_", "")


def test_letters_without_a_font_vanish_in_silence(device, tmp_path, monkeypatch):
    monkeypatch.setattr("device.export.typefaces.FOLDER", tmp_path / "no-fonts")
    device.records.persons.change(person_of(device).id, name="สม 王 Müller")
    path, written = letter(device, tmp_path, named=True, query=Query(id=device.ids[0]))
    assert (written.unprinted, written.packages) == (True, (NOTO, CJK))
    said = text_of(path)
    assert f"{UNPRINTABLE * 2} {UNPRINTABLE} Müller" in said
    assert f"no font for stand as {UNPRINTABLE}" in said


def test_a_long_word_leaves_the_page(device, tmp_path):
    word = "Ŵ" + "x" * 118
    device.records.persons.change(person_of(device).id, name=word)
    path, _ = letter(device, tmp_path, named=True, query=Query(id=device.ids[0]))
    boxes = subprocess.run(
        ["pdftotext", "-bbox", path, "-"], capture_output=True, text=True, check=True
    ).stdout
    right = [float(line.split('xMax="')[1].split('"')[0]) for line in boxes.splitlines() if "<word" in line]
    assert max(right) <= 190 * 72 / 25.4 + 1
    assert text_of(path).replace(" ", "").count("x") >= 118


def test_what_is_known_stands_behind_what_the_device_thought(device, tmp_path):
    lesion = device.records.lesions.of_person(person_of(device).id)[0]
    known = Diagnosis("nv", Confirmation.CONSENSUS, date(2026, 3, 4), "junctional, no more to do")
    device.records.lesions.change(lesion.id, diagnosis=known)
    said = text_of(letter(device, tmp_path, named=True, query=Query(id=device.ids[0]))[0])
    order = [
        "Confirmed diagnosis Mole (naevus)",
        "Consensus: several experts agree on the picture",
        "Mar 4, 2026",
        "junctional, no more to do",
        "What the device said before the diagnosis was confirmed",
        "Refer",
    ]
    assert sorted(order, key=said.index) == order


def test_a_page_of_a_letter_doesnt_say_what_it_is_not(device, tmp_path):
    device.records.note(device.ids[0], "a long story " * 300)
    path, _ = letter(device, tmp_path, named=True)
    pages = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True)
    pages = pages.stdout.split("\f")[:-1]
    assert len(pages) >= 5
    assert all("not a medical device" in " ".join(page.split()) for page in pages)


def test_the_dermatologist_has_no_room_to_answer(device, tmp_path):
    said = text_of(letter(device, tmp_path)[0])
    for text in ("Answer of the dermatologist", "Place and date", "Name, signature and stamp"):
        assert said.count(text) == 1
    assert said.count("Finding, and what is to be done") == 3


def test_a_letter_leaves_out_consent_and_overview_or_shows_them_unasked(device, tmp_path):
    person = person_of(device)
    photograph = np.full((300, 400, 3), (60, 120, 200), np.uint8)
    device.records.overviews.keep(device.ids[0], cv2.imencode(".png", photograph)[1].tobytes())
    device.records.consents.give(
        person.id,
        scopes=(Scope.REFERRAL,),
        text="You may send it.",
        given_at=datetime(2026, 5, 6, tzinfo=UTC),
        by="Ala Kowalska",
        signature=SIGNATURE,
    )
    query = Query(id=device.ids[0])
    named, _ = letter(device, tmp_path, named=True, query=query)
    said = text_of(named)
    assert "Given by Ala Kowalska on May 6, 2026" in said
    assert "You may send it." in said
    assert len(pictures_of(named)) == 2
    without, _ = letter(device, tmp_path, query=query)
    assert "Kowalska" not in text_of(without)
    assert len(pictures_of(without)) == 1


def pictures_of(path: Path):
    listed = subprocess.run(["pdfimages", "-list", path], capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()[2:]


def test_an_overview_and_a_consent_stay_behind_when_a_device_is_moved(device, open_device, tmp_path):
    from device.export.importing import import_archive

    records = device.records
    person = person_of(device)
    records.overviews.keep(device.ids[0], cv2.imencode(".jpg", np.zeros((90, 120, 3), np.uint8))[1].tobytes())
    records.follow_ups.set(device.ids[0], date(2027, 1, 2), "nurse")
    consent = records.consents.give(
        person.id, scopes=tuple(Scope), text="Yes.", given_at=datetime(2026, 5, 6, tzinfo=UTC), by="She"
    )
    path, _ = device.export(tmp_path / "a.zip", named=True)
    other = open_device("there").records
    result = import_archive(other, path, False, lambda done, of: None, 0)
    assert result.added == 3
    assert other.consents.of_person(person.id) == [consent]
    follow_up = other.follow_ups.of(device.ids[0])
    assert follow_up is not None
    assert (follow_up.due_on, follow_up.set_by) == (date(2027, 1, 2), "nurse")
    assert (
        other.overviews.path(device.ids[0]).read_bytes() == records.overviews.path(device.ids[0]).read_bytes()
    )
    assert {frame for frame, _, _ in other.pictures(device.ids[0])} >= {OVERVIEW}
    again = import_archive(other, path, False, lambda done, of: None, 0)
    assert (again.known, again.conflicts) == (3, 0)


@pytest.mark.parametrize("letter", ["\u200d", "\n", " ", "ẞ", "Đ"])
def test_what_only_says_how_others_are_written_becomes_a_box(letter):
    faces = Typefaces(lambda name, path: {}, set(map(ord, "ẞĐ ")))
    assert UNPRINTABLE not in faces.fit(letter).text
    assert not faces.packages
    assert not faces.unknown
