"""No colour says harmless, on the lamp or on the page."""

import re

from device.examination import Triage
from device.panel.patterns import FOR_TRIAGE, PATTERNS
from device.web.wording import TRIAGES
from tests.conftest import ROOT

STYLE = (ROOT / "device/web/static/style.css").read_text()


def is_green(red, green, blue):
    """Whether green is by far the strongest part of a colour."""
    return green > 1.2 * max(red, blue)


def rgb(code):
    digits = code if len(code) == 6 else "".join(2 * each for each in code)
    return [int(digits[start : start + 2], 16) for start in (0, 2, 4)]


def colours(name):
    """All colours of a style, light and dark, text and ground."""
    return [rgb(code) for code in re.findall(rf"--{name}(?:-ground)?: #([0-9a-f]+);", STYLE)]


def test_no_triage_and_no_confirmed_diagnosis_is_green():
    assert is_green(*rgb("17633a"))
    for name in (*(look.style for look in TRIAGES.values()), "known"):
        assert len(colours(name)) == 4, name
        assert not [each for each in colours(name) if is_green(*each)], name


def test_the_lamp_is_never_green():
    assert not [
        pattern.name for pattern in PATTERNS if is_green(*pattern.colour) and min(pattern.colour) < 0.3
    ]
    assert not is_green(*FOR_TRIAGE[Triage.WATCH].colour)
