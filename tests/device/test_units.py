"""The units say the same as the program. `make units` asks systemd itself."""

import re
from pathlib import Path

import pytest

import device
from device import app, cli, daemon
from device.cli import run
from device.front import nginx, page
from device.service import clock, power
from device.service.watchdog import PATIENCE_SECONDS

SYSTEMD = Path(device.__file__).parents[1] / "systemd"


def words(unit):
    lines = (SYSTEMD / unit).read_text().splitlines()
    return dict(line.partition("=")[::2] for line in lines if "=" in line and not line.startswith("#"))


@pytest.fixture
def unit():
    return words("dermapoint.service")


def test_the_limit_on_starts_is_reached_however_slow_they_are(unit):
    slowest = sum(int(unit[name]) for name in ("TimeoutStartSec", "TimeoutStopSec", "RestartSec"))
    assert int(unit["StartLimitBurst"]) * slowest < int(unit["StartLimitIntervalSec"])
    # A start that gets ready and then no frames ends sooner.
    assert int(unit["WatchdogSec"]) < int(unit["TimeoutStartSec"])
    assert int(unit["WatchdogSec"]) < PATIENCE_SECONDS


def test_what_a_person_must_mend_is_not_tried_again_and_explained(unit):
    assert unit["RestartPreventExitStatus"] == str(cli.USAGE_ERROR)
    assert unit["Restart"] == "on-failure"
    assert cli.USAGE_ERROR not in (run.TRY_AGAIN, app.HUNG, 0)
    assert (SYSTEMD / unit["OnFailure"]).exists()


def test_a_frame_may_take_its_time_within_the_start(unit):
    assert int(unit["TimeoutStartSec"]) > daemon.FIRST_FRAME_SECONDS


def test_nothing_waits_for_network_or_clock(unit):
    text = (SYSTEMD / "dermapoint.service").read_text()
    assert not re.search(r"^(After|Wants|Requires)=.*(network|time)", text, re.MULTILINE)


def test_both_services_share_user_and_folder(unit):
    explain = words("dermapoint-explain.service")
    for name in ("User", "DynamicUser", "RuntimeDirectory", "RuntimeDirectoryPreserve"):
        assert explain[name] == unit[name]
    assert Path(explain["ExecStart"].split()[5]).parts[-3:] == ("device", "service", "explain.py")


def test_the_power_off_is_looked_for_where_it_is_asked_for(unit):
    path = words("dermapoint-poweroff.path")
    assert path["PathExists"] == f"/run/{unit['RuntimeDirectory']}/{power.FILE}"


def test_nginx_is_started_with_what_the_daemon_writes_and_where_it_reads(unit):
    path, front = words("dermapoint-front.path"), words("dermapoint-front.service")
    written = f"/run/{unit['RuntimeDirectory']}/{page.FOLDER}/{nginx.CONFIGURATION}"
    assert path["PathExists"] == written
    assert front["ExecStart"].split()[-1] == written
    for name in ("User", "DynamicUser", "RuntimeDirectory", "RuntimeDirectoryPreserve"):
        assert front[name] == unit[name]
    assert unit["Environment"] == "DERMAPOINT_FRONT=unit"


def test_the_time_is_looked_for_where_it_is_told(unit):
    path, service = words("dermapoint-clock.path"), words("dermapoint-clock.service")
    asked = f"/run/{unit['RuntimeDirectory']}/{clock.FILE}"
    assert path["PathExists"] == asked
    script, given = service["ExecStart"].split()
    assert given == asked
    text = (SYSTEMD / Path(script).name).read_text()
    assert str(clock.EARLIEST) in text
    assert str(clock.LATEST) in text


def test_no_interval_is_measured_with_a_clock_that_may_jump():
    # Health tells whether the clock is right; sessions, certificates, records, dates of people and files
    # outlive the process.
    allowed = {
        "health/checks.py",
        "service/clock.py",
        "certificate/__init__.py",
        "access/sessions.py",
        "records/caretaker.py",
        "web/people/fields.py",
        "web/device/settings.py",
        "front/health.py",
    }
    folder = Path(device.__file__).parent
    found = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.py")
        if re.search(r"\btime\.time\b|utcnow|datetime\.now\([^)]*\) [-<>]", path.read_text())
    }
    assert found <= allowed
