"""Sentences: one English text a code, figures that don't lie, and other languages by gettext."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.errors import CameraError, RecordsError
from device.message import Message, as_it_was
from device.serialization import message_from_json, message_to_json
from device.words import LANGUAGES, TEXTS, figures, probability, say
from tools.translations.__main__ import values_of

shares = st.floats(0, 1)
languages = st.sampled_from(list(LANGUAGES))


def over(**values):
    return Message("over_threshold", **values)


def read(written, language):
    """The figure in a text that `probability` wrote, as a number."""
    (figure,) = re.findall(r"[\d.,]+", written)
    return float(figure.replace(",", ".")) / 100


def test_a_message_is_worded_in_each_language():
    message = over(malignancy=0.384, threshold=0.18)
    assert say(message).startswith(
        "The probability of a malignant or pre-malignant lesion is 38%; from 18% on"
    )
    assert "38\xa0%" in say(message, "de")
    assert say(message, "de") != say(message, "fr")


def test_a_figure_is_not_rounded_over_its_threshold():
    said = say(Message("below_threshold", malignancy=0.18385, threshold=0.1839))
    assert "is under 18.4%, below the 18.4% from" in said
    said = say(Message("below_threshold", malignancy=0.1799, threshold=0.1839))
    assert "is 18.0%, below the 18.4% from" in said
    assert "is 12%, below the 18% from" in say(Message("below_threshold", malignancy=0.12, threshold=0.1839))


@settings(deadline=None)
@given(shares, st.floats(0.02, 0.98), languages)
def test_what_is_below_a_threshold_reads_below_it(share, threshold, language):
    written = probability(share, language, against=threshold)
    _, _, digits = figures.against(share, threshold)
    limit = read(figures.percent(threshold, language, digits), language)
    word = "" if written[:1].isdigit() else "word"
    if share < threshold:
        assert read(written, language) < limit or (word and read(written, language) <= limit)
    else:
        assert read(written, language) >= limit or word


@settings(deadline=None)
@given(shares, languages)
def test_nothing_is_certain(share, language):
    written = probability(share, language)
    assert 0 < read(written, language) < 1
    if 0.01 <= share <= 0.99:
        assert read(written, language) == pytest.approx(share, abs=0.0051)
    else:
        assert not written[0].isdigit()


def test_shares_near_nothing_and_near_all_are_said_so():
    assert [probability(p) for p in (0.004, 0.994, 0.5)] == ["under 1%", "over 99%", "50%"]


def test_numbers_dates_and_durations_follow_the_language():
    assert [figures.number(12345.5, each) for each in ("en", "de", "fr")] == [
        "12,345.5",
        "12.345,5",
        "12\u202f345,5",
    ]
    assert figures.day(date(2026, 3, 4), "en") == "Mar 4, 2026"
    assert figures.day("2026-03-04", "de") == "04.03.2026"
    assert figures.moment("2026-03-04T23:30:00+02:00", "es") == "4 mar 2026 21:30"
    assert say(Message("seconds", count=1)) == "1 second"


def test_an_error_carries_its_code_and_its_values(monkeypatch):
    monkeypatch.setitem(TEXTS, "camera_silent", "no picture for {seconds} s; {why}")
    cause = CameraError("camera_silent", seconds=3, why=OSError(5, "Input/output error"))
    assert cause.message == Message("camera_silent", seconds=3, why="Input/output error")
    assert str(cause) == "no picture for 3 s; Input/output error"
    monkeypatch.setitem(TEXTS, "not_saved", "not saved: {error}")
    assert str(RecordsError("not_saved", error=cause)) == "not saved: no picture for 3 s; Input/output error"


def test_a_code_that_nobody_worded_is_said_by_itself():
    assert say(Message("no_such_code", of=3), "de") == "no_such_code of=3"


def test_a_lacking_value_breaks_no_page():
    assert "a probability of …:" in say(Message("no_class_likely"))


@pytest.mark.parametrize(
    "message",
    [
        over(malignancy=0.4, threshold=0.2),
        as_it_was("As it was."),
        Message("change_not_ruled_out", classes=[{"en": "Melanoma", "de": "Melanom"}]),
        Message("a", b=[Message("c")]),
    ],
)
def test_a_message_survives_json(monkeypatch, message):
    monkeypatch.setitem(TEXTS, "a", "{b}")
    monkeypatch.setitem(TEXTS, "c", "x")
    assert message_from_json(message_to_json(message)) == message


def test_a_sentence_of_before_there_were_codes_is_shown_as_it_is():
    assert say(message_from_json("Too dark."), "de") == "Too dark."
    assert say(message_from_json({"code": "gone", "values": {}, "text": "Gone."}), "de") == "Gone."


@pytest.mark.parametrize("code", TEXTS)
def test_every_text_can_be_filled(code):
    texts = TEXTS[code] if isinstance(TEXTS[code], tuple) else (TEXTS[code],)
    for text in texts:
        for name, spec in values_of(text):
            assert re.fullmatch(r"[a-z_0-9]+", name), name
            kind = spec.split()[:1]
            assert kind in (
                [],
                *([each] for each in ("percent", "threshold", "share", "date", "moment", "duration", "raw")),
            )


def test_a_value_in_each_language_is_written_in_the_readers():
    names = {"en": "Melanoma", "de": "Melanom"}
    message = Message("change_not_ruled_out", classes=[names, {"en": "Only English"}])
    assert say(message).startswith("Were Melanoma, Only English ruled out")
    assert "Melanom, Only English" in say(message, "de")
