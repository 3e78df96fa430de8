from pathlib import Path

import pytest

from device.camera import OPENERS
from device.errors import SettingsError
from device.settings import Settings, all_choices, load_settings


def write(tmp_path, text):
    path = tmp_path / "settings.toml"
    path.write_text(text)
    return path


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(tmp_path):
    file = write(tmp_path, "port = 1000\nhost = 'a'\nbutton_pin = 4\n")
    environment = {"DERMAPOINT_PORT": "2000", "DERMAPOINT_HOST": "b", "PATH": "/bin"}
    settings = load_settings(file, environment, port=3000, host=None)
    assert (settings.port, settings.host, settings.button_pin) == (3000, "b", 4)


def test_values_get_the_type_of_their_setting(tmp_path):
    file = write(tmp_path, "lamp_pins = [1, 2, 3]\nstate = '/tmp/x'\nmock_pins = true\nframe_rate = 5\n")
    settings = load_settings(file, {"DERMAPOINT_LAMP_PINS": "7, 8, 9"})
    assert settings.lamp_pins == (7, 8, 9)
    assert settings.state == Path("/tmp/x")
    assert settings.mock_pins is True
    assert settings.frame_rate == 5.0


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("prot = 1", "unknown setting 'prot'"),
        ("port = 'high'", "'port'"),
        ("port = 0", "'port'"),
        ("port = 70000", "'port'"),
        ("camera = 'film'", "one of replay, picamera"),
        ("frame_rate = 0", "'frame_rate'"),
        ("camera_number = 4", "'camera_number'"),
        ("camera_rotation = 90", "one of 0, 180"),
        ("lens_position = 16", "'lens_position'"),
        ("lens_position = nan", "'lens_position'"),
        ("simulated_sensor = 'imx999'", "one of imx708"),
        ("usb_device = 64", "'usb_device'"),
        ("usb_device = '../sda'", "by-id"),
        ("usb_device = ''", "by-id"),
        ("aim_seconds = 0", "'aim_seconds'"),
        ("mock_pins = 'maybe'", "'mock_pins'"),
        ("lamp_pins = [1, 2]", "'lamp_pins'"),
        ("lamp_pins = [17, 2, 3]", "'lamp_pins' is 17; it must be another GPIO"),
        ("calibration_days = -1", "'calibration_days'"),
        ("button_pin = 99", "GPIO from 0 to 27"),
        ("ring_light_pin = 12", "'ring_light_pin' is 12; it must be another GPIO"),
        ("ring_light_brightness = 1.5", "'ring_light_brightness'"),
        ("ring_light_idle = nan", "'ring_light_idle'"),
        ("long_press_seconds = 0", "'long_press_seconds'"),
        ("very_long_press_seconds = 2.5", "at least 2 more"),
        ("power_off_command = ' '", "'power_off_command'"),
        ("port = ", "is not TOML"),
    ],
)
def test_a_setting_without_meaning_is_named(tmp_path, text, word):
    with pytest.raises(SettingsError, match=word):
        load_settings(write(tmp_path, text), {})


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match="can't be read"):
        load_settings(tmp_path / "none.toml", {})


def test_the_service_keeps_its_state_where_systemd_says(monkeypatch):
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/dermapoint")
    assert Settings().state == Path("/var/lib/dermapoint")


def test_every_camera_that_can_be_set_can_be_opened_and_no_other():
    assert set(all_choices()["camera"]) == set(OPENERS)


@pytest.mark.parametrize(("name", "choices"), all_choices().items())
def test_every_choice_of_a_setting_is_taken_and_no_other(name, choices):
    assert getattr(Settings(), name) == choices[0]
    for choice in choices:
        assert getattr(Settings(**{name: choice}), name) == choice
    with pytest.raises(SettingsError, match=f"{name}.*one of"):
        Settings(**{name: "none of them"})
