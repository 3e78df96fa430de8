"""Settings in people's words: their titles on the page, in groups, and what their choices are called."""

import re
from collections.abc import Iterable, Iterator, Mapping

from device.preferences import Entry
from device.web.language import gettext
from device.web.wording import sentence
from device.words.marks import N_

_GROUPS: Mapping[str, Mapping[str, str]] = {
    N_("Examining"): {
        "second_reader": N_("Ask for the examiner's own opinion first"),
        "visit_minutes": N_("How long a person stays chosen"),
        "aim_seconds": N_("How long someone is taken to aim"),
        "long_press_seconds": N_("How long to hold the button to take it again"),
        "very_long_press_seconds": N_("How long to hold the button to power off"),
    },
    N_("Follow-up and letters"): {
        "watch_months": N_("When to look again after Watch"),
        "refer_months": N_("When to look again after Refer"),
        "no_answer_months": N_("When to look again without an answer"),
        "consent_for_names": N_("Ask for consent before names leave"),
    },
    N_("Records"): {
        "keep_days": N_("Delete examinations by their age"),
        "keep_free_mib": N_("Space that is to stay free"),
        "make_room": N_("Delete the oldest when there is too little space"),
        "calibration_days": N_("When a calibration is called old"),
    },
    N_("Lamp, buzzer and light"): {
        "focus_lamp": N_("The lamp shows how sharp the view is"),
        "buzzer": N_("The buzzer sounds"),
        "ring_light_brightness": N_("Ring light while someone aims"),
        "ring_light_idle": N_("Ring light when nobody aims"),
    },
    N_("Camera"): {
        "camera": N_("Which camera"),
        "camera_number": N_("Connector of the camera"),
        "camera_rotation": N_("How the camera is turned"),
        "camera_mirrored": N_("Mirror the pictures"),
        "lens_position": N_("Where the lens stays"),
        "usb_device": N_("Which USB camera"),
        "frame_rate": N_("Pictures a second in the live view"),
        "simulated_sensor": N_("Which camera the model is of"),
    },
    N_("Wiring"): {
        "button_pin": N_("Pin of the button"),
        "lamp_pins": N_("Pins of the lamp: red, green, blue"),
        "buzzer_pin": N_("Pin of the buzzer"),
        "ring_light_pin": N_("Pin of the ring light"),
    },
    N_("Network"): {"http": N_("Who may open the page without encryption")},
}
_REST = N_("More")

CHOICES: Mapping[str, str] = {
    "true": N_("yes"),
    "false": N_("no"),
    "picamera": N_("Raspberry Pi camera"),
    "usb": N_("USB camera"),
    "replay": N_("pictures of a folder, for a demo"),
    "simulated": N_("a model of a camera, for a demo"),
    "localhost": N_("this machine alone"),
    "everywhere": N_("everyone"),
    "imx708": "Camera Module 3 (imx708)",
    "imx477": "HQ Camera (imx477)",
    "imx296": "Global Shutter Camera (imx296)",
    "imx219": "Camera Module 2 (imx219)",
}
"""Of the values that a setting may have; others are shown as they are."""


def title(name: str) -> str:
    """What a setting is called on the page."""
    named = (titles[name] for titles in _GROUPS.values() if name in titles)
    return next(named, sentence(name.replace("_", " ")))


def explain(meaning: str) -> str:
    """What a setting means in the reader's language, with the titles of others that it names."""

    def word(named: re.Match[str]) -> str:
        known = any(named[1] in titles for titles in _GROUPS.values())
        return f"“{gettext(title(named[1]))}”" if known else named[1]

    return re.sub(r"`([^`]*)`", word, gettext(meaning))


def groups(entries: Iterable[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    """The settings that the page can change, group by group; one that nobody put into a group comes last."""
    left = {each.name: each for each in entries if not each.fixed}
    for name, titles in _GROUPS.items():
        members = [left.pop(each) for each in titles if each in left]
        if members:
            yield name, members
    if left:
        yield _REST, list(left.values())
