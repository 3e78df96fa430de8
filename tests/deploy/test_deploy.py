"""deploy.sh on the laptop, over a stand-in for ssh that notes what it was asked."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

SCRIPT = ROOT / "deploy/on_target.sh"

SSH = """#!/bin/bash
options=(); while [ "$1" != -- ]; do options+=("$1"); shift; done
host=$2; shift 2
case "${options[*]}" in *"-O exit"*) exit 0 ;; esac
printf '%s|%s\\n' "$host" "$*" >>"$SEEN/calls"
case $host in
  gone) echo "ssh: connect to host gone port 22: No route to host" >&2; exit 255 ;;
esac
case $host-$* in
  locked-*"sudo -n true"*) exit 1 ;;
  locked-*"sudo -k -S"*) read -r word; echo "$word" >"$SEEN/word"; cat >"$SEEN/script.locked"; exit ;;
esac
case $* in
  *platform*) echo wheels-3.13-aarch64 ;;
  *mktemp*) tar -tzf - >>"$SEEN/sent"; echo /var/tmp/dermapoint.abc ;;
  *"bash -s"*)
    cat >"$SEEN/script.$host"
    echo "the device speaks"
    case $host in bad) exit 1 ;; esac ;;
esac
"""


@pytest.fixture
def laptop(tmp_path):
    """A function that runs deploy.sh; what ssh was asked for lies in `tmp_path`."""
    ssh = tmp_path / "bin/ssh"
    ssh.parent.mkdir()
    ssh.write_text(SSH)
    ssh.chmod(0o755)

    def deploy(*arguments):
        environment = os.environ | {"PATH": f"{ssh.parent}:{os.environ['PATH']}", "SEEN": str(tmp_path)}
        return subprocess.run(
            [ROOT / "deploy.sh", *map(str, arguments)],
            env=environment,
            text=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )

    return deploy


def calls(folder: Path) -> list[str]:
    file = folder / "calls"
    return file.read_text().splitlines() if file.exists() else []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name a host"),
        (("--sideways", "pi@a"), "no option --sideways"),
        (("pi@a", "pi@a"), "named twice"),
        (("--status", "--rollback", "pi@a"), "another command"),
        (("--purge", "pi@a"), "--uninstall only"),
        (("--camera", "film", "pi@a"), "picamera, usb, replay or simulated"),
        (("--patience", "soon", "pi@a"), "number of seconds"),
        (("--patience", "0", "pi@a"), "number of seconds"),
        (("--patience",), "needs a value"),
        (("--offline", "/nowhere", "pi@a"), "--prepare /nowhere"),
        (("-F", "/nowhere", "pi@a"), "can't be read"),
        (("--prepare", "/nowhere", "pi@a"), "stands alone"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_done(laptop, tmp_path, arguments, says):
    done = laptop(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert calls(tmp_path) == []


def test_help_names_every_option(laptop):
    output = laptop("--help").stdout
    for option in ("--dry-run", "--offline", "--rollback", "--status", "--uninstall", "--purge", "--prepare"):
        assert option in output


def test_a_dry_run_sends_nothing_and_asks_for_no_rights(laptop, tmp_path):
    done = laptop("--dry-run", "good")
    assert done.returncode == 0
    assert done.stdout == "the device speaks\n"
    asked = calls(tmp_path)
    assert asked[-1] == "good|bash -s -- plan '' "
    assert not any("sudo" in call for call in asked)
    assert not (tmp_path / "sent").exists()
    assert (tmp_path / "script.good").read_text() == SCRIPT.read_text()


def test_an_installation_sends_what_the_device_needs_and_no_more(laptop, tmp_path):
    assert laptop("--patience", "33", "--camera", "usb", "good").returncode == 0
    sent = (tmp_path / "sent").read_text().splitlines()
    assert {
        "browser/page/index.html",
        "device/cli/__init__.py",
        "requirements/device.txt",
        "systemd/dermapoint.service",
    } <= set(sent)
    assert not [name for name in sent if name.startswith(("tests", "model_build", ".git")) or ".pyc" in name]
    assert calls(tmp_path)[-1].endswith("bash -s -- install /var/tmp/dermapoint.abc 33 usb ")


def test_several_hosts_are_named_and_counted(laptop):
    done = laptop("good", "bad", "gone")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert "good: the device speaks" in lines
    assert "bad: the device speaks" in lines
    assert "gone: can't be reached: ssh: connect to host gone port 22: No route to host" in lines
    assert lines[-1] == "1 of 3 hosts done; failed: bad gone"


def test_without_wheels_for_the_device_nothing_is_sent(laptop, tmp_path):
    wheels = tmp_path / "wheels"
    (wheels / "wheels-3.11-aarch64").mkdir(parents=True)
    done = laptop("--offline", wheels, "good")
    assert done.returncode == 1
    assert "has no wheels-3.13-aarch64" in done.stderr
    assert not (tmp_path / "sent").exists()


def test_prepared_wheels_are_sent(laptop, tmp_path):
    prepared = tmp_path / "wheels/wheels-3.13-aarch64"
    prepared.mkdir(parents=True)
    (prepared / "complete").touch()
    (prepared / "numpy.whl").touch()
    assert laptop("--offline", tmp_path / "wheels", "good").returncode == 0
    assert "wheels-3.13-aarch64/numpy.whl" in (tmp_path / "sent").read_text()


def test_a_password_reaches_sudo_and_nobody_else(laptop, tmp_path):
    environment = os.environ | {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "SEEN": str(tmp_path)}
    ours, theirs = pty.openpty()
    os.write(ours, b"correct horse\n")
    done = subprocess.run(
        [ROOT / "deploy.sh", "--rollback", "locked"],
        env=environment,
        stdin=theirs,
        capture_output=True,
        text=True,
        timeout=60,
    )
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 0
    assert "Password for sudo on locked" in done.stderr
    assert (tmp_path / "word").read_text() == "correct horse\n"
    assert (tmp_path / "script.locked").read_text() == SCRIPT.read_text()
    assert "horse" not in done.stdout + done.stderr
    assert not any("horse" in call for call in calls(tmp_path))
