"""What docs/hardware.md and its drawing say is what the device does."""

import importlib.util
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from device.panel import patterns
from device.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "hardware.md").read_text()


def load_wiring():
    spec = importlib.util.spec_from_file_location("wiring", DOCS / "wiring.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


wiring = load_wiring()


def rows(heading):
    """The table rows of a section, as lists of cells."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if "|" in line
    ]


def test_the_drawing_in_the_repository_is_what_the_script_draws():
    assert wiring.FILE.read_text() == wiring.draw(Settings()), "run `python docs/wiring.py`"


def test_the_drawing_is_sound_and_names_every_default_pin():
    root = ElementTree.fromstring(wiring.draw(Settings()))
    words = {"".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")}
    for name in ("GPIO17 button", "GPIO5 red", "GPIO6 green", "GPIO13 blue"):
        assert name in words
    assert {"GPIO12 buzzer", "GPIO18 ring light"} <= words
    assert {str(pin) for pin in range(1, 41)} <= words


def test_other_pins_make_another_drawing():
    assert wiring.draw(replace(Settings(), button_pin=27)) != wiring.draw(Settings())


def test_a_pin_on_the_other_side_of_the_header_is_not_drawn_wrong():
    with pytest.raises(ValueError, match="odd pins"):
        wiring.draw(replace(Settings(), button_pin=23))


def test_the_pins_in_the_page_are_the_default_ones():
    settings = Settings()
    pins = [settings.button_pin, *settings.lamp_pins, settings.buzzer_pin, settings.ring_light_pin]
    table = [row for row in rows("Wiring") if row[1].strip("`").endswith(("_pin", "_pins"))]
    assert [(int(row[2]), int(row[3])) for row in table] == [(pin, wiring.pin_of(pin)) for pin in pins]
    assert all(row[1].strip("`") in vars(settings) for row in table)


def test_the_page_names_the_rhythm_of_every_pattern():
    table = {row[0]: row for row in rows("What the panel says")}
    for pattern in patterns.PATTERNS:
        _, colour, rhythm, shown = table[pattern.name]
        assert getattr(patterns, colour.removeprefix("faint ").upper()) == pattern.colour or "faint" in colour
        if set(rhythm) <= set("·— "):
            said = " ".join("·" if seconds == patterns.SHORT else "—" for seconds in pattern.rhythm[::2])
            assert said == rhythm
        if shown.endswith(" s"):
            assert shown == f"{pattern.seconds:.0f} s"


def test_the_times_of_the_gestures_in_the_page_are_the_default_ones():
    settings = Settings()
    middle = (settings.long_press_seconds + settings.very_long_press_seconds) / 2
    done = [row[0] for row in rows("What the panel says")]
    assert f"hold {settings.long_press_seconds:.0f} to {middle:.0f} s" in done
    assert f"hold {settings.very_long_press_seconds:.0f} s" in done


def test_every_setting_that_the_page_names_exists():
    named = set(re.findall(r"`([a-z_]+)(?: = [^`]*)?`", PAGE))
    settings = {name for name in named if re.match("(ring_light|button|buzzer|lamp|long|very|power)", name)}
    assert settings
    assert settings <= set(vars(Settings()))


def test_the_lines_to_try_each_part_run_on_simulated_pins():
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    pins = {"GPIOZERO_PIN_FACTORY": "mock", "GPIOZERO_MOCK_PIN_CLASS": "mockpwmpin"}
    quick = "import time; time.sleep = lambda seconds: None\n"
    result = subprocess.run(
        [sys.executable, "-c", quick + code],
        env=os.environ | pins,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (0, "held down? False\n"), result.stderr
