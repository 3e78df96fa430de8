"""The first steps: what they say, and the clock that a phone sets."""

import os
import subprocess
import time

import pytest

from device.access import Role
from device.service import clock
from tests.browser import PHONE
from tests.conftest import ROOT
from tests.support import client_with

SYSTEMD = ROOT / "systemd"


@pytest.fixture
def owner(house):
    return client_with(house, house.access.tokens.add("owner's", Role.OWNER))


@pytest.fixture
def unit(monkeypatch, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(folder))
    monkeypatch.setattr(clock, "set_by_network", lambda: False)
    return folder


def test_the_steps_are_the_owners_and_are_ticked_as_they_are_done(house, owner):
    examiner = client_with(house, house.access.tokens.add("nurse", Role.EXAMINER))
    assert examiner.get("/welcome").status_code == 403
    assert "First steps" not in examiner.get("/").text
    before = owner.get("/welcome").text
    house.examiner.press()
    assert owner.get("/welcome").text.count("✓") == before.count("✓") + 1


def test_a_phone_sets_the_clock(unit, open_page):
    page = open_page(PHONE)
    page.clock.install(time=time.time() + 3600)
    page.get_by_role("link", name="First steps").click()
    page.get_by_text("do not agree").wait_for()
    page.get_by_role("button", name="Take this phone's time").click()
    page.wait_for_load_state()
    assert int((unit / clock.FILE).read_text()) == pytest.approx(time.time() + 3600, abs=60)


def test_a_program_sets_the_clock(unit, owner):
    now = int(time.time())
    assert owner.put("/api/v1/clock", json={"now": now}).status_code == 202
    assert (unit / clock.FILE).read_text() == f"{now}\n"
    assert owner.get("/api/v1/clock").json["now"] == pytest.approx(now, abs=60)


@pytest.mark.parametrize("given", ["", "soon", "1", "-1", "9" * 30, "١٧٦٧٢٢٥٦٠٠"])
def test_a_time_that_cannot_be_is_refused(unit, owner, given):
    answer = owner.post("/welcome/clock", data={"now": given})
    assert answer.status_code == 422
    assert "This time can&#39;t be" in answer.text
    assert not list(unit.iterdir())


def test_the_networks_time_goes_before(unit, owner, monkeypatch):
    monkeypatch.setattr(clock, "set_by_network", lambda: True)
    assert owner.put("/api/v1/clock", json={"now": int(time.time())}).status_code == 422
    assert not list(unit.iterdir())
    assert "The network has set the clock." in owner.get("/welcome").text


def test_where_no_service_runs_it_says_what_to_do(owner, monkeypatch):
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    monkeypatch.setattr(clock, "set_by_network", lambda: False)
    answer = owner.put("/api/v1/clock", json={"now": int(time.time())})
    assert "sudo date" in answer.json["detail"]


def run_script(tmp_path, text, synchronized=False):
    """What the unit's script does with a file: its exit status, and the words for a stand-in of `date`."""
    asked, said = tmp_path / "clock", tmp_path / "said"
    if text is not None:
        asked.write_bytes(text)
    stand_in = tmp_path / "date"
    stand_in.write_text(f'#!/bin/sh\necho "$@" >{said}\n')
    stand_in.chmod(0o755)
    marker = tmp_path / "synchronized"
    if synchronized:
        marker.touch()
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SYNCHRONIZED": str(marker)}
    done = subprocess.run([SYSTEMD / "dermapoint-clock", asked], env=environment, capture_output=True)
    assert not asked.exists()
    return done.returncode, said.read_text().strip() if said.exists() else ""


def test_the_script_sets_the_clock(tmp_path):
    assert run_script(tmp_path, b"1795000000\n") == (0, "--utc --set @1795000000")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n",
        b"1\n",
        b"99999999999\n",
        b"1795000000; reboot\n",
        b"$(reboot)\n",
        b"-1795000000\n",
        b"\xff\n",
    ],
)
def test_the_script_refuses_what_is_no_time(tmp_path, text):
    status, said = run_script(tmp_path, text)
    assert status != 0
    assert said == ""


def test_the_script_leaves_a_clock_that_the_network_set(tmp_path):
    assert run_script(tmp_path, b"1795000000\n", synchronized=True) == (0, "")
