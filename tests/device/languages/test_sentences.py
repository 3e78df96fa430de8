"""Sentences that the device keeps in English, with values in them, are translated as they are shown."""

import numpy as np
import pytest

from device.classes import HAM10000
from device.classifier.changes import what_would_change
from device.classifier.decision import Rules, name_outputs, triage
from device.errors import SettingsError
from device.health import checks
from device.records.retention import DAY, Candidate, plan
from device.records.retention import Rules as Retention
from device.settings import Settings
from device.web.catalog import catalog, sentence_pattern
from tools.translations import sentences
from tools.translations.catalogs import TRANSLATED

RULES = Rules(1.0, 0.3, 0.4, 5.0, (0.1,) * 7)
SPREAD = name_outputs(np.array([0.1, 0.1, 0.2, 0.1, 0.3, 0.1, 0.1]), HAM10000, RULES)
HARMLESS = name_outputs(np.array([0.01, 0.01, 0.01, 0.01, 0.01, 0.94, 0.01]), HAM10000, RULES)


def said(finding, tmp_path):
    """Sentences as the device makes them."""
    yield from triage(SPREAD, True, RULES)[1]
    yield from triage(SPREAD, False, RULES)[1]
    yield from triage(HARMLESS, False, RULES)[1]
    yield from what_would_change(finding, RULES)
    due = [Candidate("a", 0, None, 1)]
    yield " ".join(plan(due, Retention(days=40), 35 * DAY, 0).warnings)
    disk = checks.disk(tmp_path)
    yield from (disk.sentence, f"only {disk.sentence}")
    try:
        Settings(frame_rate=99)
    except SettingsError as error:
        yield str(error)


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_the_device_says_is_translated(language, finding, tmp_path):
    for english in said(finding, tmp_path):
        translated = catalog(language).gettext(english)
        assert translated != english
        assert "%(" not in translated
        for word in (" the ", " be ", "setting"):
            assert word not in translated, translated


def test_values_are_kept():
    texts = catalog("de")
    assert texts.gettext("there is nobody called Jo Watch") == "es gibt niemanden namens Jo Watch"
    # A name alone stays, also one that is a word of the page.
    assert texts.gettext("there is nobody called Watch") == "es gibt niemanden namens Watch"
    assert "Rolle Besitzer" in texts.gettext("this needs the role owner, and yours is viewer")
    reason = triage(HARMLESS, False, RULES)[1][0]
    assert "3%" in texts.gettext(reason)
    assert "30%" in texts.gettext(reason)


def test_what_nobody_knows_stays_as_it_is():
    for text in ("Because.", "100 %", "%(name)s", "a: b: c. d? e", ""):
        assert catalog("fr").gettext(text) == text


def test_a_pattern_takes_percent_signs_and_repeated_names():
    assert sentence_pattern("%(a)s %% of %(b)s").fullmatch("5 % of 6").groupdict() == {"a": "5", "b": "6"}
    assert sentence_pattern("%(a)s or %(a)s").fullmatch("x or y") is None


def test_messages_are_read_from_code():
    code = """
MOST = "at most"
def refuse(name, error):
    '''Never said to anyone.'''
    if name:
        raise SomeError(f"{name!r} has {100 * error.share:.0f}% of {MOST}; try again") from error
    abort(400, "this can't be done")
    log.info("nothing to people")
    return gettext("One text"), ngettext("%(num)s thing", "%(num)s things", 2)
"""
    assert list(sentences.sentences(code, "device/x.py")) == [
        "this can't be done",
        "at most",
        "%(name)s has %(error)s%% of %(most)s; try again",
    ]
    assert list(sentences.calls(code)) == [("One text", ""), ("%(num)s thing", "%(num)s things")]
