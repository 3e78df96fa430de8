"""An examiner's letter of a patient."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from device.access import Role
from device.export.file_names import file_name
from device.records.consents import Scope
from tests.device.web.people.support import as_role, last_actions


@pytest.fixture
def patient(site, examination, picture):
    """A person with one lesion and two examinations of it, and one examination of nobody."""
    person = site.records.persons.add("P/1 ß", name="Ann")
    site.lesion = site.records.lesions.add(person.id, label="mole")
    site.ids = []
    for day in (1, 2, 3):
        made = replace(examination, id=f"2026020{day}T030405000678-beef")
        site.records.save(made, picture)
        site.ids.append(made.id)
        if day < 3:
            site.records.assign(made.id, site.lesion.id)
    return person


def wait(client, answer):
    assert answer.status_code == 202, answer.text
    deadline = time.monotonic() + 60
    while (job := client.get(answer.headers["Location"]).json)["progress"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return job


def test_export_is_nowhere_where_it_is_promised(site, patient):
    examiner, viewer = as_role(site, Role.EXAMINER), as_role(site, Role.VIEWER)
    for path, field in (
        (f"/examinations/{site.ids[0]}", f"examination={site.ids[0]}"),
        (f"/persons/{patient.id}", f"person={patient.id}"),
        (f"/lesions/{site.lesion.id}", f"lesion={site.lesion.id}"),
    ):
        assert f'href="/exports?{field}"' in site.client.get(path).text, path
        assert f'href="/letters?{field}"' in site.client.get(path).text, path
        assert f'href="/letters?{field}"' in examiner.get(path).text, path
        assert "/exports?" not in examiner.get(path).text
        assert "/letters?" not in viewer.get(path).text
    assert 'href="/exports?text=mole"' in site.client.get("/history?text=mole").text
    assert examiner.get(f"/exports?person={patient.id}").status_code == 403


def test_an_examiner_makes_no_letter_or_sees_others(site, patient):
    examiner = as_role(site, Role.EXAMINER)
    job = wait(examiner, examiner.post("/api/v1/letters", json={"lesion": site.lesion.id, "named": True}))
    assert (job["progress"], job["format"], job["whom"], job["named"]) == ("done", "pdf", ["P/1 ß"], True)
    with examiner.get(job["file"]) as answer:
        assert answer.data.startswith(b"%PDF")
        disposition = answer.headers["Content-Disposition"]
    assert f"dermapoint-P_2f.1_20.%C3%9F-{date.today().isoformat()}-{job['id']}.pdf" in disposition
    assert "<bdi>P/1 ß</bdi>" in examiner.get("/letters").text
    site.access.tokens.add("another", Role.EXAMINER)
    another = site.client_with(site.access.tokens.add("third", Role.EXAMINER))
    assert another.get(job["file"]).status_code == 404
    assert "P/1" not in another.get("/letters/list").text
    assert (
        as_role(site, Role.VIEWER).post("/api/v1/letters", json={"lesion": site.lesion.id}).status_code == 403
    )
    assert "<bdi>P/1 ß</bdi>" in site.client.get("/exports").text
    assert [action for action, _ in last_actions(site, 9) if action == "made letter"] == ["made letter"]


@pytest.mark.parametrize("order", [{}, {"text": "mole"}, {"person": "0" * 16}, {"person": "", "lesion": ""}])
def test_a_letter_is_of_everybody(site, patient, order):
    assert site.client.post("/api/v1/letters", json=order).status_code == 422
    assert site.client.post("/letters", data=order).status_code == 422


def test_a_name_leaves_without_consent(site, patient):
    site.folder.joinpath("settings.toml").write_text("consent_for_names = true\n")
    site.app = site.build()
    client = site.client_with("local secret")
    whom = {"person": patient.id, "named": True}
    refused = client.post("/api/v1/letters", json=whom)
    assert refused.status_code == 422
    assert "P/1 ß agreed to no letter" in refused.json["detail"]
    assert client.post("/api/v1/exports", json={"format": "csv", "named": True}).status_code == 422
    consent = site.records.consents.give(
        patient.id, scopes=(Scope.REFERRAL,), text="Yes.", given_at=datetime.now(UTC), by="Ann"
    )
    assert wait(client, client.post("/api/v1/letters", json=whom))["progress"] == "done"
    site.records.consents.withdraw(consent.id, datetime.now(UTC), "nurse")
    assert client.post("/api/v1/letters", json=whom).status_code == 422


def test_two_persons_files_are_called_the_same():
    day = date(2026, 3, 4)
    names = [
        "a/b",
        "a-b",
        "a_b",
        "a_2f.b",
        "ab",
        "a b",
        "../x",
        "x" * 119,
        "x" * 120,
        "王" * 100,
        "王" * 101,
        "~",
    ]
    made = [file_name(name, day, "0" * 16, "dicom.zip") for name in names]
    assert len({each.casefold() for each in made}) == len(names)
    for each in made:
        assert len(each.encode()) <= 255
        assert not set(each) & set('/\\:*?"<>|\0 ')
    assert file_name("P-1", day, "0" * 16, "pdf") == f"dermapoint-P-1-2026-03-04-{'0' * 16}.pdf"
    assert file_name(None, day, "0" * 16, "csv") == f"dermapoint-2026-03-04-{'0' * 16}.csv"
