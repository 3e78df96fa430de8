"""What the owner sets on the page: checked, kept, and never in the way of a start."""

from dataclasses import fields

import pytest

from device.errors import SettingsError
from device.preferences import FIXED, Preferences, read_meanings
from device.settings import Origin, Settings, Sources
from device.words import say


def sources(folder, text="", **environment):
    file = folder / "given.toml"
    file.write_text(text)
    return Sources(file, environment=environment, overrides={"state": folder})


def entry(preferences, name):
    return next(each for each in preferences.entries() if each.name == name)


def test_every_setting_has_a_meaning_of_one_paragraph():
    meanings = read_meanings()
    assert list(meanings) == [each.name for each in fields(Settings)]
    assert all(text.endswith(".") for text in meanings.values())


def test_a_change_is_kept_and_in_force_after_the_next_start(tmp_path):
    preferences = Preferences(sources(tmp_path, "frame_rate = 5"))
    assert preferences.change({"buzzer": "false", "lamp_pins": "1, 2, 3", "frame_rate": "5"}) == [
        "lamp_pins",
        "buzzer",
    ]
    assert preferences.waiting
    assert preferences.settings.buzzer is True
    again = Preferences(sources(tmp_path, "frame_rate = 5"))
    assert (again.settings.buzzer, again.settings.lamp_pins) == (False, (1, 2, 3))
    assert not again.waiting
    assert entry(again, "buzzer").origin is Origin.PAGE
    assert entry(again, "frame_rate").origin is Origin.FILE


def test_what_is_set_back_is_no_longer_kept(tmp_path):
    preferences = Preferences(sources(tmp_path))
    preferences.change({"buzzer": False})
    preferences.change({"buzzer": True})
    assert "buzzer" not in (tmp_path / "settings.toml").read_text()
    assert not preferences.waiting


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"button_pin": "99"}, "button_pin"),
        ({"frame_rate": "fast"}, "frame_rate"),
        ({"nonsense": "1"}, "unknown setting"),
        ({"state": "/"}, "can't be changed here"),
        ({"power_off_command": "rm -r /"}, "can't be changed here"),
        ({"buzzer": True, "calibration_days": -1}, "calibration_days"),
    ],
)
def test_a_wrong_value_changes_nothing(tmp_path, values, word):
    preferences = Preferences(sources(tmp_path))
    before = preferences.entries()
    with pytest.raises(SettingsError, match=word):
        preferences.change(values)
    assert preferences.entries() == before
    assert not (tmp_path / "settings.toml").exists()


def test_what_the_environment_says_can_not_be_changed_here(tmp_path):
    preferences = Preferences(sources(tmp_path, DERMAPOINT_BUZZER="0"))
    assert entry(preferences, "buzzer").fixed
    with pytest.raises(SettingsError, match="'buzzer' can't be changed here"):
        preferences.change({"buzzer": True})


@pytest.mark.parametrize(
    "text", ["buzzer = maybe", "nonsense = 1", "button_pin = 99", "\x00", "buzzer_pin = 4"]
)
def test_a_damaged_file_is_set_aside_and_told(tmp_path, text, caplog):
    (tmp_path / "settings.toml").write_text(text)
    # The last one has a meaning by itself, but not beside this.
    preferences = Preferences(sources(tmp_path, "button_pin = 4"))
    assert preferences.settings.buzzer_pin == 12
    assert "can't be used" in say(preferences.trouble)
    assert (tmp_path / "settings.damaged").read_text() == text
    assert Preferences(sources(tmp_path, "button_pin = 4")).trouble is None


def test_a_file_can_not_set_what_the_page_can_not(tmp_path):
    (tmp_path / "settings.toml").write_text("host = '0.0.0.0'\nport = 1\n")
    assert Preferences(sources(tmp_path)).settings.host == "127.0.0.1"


def test_a_full_disk_is_told_and_nothing_changes(tmp_path, monkeypatch):
    preferences = Preferences(sources(tmp_path))

    def refuse(contents):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("device.preferences.write_durably", refuse)
    with pytest.raises(SettingsError, match="free some space"):
        preferences.change({"buzzer": False})
    assert entry(preferences, "buzzer").value is True


def test_what_could_lock_one_out_is_fixed():
    assert {each.name for each in fields(Settings)} >= FIXED
    assert {"host", "port", "state", "bundle", "power_off_command"} <= FIXED
