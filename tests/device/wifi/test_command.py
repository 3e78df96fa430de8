"""The command `dermapoint wifi`."""

import os
import signal
import sys

from device import cli
from device.wifi.profile import (
    known_id,
)
from tests.device.wifi.support import SECRET, dermapoint, mode


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


def test_faulty_settings_keep_nobody_from_the_access_point(world, capsys, monkeypatch, tmp_path):
    settings = tmp_path / "dermapoint.toml"
    settings.write_text("prot = 1\n")
    monkeypatch.setattr("device.cli.commands.INSTALLED", settings)
    assert dermapoint(capsys, "setup")[0] == dermapoint(capsys, "ap")[0] == 0
    status, _, err = dermapoint(capsys, "qr")
    assert status == 2
    assert "unknown setting 'prot'" in err


def test_on_an_installed_device_the_codes_lead_to_the_page_that_is_open_to_all(
    world, capsys, monkeypatch, tmp_path
):
    settings = tmp_path / "dermapoint.toml"
    settings.write_text('host = "0.0.0.0"\nport = 9000\n')
    monkeypatch.setattr("device.cli.commands.INSTALLED", settings)
    world.network.start_own()
    for action in ("show", "qr"):
        status, out, _ = dermapoint(capsys, action)
        assert status == 0
        assert "https://10.42.0.1:9000/" in out
        assert "this machine alone" not in out


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
