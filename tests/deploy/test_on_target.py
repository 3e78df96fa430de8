"""The rules of the part that runs on the device; the rest of it is shown in a box (docs/deploy.md)."""

import re
import subprocess
from pathlib import Path

import pytest

from deploy.prepare import LOCKS, lock_for
from device.settings import load_settings
from device.wifi.codes import Code
from tests.conftest import ROOT

UNITS = sorted(path for path in (ROOT / "systemd").rglob("*") if path.is_file())


def on_target(function, given="", within=()):
    """What a function of on_target.sh prints; its last line, which starts it all, is left out."""
    script = "".join((ROOT / "deploy/on_target.sh").read_text().splitlines(keepends=True)[:-1])
    command = [*within, "bash", "-c", f"{script}\n{function}"]
    done = subprocess.run(command, input=given, text=True, capture_output=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "secret",
    [
        "The owner's PIN is 123 456: http://0.0.0.0:8080/login#123456",
        "psk=correct horse",
        '{"passphrase": "correct horse"}',
        "Wi-Fi Password: hunter2",
        "token: 123456",
    ],
)
def test_no_secret_of_a_log_reaches_the_laptop(secret):
    output = on_target("hide_secrets", secret)
    assert "(hidden)" in output
    assert not re.search(r"123|horse|hunter2", output)


def test_no_code_that_holds_a_pin_reaches_the_laptop():
    code = Code("https://10.42.0.1:8080/login#12345678").terminal()
    assert on_target("hide_secrets", f"before\n{code}after\n").split() == ["before", "after"]


def test_other_lines_of_a_log_stay_whole():
    line = "SettingsError: setting 'button_pin' is 99; it must be a GPIO from 0 to 27\n"
    assert on_target("hide_secrets", line) == line


def test_purge_empties_a_disk_of_the_records_own_and_removes_plain_folders(tmp_path):
    disk, folder = tmp_path / "disk", tmp_path / "folder"
    for each in (disk, folder):
        each.mkdir()
    (folder / "records").touch()
    mount = f"mount -t tmpfs none {disk}; mkdir {disk}/images; touch {disk}/images/a {disk}/.hidden"
    left = on_target(
        f"{mount}; erase {disk} {folder} {tmp_path}/none; ls -A {disk}",
        within=("unshare", "--map-root-user", "--mount"),
    )
    assert left == ""
    assert not folder.exists()


def test_new_settings_say_where_the_commands_find_the_records(tmp_path):
    file = tmp_path / "dermapoint.toml"
    within = ("unshare", "--map-root-user", "--mount")
    file.write_text(on_target("mount -t tmpfs none /etc; write_settings usb; cat $SETTINGS", within=within))
    settings = load_settings(file, {})
    assert (settings.camera, settings.local) == ("usb", False)
    # The service's own: StateDirectory= in its unit.
    assert "\nStateDirectory=dermapoint\n" in (ROOT / "systemd/dermapoint.service").read_text()
    assert settings.state == Path("/var/lib/dermapoint")


def test_every_file_for_the_system_has_its_place():
    places = {
        path.name: on_target(f"place_of {path.relative_to(ROOT / 'systemd')}").strip() for path in UNITS
    }
    assert places["dermapoint.service"] == "/etc/systemd/system/dermapoint.service"
    assert places["wifi.conf"] == "/etc/systemd/system/dermapoint.service.d/wifi.conf"
    assert places["dermapoint-dnsmasq.conf"].startswith("/etc/NetworkManager/dnsmasq-shared.d/")
    assert places["50-dermapoint-name"].startswith("/etc/NetworkManager/dispatcher.d/")
    for path in UNITS:
        place = places[path.name]
        if place:
            assert on_target(f"name_at {place}").strip() == str(path.relative_to(ROOT / "systemd"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_name_the_program_by_the_link_that_is_switched(unit):
    for path in re.findall(r"/opt/dermapoint/[\w./-]*", unit.read_text()):
        assert path.startswith("/opt/dermapoint/current/"), path


def test_both_parts_take_the_same_lock_for_a_python():
    script = (ROOT / "deploy/on_target.sh").read_text()
    assert f"= 3.11 ]; then lock={LOCKS['3.11']}" in script
    assert f"lock={LOCKS['3.13']} " in script


def test_a_lock_is_judged_by_the_device_and_not_by_this_machine():
    lock = (
        "numpy==1.26.4 ; python_full_version < '3.13' \\\n    --hash=sha256:aa\n"
        "numpy==2.5.5 ; python_full_version == '3.13.*' \\\n    --hash=sha256:bb\n"
        "colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:cc\n"
        "arm==1 ; platform_machine == 'aarch64' \\\n    --hash=sha256:dd\n"
    )
    kept = "arm==1 \\\n    --hash=sha256:dd\n"
    assert lock_for(lock, "3.11", "aarch64") == "numpy==1.26.4 \\\n    --hash=sha256:aa\n" + kept
    assert lock_for(lock, "3.13", "aarch64") == "numpy==2.5.5 \\\n    --hash=sha256:bb\n" + kept
    assert "arm" not in lock_for(lock, "3.13", "x86_64")


def test_both_locks_name_the_same_packages():
    names = {
        lock: set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements" / lock).read_text(), re.MULTILINE))
        for lock in LOCKS.values()
    }
    assert names["device.txt"] == names["bookworm.txt"]
