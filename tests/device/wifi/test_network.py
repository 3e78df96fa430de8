"""The first boot, the own access point and joining, over a stand-in for NetworkManager."""

import pytest

from device.errors import WifiError
from device.wifi import network
from device.wifi.profile import (
    FIRST_CHOICE,
    LAST_CHOICE,
    AccessPoint,
    known_id,
)
from device.wifi.state import known_wifi
from device.wifi.store import access_point_of_daemon, read_access_point, write_secret
from tests.device.wifi.support import OWN_UUID, SECRET, dermapoint, mode


def test_the_first_boot_makes_the_access_point_and_later_ones_keep_it(world):
    own = world.network.set_up()
    file = world.profiles / "dermapoint-access-point.nmconnection"
    assert mode(file) == mode(world.kept) == 0o600
    assert mode(world.kept.parent) == 0o700
    assert f"psk={own.passphrase}\n" in file.read_text()
    assert world.priority() == LAST_CHOICE
    calls = world.calls
    assert world.network.set_up() == own
    assert world.calls == calls


def test_the_passphrase_is_on_no_command_line_and_in_no_log(world, caplog, capsys):
    caplog.set_level(0)
    own = world.network.set_up()
    fresh = world.network.start_own(new=True)
    world.network.join("Clinic", SECRET)
    dermapoint(capsys, "show")
    said = world.calls + caplog.text + capsys.readouterr().out
    assert "connection up" in said
    for secret in (own.passphrase, fresh.passphrase, SECRET):
        assert secret not in said


def test_power_lost_before_all_was_done_is_made_good_by_the_next_boot(world):
    own = world.network.set_up()
    world.kept.unlink()
    second = world.network.set_up()
    assert second.passphrase != own.passphrase
    assert second.passphrase in (world.profiles / "dermapoint-access-point.nmconnection").read_text()
    assert len(world["profiles"]) == 1


def test_a_lost_profile_is_made_again_with_the_same_passphrase(world):
    own = world.network.set_up()
    (world.profiles / "dermapoint-access-point.nmconnection").unlink()
    assert world.network.set_up() == own
    assert own.passphrase in (world.profiles / "dermapoint-access-point.nmconnection").read_text()


def test_a_profile_that_networkmanager_moved_does_not_hide_ours(world):
    world.set(profiles={OWN_UUID: {"file": "/run/netplan-x.nmconnection", "ssid": "old", "mode": "ap"}})
    own = world.network.set_up()
    assert f"connection delete uuid {OWN_UUID}" in world.calls
    assert world["profiles"][OWN_UUID]["ssid"] == own.ssid


def test_a_refused_profile_is_said(world):
    world.set(refuses=True)
    with pytest.raises(WifiError, match=r"refuses .*journalctl"):
        world.network.set_up()
    assert not world.kept.exists()


def test_what_is_kept_may_be_damaged(world):
    write_secret(world.kept, "{")
    with pytest.raises(WifiError, match="damaged"):
        world.network.set_up()
    write_secret(world.kept, '{"ssid": "x", "passphrase": "k7qx-2mfr", "other": 1}')
    with pytest.raises(WifiError, match="damaged"):
        world.network.set_up()


def test_started_it_comes_first_at_every_boot(world):
    own = world.network.start_own()
    assert world["active"] == own.ssid
    assert world.priority() == FIRST_CHOICE


def test_a_new_passphrase_and_channel_replace_the_old(world):
    old = world.network.set_up()
    new = world.network.start_own(new=True, channel=1)
    assert (new.ssid, new.channel) == (old.ssid, 1)
    assert new.passphrase != old.passphrase
    assert read_access_point(world.kept) == new
    assert world.network.start_own() == new


def test_a_wrong_channel_changes_nothing(world):
    own = world.network.set_up()
    with pytest.raises(WifiError, match="1 to 11"):
        world.network.start_own(new=True, channel=13)
    assert read_access_point(world.kept) == own


def test_an_access_point_that_does_not_start_says_why_and_what_may_be_missing(world):
    own = world.network.set_up()
    world.set(unreachable={own.ssid: "Error: Connection activation failed: IP configuration failed."})
    with pytest.raises(WifiError, match=r"IP configuration failed; dnsmasq is missing: sudo apt"):
        world.network.start_own()
    (world.folder / "dnsmasq").write_text("#!/bin/sh\n")
    (world.folder / "dnsmasq").chmod(0o755)
    with pytest.raises(WifiError, match=r"IP configuration failed$"):
        world.network.start_own()


def test_joining_keeps_the_access_point_as_last_choice(world):
    world.network.start_own()
    world.set(addresses=["192.168.1.7/24"])
    assert world.network.join("Clinic", SECRET) == "192.168.1.7"
    assert world["active"] == "Clinic"
    assert world.priority() == LAST_CHOICE
    assert mode(world.profiles / f"{known_id('Clinic')}.nmconnection") == 0o600
    assert "--wait 45 connection up" in world.calls


@pytest.mark.parametrize("choice", [FIRST_CHOICE, LAST_CHOICE])
def test_what_cannot_be_joined_brings_the_access_point_back_and_is_forgotten(world, choice):
    own = world.network.start_own() if choice == FIRST_CHOICE else world.network.set_up()
    world.set(unreachable={"Clinic": "Error: Timeout expired (45 seconds)"})
    with pytest.raises(WifiError, match=f"'Clinic' can't be joined: it took too long; .*{own.ssid}"):
        world.network.join("Clinic", SECRET)
    assert world["active"] == own.ssid
    assert world.priority() == choice
    assert known_wifi() == {}
    assert [path.name for path in world.profiles.iterdir()] == ["dermapoint-access-point.nmconnection"]


def test_a_wrong_new_passphrase_leaves_the_old_one(world):
    world.network.join("Clinic", SECRET)
    file = world.profiles / f"{known_id('Clinic')}.nmconnection"
    before = file.read_text()
    world.set(unreachable={"Clinic": "Error: ... Secrets were required, but not provided."})
    with pytest.raises(WifiError, match="passphrase is wrong"):
        world.network.join("Clinic", "another one")
    assert file.read_text() == before
    assert mode(file) == 0o600


def test_neither_works_is_one_sentence(world):
    own = world.network.set_up()
    world.set(unreachable={"Clinic": "Error: no.", own.ssid: "Error: never."})
    with pytest.raises(WifiError, match=r"'Clinic' can't be joined: no, and the access point .*: never"):
        world.network.join("Clinic", SECRET)
    assert known_wifi() == {}


def test_a_known_wifi_needs_no_passphrase_whoever_told_it(world):
    # As the Imager writes it.
    profile = {"file": "/etc/x.nmconnection", "ssid": "Home", "mode": "infrastructure", "priority": "0"}
    world.set(profiles={"1-2": profile})
    world.network.join("Home", "")
    assert world["active"] == "Home"
    assert sorted(path.name for path in world.profiles.iterdir()) == ["dermapoint-access-point.nmconnection"]
    with pytest.raises(WifiError, match="8 to 63"):
        world.network.join("Unknown", "")


def test_the_daemon_reads_what_systemd_hands_it(tmp_path, monkeypatch):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert access_point_of_daemon() is None
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert access_point_of_daemon() is None
    (tmp_path / "access-point").write_text("none")
    assert access_point_of_daemon() is None
    own = AccessPoint("Dermapoint-K7QX", "k7qx-2mfr-9tbw-hd4e")
    (tmp_path / "access-point").write_text(own.to_json())
    assert access_point_of_daemon() == own


def test_waiting_is_bounded():
    assert network.START_SECONDS + network.JOIN_SECONDS < 120
