"""What only the owner may: settings, people, tokens, the audit log."""

import csv
import io
import json
import logging
import time
import zipfile
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from device.access import Role
from device.message import Message
from device.records import Records
from device.web.device import settings as settings_room
from device.web.upload import LARGEST_BODY
from tests.browser import PHONE
from tests.support import client_with


@pytest.fixture
def owner(house):
    house.access.admit_local("local secret")
    return client_with(house, "local secret")


def test_a_wrong_setting_is_told_at_its_field_and_nothing_is_lost(owner):
    answer = owner.post("/settings", data={"button_pin": "99", "buzzer": "false"})
    assert answer.status_code == 422
    assert "Nothing was saved." in answer.text
    assert 'value="99"' in answer.text
    assert answer.text.count("aria-invalid") == 1
    assert owner.get("/api/v1/settings").json["waiting"] is False


def test_a_saved_setting_waits_for_a_restart(owner):
    assert owner.post("/settings", data={"buzzer": "false"}).status_code == 303
    assert "in force after a restart" in owner.get("/settings").text
    assert owner.patch("/api/v1/settings", json={"buzzer": True}).json == {
        "changed": ["buzzer"],
        "waiting": False,
    }


def test_a_restart_is_asked_of_systemd_or_refused(owner, house, monkeypatch):
    monkeypatch.delenv("INVOCATION_ID", raising=False)
    assert owner.post("/settings/restart").status_code == 409
    monkeypatch.setenv("INVOCATION_ID", "1")
    killed = []
    monkeypatch.setattr("device.service.restart.os.kill", lambda *arguments: killed.append(arguments))
    monkeypatch.setattr("device.service.restart._ANSWER_SECONDS", 0)
    assert owner.post("/settings/restart").status_code == 200
    assert owner.post("/api/v1/restart").status_code == 202


def test_someone_new_enters_with_the_pin_that_is_shown_once(owner, house):
    made = owner.post("/api/v1/accounts", json={"name": "Ann", "role": "examiner"}).json
    person, _ = house.access.enter(made["pin"], "10.0.0.1")
    assert (person.name, person.role) == ("Ann", Role.EXAMINER)
    page = owner.get("/settings/people").text
    assert "Ann" in page
    assert made["pin"] not in page
    renewed = owner.post("/settings/people", data={"do": "renew", "name": "Ann"}).text
    assert made["pin"] not in renewed
    assert owner.delete("/api/v1/accounts/Ann").status_code == 204
    assert owner.delete("/api/v1/accounts/Ann").status_code == 404


def test_a_program_enters_with_its_token_until_it_is_withdrawn(owner, house):
    made = owner.post("/api/v1/tokens", json={"name": "study", "role": "viewer"}).json
    program = client_with(house, made["token"])
    assert program.get("/api/v1/examinations").status_code == 200
    assert program.get("/settings").status_code == 403
    assert "Settings" not in program.get("/").text
    assert owner.delete("/api/v1/tokens/study").status_code == 204
    assert program.get("/api/v1/examinations").status_code == 401


@pytest.mark.parametrize("do", ["add", "add token"])
@pytest.mark.parametrize(
    ("name", "role"), [("", "viewer"), ("x" * 41, "viewer"), ("Bob", "king"), ("a/b", "viewer")]
)
def test_who_can_not_be_is_refused(owner, do, name, role):
    answer = owner.post("/settings/people", data={"do": do, "name": name, "role": role})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_the_last_owner_stays(owner, house):
    house.access.accounts.first_pin()
    assert owner.post("/settings/people", data={"do": "remove for sure", "name": "owner"}).status_code == 422
    assert [person.name for person in house.access.accounts.people()] == ["owner"]


def test_the_log_names_who_did_it_and_shows_a_break(owner, house):
    owner.post("/api/v1/tokens", json={"name": "=cmd()", "role": "viewer"})
    newest = owner.get("/api/v1/audit").json["entries"][0]
    assert (newest["who"], newest["action"], newest["object"]) == (
        "this device",
        "changed who may enter",
        "=cmd()",
    )
    rows = list(csv.reader(io.StringIO(owner.get("/settings/log.csv").text)))
    assert rows[0][:4] == ["number", "written_at", "who", "action"]
    assert any("'=cmd()" in row for row in rows)
    assert "Nothing is broken" in owner.get("/settings/log").text
    database = house.access.audit._database
    database.execute("DROP TRIGGER audit_is_not_changed")
    database.execute("UPDATE audit SET who = 'nobody' WHERE number = 1")
    database.commit()
    assert "The chain is broken at entry 1" in owner.get("/settings/log").text
    assert owner.get("/api/v1/audit").json["broken_at"] == 1


def test_all_of_it_is_the_owners(house):
    examiner = client_with(house, house.access.tokens.add("nurse", Role.EXAMINER))
    for path in ("/settings", "/settings/people", "/settings/log", "/settings/log.csv", "/settings/restore"):
        assert examiner.get(path).status_code == 403
    for path in ("/api/v1/settings", "/api/v1/accounts", "/api/v1/tokens", "/api/v1/audit"):
        assert examiner.get(path).status_code == 403


def test_a_backup_is_downloaded_restored_and_remembered(owner, house, tmp_path):
    made = house.examiner.press()
    assert "no backup was ever made" in owner.get("/health").text.lower()
    answer = owner.get("/settings/backup/dermapoint-backup.tar")
    (tmp_path / "b.tar").write_bytes(answer.data)
    other = Records(tmp_path / "other")
    assert other.backups.restore(tmp_path / "b.tar").examinations == 1
    assert other.get(made.id)
    other.close()
    assert owner.get("/api/v1/backups").json["taken_at"]
    assert "no backup was ever made" not in owner.get("/health").text.lower()


def wait_for_restoration(owner):
    deadline = time.monotonic() + 20
    while (state := owner.get("/api/v1/restorations").json)["progress"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return state


def test_a_backup_comes_back_by_the_page(owner, house, tmp_path):
    made = house.examiner.press()
    backup = owner.get("/settings/backup/dermapoint-backup.tar").data
    house.records.deletion.examinations([made.id])
    assert not house.records.get(made.id)
    assert owner.get("/api/v1/restorations").json["progress"] == "none"
    assert owner.post("/api/v1/restorations", data=backup).status_code == 202
    state = wait_for_restoration(owner)
    assert (state["progress"], state["examinations"], state["damaged"]) == ("done", 1, [])
    assert house.records.get(made.id)
    assert "1 examination came back." in owner.get("/settings/restore").text
    owner.post("/api/v1/restorations", data=backup)
    assert wait_for_restoration(owner)["examinations"] == 0
    assert not list(house.records.folder.rglob("upload-*"))


@pytest.mark.parametrize("by", ["page", "api"])
def test_a_restoration_can_be_cancelled(owner, house, by):
    made = house.examiner.press()
    backup = owner.get("/settings/backup/dermapoint-backup.tar").data
    house.records.deletion.examinations([made.id])
    assert owner.delete("/api/v1/restorations").status_code == 409
    owner.post("/api/v1/restorations", data=backup)
    assert "/settings/restore/cancel" in owner.get("/settings/restore").text
    if by == "page":
        assert owner.post("/settings/restore/cancel").status_code == 303
    else:
        assert owner.delete("/api/v1/restorations").status_code == 204
    state = wait_for_restoration(owner)
    assert (state["progress"], state["fault"]) == ("failed", "this was cancelled; what is here is as it was")
    assert house.records.get(made.id) is None
    owner.post("/api/v1/restorations", data=backup)
    assert wait_for_restoration(owner)["examinations"] == 1


@pytest.mark.parametrize(
    "body", ["[" * 30_000, '{"pseudonym":' * 5000, '{"pseudonym":' + "[" * 500 + "]" * 500 + "}"]
)
def test_a_body_that_is_nested_without_end_is_refused(owner, body):
    answer = owner.post("/api/v1/persons", data=body, content_type="application/json")
    assert answer.status_code in (400, 422)


def test_an_owner_restores_a_large_backup_in_the_browser(open_page, house, tmp_path):
    made = house.examiner.press()
    house.records.backups.write(tmp_path / "b.tar")
    assert (tmp_path / "b.tar").stat().st_size > LARGEST_BODY
    house.records.deletion.examinations([made.id])
    page = open_page(PHONE)
    page.goto(page.url + "settings/backup")
    page.get_by_role("link", name="Restore a backup").click()
    page.get_by_label("Backup file").set_input_files(tmp_path / "b.tar")
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("1 examination came back.")).to_be_visible()
    assert house.records.get(made.id)


@pytest.mark.parametrize("length", [100, 3_000, 300_000])
def test_half_a_backup_is_refused_in_words_and_changes_nothing(owner, house, length):
    house.examiner.press()
    backup = io.BytesIO(owner.get("/settings/backup/dermapoint-backup.tar").data[:length])
    assert owner.post("/settings/restore", data={"file": (backup, "b.tar")}).status_code == 303
    assert wait_for_restoration(owner)["progress"] == "failed"
    assert "backup" in wait_for_restoration(owner)["fault"]
    assert house.records.count() == 1
    assert "Backup file" in owner.get("/settings/restore").text


def test_what_a_setting_would_delete_is_shown_before_it_is_saved(owner, house, monkeypatch):
    house.examiner.press()
    later = SimpleNamespace(time=lambda: time.time() + 400 * 86400)
    monkeypatch.setattr(settings_room, "time", later)
    asked = owner.post("/settings", data={"keep_days": "365"})
    assert asked.status_code == 200
    assert "1 examination that is 365 days old or older" in asked.text
    saved = {each["name"]: each["value"] for each in owner.get("/api/v1/settings").json["settings"]}
    assert saved["keep_days"] == 0
    assert owner.post("/settings", data={"keep_days": "365", "sure": "yes"}).status_code == 303
    saved = {each["name"]: each["value"] for each in owner.get("/api/v1/settings").json["settings"]}
    assert saved["keep_days"] == 365
    assert owner.post("/settings", data={"keep_days": "0"}).status_code == 303
    assert owner.post("/settings", data={"keep_days": "3"}).status_code == 422


def test_a_restoration_without_a_file_is_refused(owner):
    assert owner.post("/settings/restore").status_code == 422
    assert owner.post("/api/v1/restorations", data=b"").status_code == 422


def test_damaged_records_are_offered_back(owner, house, monkeypatch):
    assert "Bring back" not in owner.get("/settings/backup").text
    monkeypatch.setattr(type(house.records), "trouble", Message("recover_them"))
    assert "Bring back what can be read" in owner.get("/settings/backup").text


def test_the_support_file_tells_of_the_machine_and_of_nobody(owner, house, settings):
    made = house.examiner.press()
    person = house.records.persons.add("CANARY-7", name="Jane Canary", notes="canary notes")
    lesion = house.records.lesions.add(person.id, label="canary spot")
    house.records.assign(made.id, lesion.id)
    pin = house.access.accounts.add("Canary Nurse", Role.EXAMINER)
    token = owner.post("/api/v1/tokens", json={"name": "canary program", "role": "viewer"}).json["token"]
    logging.getLogger("device.test").warning("examination %s of %s from 10.0.0.7", made.id, person.id)
    owner.get("/persons?text=CANARY-7")
    archive = zipfile.ZipFile(io.BytesIO(owner.get("/health/support.zip").data))
    texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert set(texts) == {
        "about.json",
        "machine.json",
        "health.json",
        "settings.json",
        "packages.json",
        "log.txt",
    }
    assert "examination (id) of (id) from (address)" in texts["log.txt"]
    assert json.loads(texts["settings.json"])["camera"] == "replay"
    assert "flask" in texts["packages.json"].lower()
    whole = "".join(texts.values())
    for secret in ("canary", pin, token, made.id, person.id, lesion.id, "10.0.0.7", "\xff\xd8"):
        assert secret.lower() not in whole.lower()
