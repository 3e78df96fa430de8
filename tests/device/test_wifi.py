"""The Wi-Fi over a stand-in for NetworkManager."""

import json
import os
import signal
import stat
import sys
from pathlib import Path

import pytest

from device import cli
from device.cli import wifi as command
from device.errors import WifiError
from device.wifi import network
from device.wifi.network import Network
from device.wifi.nmcli import nmcli, split
from device.wifi.passphrase import ALPHABET, ENTROPY, new_name, new_passphrase
from device.wifi.profile import (
    ACCESS_POINT_ID,
    FIRST_CHOICE,
    LAST_CHOICE,
    AccessPoint,
    known_id,
    profile_to_join,
    uuid_of,
)
from device.wifi.state import known_wifi, read_state
from device.wifi.store import access_point_of_daemon, read_access_point, write_secret

STAND_IN = Path(__file__).with_name("nmcli.py")
WLAN0 = {"TYPE": "wifi", "DEVICE": "wlan0", "STATE": "disconnected", "CON-UUID": ""}
OWN_UUID = uuid_of(ACCESS_POINT_ID)
SECRET = "secret for the clinic"


class World:
    """What the stand-in believes, and what it was asked."""

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "world.json"
        self.profiles = folder / "system-connections"
        self.kept = folder / "state/access-point.json"
        self.profiles.mkdir()
        self.network = Network(self.profiles, self.kept)
        self.file.write_text(
            json.dumps(
                {
                    "status": 0,
                    "says": "",
                    "radio": "enabled",
                    "devices": [{"TYPE": "ethernet", "DEVICE": "eth0", "STATE": "x", "CON-UUID": ""}],
                    "profiles": {},
                    "addresses": ["10.42.0.1/24", "10.9.9.9/24"],
                    "unreachable": {},
                    "refuses": False,
                    "active": "",
                }
            )
        )
        self.set(devices=[WLAN0])

    def set(self, **values):
        self.file.write_text(json.dumps(json.loads(self.file.read_text()) | values))

    def __getitem__(self, name):
        return json.loads(self.file.read_text())[name]

    @property
    def calls(self):
        return (self.folder / "calls.txt").read_text()

    def priority(self):
        return int(self["profiles"][OWN_UUID]["priority"])


@pytest.fixture
def world(tmp_path, monkeypatch):
    program = tmp_path / "nmcli"
    program.write_text(f"#!{sys.executable} -ISE\n{STAND_IN.read_text()}")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    world = World(tmp_path)
    monkeypatch.setattr(command, "Network", lambda: world.network)
    monkeypatch.setattr(command, "KEPT", world.kept)
    yield world
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL if number == signal.SIGHUP else signal.default_int_handler)


def dermapoint(capsys, *arguments):
    status = cli.main(["wifi", *arguments])
    out, err = capsys.readouterr()
    return status, out, err


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


# Names and passphrases


def test_a_passphrase_is_long_readable_and_never_twice_the_same():
    made = {new_passphrase() for _ in range(200)}
    assert len(made) == 200
    assert ENTROPY >= 64
    for passphrase in made:
        groups = passphrase.split("-")
        assert [len(group) for group in groups] == [4, 4, 4, 4]
        assert set("".join(groups)) <= set(ALPHABET)
    assert set("".join(made)) - {"-"} == set(ALPHABET)
    assert not set("01oil") & set(ALPHABET)
    assert new_name().startswith("Dermapoint-")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("", "k7qx-2mfr"), "1 to 32"),
        (("é" * 17, "k7qx-2mfr"), "1 to 32"),
        (("Clinic", "short"), "8 to 63"),
        (("Clinic", "x" * 64), "8 to 63"),
        (("Clinic", "pässword"), "8 to 63"),
        (("Clinic", "pass\nword"), "8 to 63"),
        (("Clinic", "k7qx-2mfr", 12), "1 to 11"),
        (("Clinic", "k7qx-2mfr", 0), "1 to 11"),
    ],
)
def test_what_no_access_point_can_have_is_refused(arguments, word):
    with pytest.raises(WifiError, match=word):
        AccessPoint(*arguments)


def test_no_passphrase_in_a_traceback():
    own = AccessPoint("Dermapoint-K7QX", "k7qx-2mfr-9tbw-hd4e")
    assert "k7qx" not in repr(own)
    assert "k7qx" not in repr(own.profile(0))


# Profiles


def test_the_access_point_has_the_form_that_works_on_the_pi():
    text = AccessPoint("Dermapoint-K7QX", "k7qx-2mfr-9tbw-hd4e", 11).profile(LAST_CHOICE).text
    for line in (
        "mode=ap",
        "band=bg",
        "channel=11",
        "key-mgmt=wpa-psk",
        "proto=rsn;",
        "pairwise=ccmp;",
        "group=ccmp;",
        "pmf=1",
        "method=shared",
        "address1=10.42.0.1/24",
        "autoconnect-priority=-100",
        "psk=k7qx-2mfr-9tbw-hd4e",
    ):
        assert line in text.splitlines()


def test_no_name_or_passphrase_can_add_a_line_or_lose_a_sign():
    lines = profile_to_join("a\n[ipv4]\n;", ' a;b\\c #"z" ').text.splitlines()
    assert "ssid=97;10;91;105;112;118;52;93;10;59;" in lines
    assert 'psk=\\sa;b\\\\c\\s#"z"\\s' in lines
    assert lines.count("[ipv4]") == 1


def test_an_open_wifi_has_no_security():
    assert "wifi-security" not in profile_to_join("Cafe", None).text


# First boot


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


# The own access point


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


# Joining


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


# What is missing


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


# The state


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


# The command


def test_show_says_where_the_page_is_and_what_is_known(world, capsys):
    world.network.start_own()
    world.network.join("Clinic", SECRET)
    status, out, _ = dermapoint(capsys)
    assert status == 0
    assert "has joined 'Clinic'" in out
    assert "http://10.42.0.1:8080/ or http://dermapoint.local:8080/" in out
    assert "Knows: Clinic" in out
    assert "0.0.0.0" in out


def test_join_reads_the_passphrase_from_a_pipe(world, capsys, monkeypatch, tmp_path):
    (tmp_path / "pipe").write_text(f"{SECRET}\n")
    with (tmp_path / "pipe").open() as pipe:
        monkeypatch.setattr(sys, "stdin", pipe)
        status, out, _ = dermapoint(capsys, "join", "Clinic")
    assert status == 0
    assert "Joined" in out
    assert SECRET.replace(" ", "\\s") in (world.profiles / f"{known_id('Clinic')}.nmconnection").read_text()


def test_join_outlives_the_connection_that_it_cuts(world, monkeypatch):
    class Gone:
        def write(self, text):
            raise BrokenPipeError

        flush = write

    monkeypatch.setattr(sys, "stdout", Gone())
    assert cli.main(["wifi", "join", "Clinic", "--open"]) == 0
    assert world["active"] == "Clinic"
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


def test_ap_says_how_to_join_and_to_restart_after_a_new_passphrase(world, capsys):
    status, out, _ = dermapoint(capsys, "ap")
    assert status == 0
    assert "wifi qr" in out
    assert "restart" not in out
    _, out, _ = dermapoint(capsys, "ap", "--new-passphrase")
    assert "systemctl restart dermapoint" in out


def test_codes_and_card_need_an_access_point(world, capsys):
    for action in ("qr", "card"):
        status, _, err = dermapoint(capsys, action)
        assert status == 2
        assert "wifi setup" in err


def test_the_card_is_for_its_owner_alone(world, capsys, monkeypatch, tmp_path):
    given = []
    monkeypatch.setenv("SUDO_UID", "1000")
    monkeypatch.setenv("SUDO_GID", "1001")
    monkeypatch.setattr(os, "chown", lambda *arguments: given.append(arguments))
    dermapoint(capsys, "setup")
    file = tmp_path / "card.html"
    status, _, _ = dermapoint(capsys, "card", str(file))
    assert status == 0
    assert mode(file) == 0o600
    assert given == [(file, 1000, 1001)]


# What the daemon is told


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
