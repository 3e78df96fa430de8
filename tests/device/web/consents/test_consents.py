"""Consent: signed, listed, withdrawn."""

import pytest

from device.access import Role
from tests.device.web.people.support import as_role, last_actions

SIGNATURE = "M10 100L40 60L80 120L120 50L160 130L200 90"


@pytest.fixture
def person(site):
    return site.records.persons.add("P-1", name="Ann")


def sign(client, person, **given):
    return client.post(f"/persons/{person.id}/consents", data={"by": "Ann", "signature": SIGNATURE} | given)


def test_what_is_signed_on_the_screen_is_lost(site, person):
    answer = sign(as_role(site, Role.EXAMINER), person, scopes=["pictures", "referral"])
    assert answer.status_code == 303
    [consent] = site.records.consents.of_person(person.id)
    assert (consent.by, consent.noted_by, consent.signature) == ("Ann", "examiner", SIGNATURE)
    assert "with my name, to a doctor" in consent.text
    assert "research" not in consent.text
    assert last_actions(site)[0][0] == "noted consent"
    page = site.client.get(f"/persons/{person.id}/consents").text
    assert f'<path d="{SIGNATURE}"/>' in page
    assert site.client.post(f"/persons/{person.id}/consents/{consent.id}/withdraw").status_code == 303
    [withdrawn] = site.records.consents.of_person(person.id)
    assert withdrawn.withdrawn_at is not None
    assert "Withdrawn" in site.client.get(f"/persons/{person.id}/consents").text


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"signature": ""}, "sign in the field"),
        ({"signature": "M1 1L2 2"}, "too short"),
        ({"signature": SIGNATURE + '"/><script>'}, "be read"),
        ({"signature": "M1 1" + "L700 1" * 9}, "be read"),
        ({"signature": "M1 1" + "L1 1" * 6000}, "be read"),
        ({"by": " "}, "name of who gives"),
        ({"scopes": []}, "at least one thing"),
        ({"scopes": ["everything"]}, "choose one of"),
    ],
)
def test_half_a_consent_is_kept(site, person, given, why):
    answer = sign(site.client, person, **{"scopes": ["pictures"]} | given)
    assert answer.status_code == 422
    assert why in answer.text.lower()
    assert "<script>" not in answer.text.partition("<main")[2].partition("</main")[0]
    assert site.records.consents.of_person(person.id) == []


def test_programs_have_no_consents(site, person):
    path = f"/api/v1/persons/{person.id}/consents"
    given = {"scopes": ["research"], "by": "Ann", "on_paper": True}
    made = site.client.post(path, json=given)
    assert made.status_code == 201
    assert site.client.get(path).json == {"consents": [made.json]}
    withdrawn = site.client.post(f"{path}/{made.json['id']}/withdrawal").json
    assert withdrawn["withdrawn_at"]
    other = site.records.persons.add("P-2")
    assert (
        site.client.post(f"/api/v1/persons/{other.id}/consents/{made.json['id']}/withdrawal").status_code
        == 404
    )
    assert as_role(site, Role.VIEWER).get(path).status_code == 403


def test_a_consent_stays_when_its_person_is_deleted(site, person):
    sign(site.client, person, scopes=["pictures"])
    site.records.copies.take()
    site.records.deletion.person(person.id)
    assert site.records.consents.of_person(person.id) == []
    for path in [*site.records.copies.paths(), site.folder / "records.sqlite3"]:
        assert SIGNATURE.encode() not in path.read_bytes()
