"""What is missing or refuses is one sentence that says what to do."""

import os
from pathlib import Path

import pytest

from device.errors import WifiError
from device.wifi.nmcli import nmcli, split
from device.wifi.state import read_state
from device.wifi.store import read_access_point
from tests.device.wifi.support import SECRET, WLAN0, dermapoint


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"devices": []}, "no Wi-Fi adapter"),
        ({"devices": [WLAN0 | {"STATE": "unmanaged"}]}, "nmcli device set wlan0 managed yes"),
        ({"devices": [WLAN0 | {"STATE": "unavailable"}], "radio": "disabled"}, "do_wifi_country"),
        ({"status": 8, "says": "Error: NetworkManager is not running."}, "systemctl start NetworkManager"),
        ({"status": 1, "says": "Error: Not authorized to control networking."}, "use sudo"),
        ({"status": 1, "says": ""}, "doesn't say why"),
    ],
)
@pytest.mark.parametrize("action", [["show"], ["ap"], ["join", "Clinic", "--open"]])
def test_what_is_missing_is_one_sentence_that_says_what_to_do(world, capsys, values, words, action):
    world.set(**values)
    status, _, err = dermapoint(capsys, *action)
    assert status == 2
    assert words in err
    assert len(err.strip().splitlines()) == 1


def test_a_missing_networkmanager_is_said(world, capsys):
    (world.folder / "nmcli").unlink()
    status, _, err = dermapoint(capsys)
    assert status == 2
    assert "apt install network-manager" in err


def test_a_hanging_networkmanager_is_not_waited_for(world, monkeypatch):
    (world.folder / "nmcli").write_text("#!/bin/sh\nread forever </dev/zero\n")
    monkeypatch.setattr("device.wifi.nmcli.PATIENCE", 0.05)
    with pytest.raises(WifiError, match="doesn't answer"):
        nmcli("device", wait=0)


@pytest.mark.parametrize("action", [["ap"], ["join", "Clinic", "--open"], ["setup"]])
def test_only_root_changes_it(world, capsys, monkeypatch, action):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    status, _, err = dermapoint(capsys, *action)
    assert status == 2
    assert "use sudo" in err
    assert not list(world.profiles.iterdir())


def test_only_root_sees_the_passphrase(world, monkeypatch):
    def refuse(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    world.network.set_up()
    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(WifiError, match="use sudo"):
        read_access_point(world.kept)


def test_a_full_disk_is_said_and_leaves_nothing(world, monkeypatch):
    def refuse(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(WifiError, match="No space left"):
        world.network.set_up()
    assert not list(world.profiles.iterdir())


def test_the_state_in_words(world):
    assert read_state().describe() == "Wi-Fi: wlan0 is disconnected"
    own = world.network.start_own()
    assert read_state().describe() == (
        f"Wi-Fi: wlan0 makes its own access point '{own.ssid}', address 10.42.0.1"
    )
    world.network.join("Cli:nic\\", SECRET)
    world.set(addresses=[])
    assert read_state().describe() == "Wi-Fi: wlan0 has joined 'Cli:nic\\', address not yet known"


def test_a_connected_adapter_is_meant_before_an_idle_one(world):
    own = world.network.start_own()
    world.set(devices=[WLAN0, world["devices"][0] | {"DEVICE": "wlan1"}])
    state = read_state()
    assert (state.adapter, state.ssid) == ("wlan1", own.ssid)


def test_terse_lines_are_parted_at_bare_colons():
    assert split(r"a\:b:c\\:") == ["a:b", "c\\", ""]
