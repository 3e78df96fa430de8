"""Whether the clock is known to be right."""

import pytest

from device.service import clock


@pytest.fixture
def nothing(tmp_path, monkeypatch):
    """A machine without a network, a battery, or anybody who has set its clock; its RuntimeDirectory."""
    monkeypatch.setattr(clock, "_follows_time", lambda: False)
    monkeypatch.setattr(clock, "_RTC", tmp_path / "since_epoch")
    monkeypatch.setattr(clock, "_SYNCHRONIZED", tmp_path / "synchronized")
    return tmp_path


def is_set(folder):
    return clock.is_set(folder / "synchronized", {"RUNTIME_DIRECTORY": str(folder)})


def test_it_is_not_known_to_be_right_before_somebody_says_so(nothing):
    assert not is_set(nothing)
    clock.ask_for_time(clock.EARLIEST, {"RUNTIME_DIRECTORY": str(nothing)})
    assert is_set(nothing)


def test_the_network_and_a_battery_say_so(nothing, tmp_path):
    assert not clock._has_battery(tmp_path / "since_epoch")
    (tmp_path / "since_epoch").write_text("86400\n")
    assert not clock._has_battery(tmp_path / "since_epoch")
    (tmp_path / "since_epoch").write_text(f"{clock.EARLIEST + 5}\n")
    assert clock._has_battery(tmp_path / "since_epoch")
    (tmp_path / "synchronized").touch()
    assert is_set(nothing)
