"""Whom an examination shows."""

import pytest

from tests.device.web.people.support import NOBODY, shown


def test_a_new_person_and_lesion_are_made_in_the_step_that_assigns(site, save):
    taken = save(1)
    assert "Nobody said yet whom it shows" in site.client.get(f"/examinations/{taken}").text
    page = site.client.get(f"/examinations/{taken}/assign?pseudonym=P-9").text
    assert "A new person: P-9" in page
    assert site.records.persons.search() == []
    form = {"pseudonym": "P-9", "lesion": "new", "region": "nape", "label": "it"}
    answer = site.client.post(f"/examinations/{taken}/assign", data=form)
    assert answer.headers["Location"] == f"/examinations/{taken}#assign"
    line = shown(site, taken)
    assert (line.pseudonym, line.region) == ("P-9", "nape")
    page = site.client.get(f"/examinations/{taken}").text
    assert f"/lesions/{line.lesion}" in page
    assert f"/persons/{line.person}" in page


def test_a_known_lesion_is_chosen_and_the_last_ones_take_one_tap(site, ann, mole, save):
    taken, following = save(1), save(2)
    page = site.client.get(f"/examinations/{taken}/assign?pseudonym=P-1").text
    assert f'name="lesion" value="{mole.id}"' in page
    assert "checked" not in page
    site.client.post(f"/examinations/{taken}/assign", data={"lesion": mole.id})
    assert shown(site, taken).lesion == mole.id
    offer = f'<button type="submit" name="lesion" value="{mole.id}"'
    assert offer in site.client.get(f"/examinations/{following}").text
    assert offer not in site.client.get(f"/examinations/{taken}").text
    site.client.post(f"/examinations/{taken}/assign", data={"lesion": "nobody"})
    assert shown(site, taken).lesion == ""


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"pseudonym": "P-9"}, 422),
        ({"pseudonym": "P-9", "lesion": NOBODY}, 404),
        ({"pseudonym": "P-9", "lesion": "new", "region": "tail"}, 422),
        ({"pseudonym": "P-9", "lesion": "new", "label": "x" * 121}, 422),
        ({"pseudonym": "", "lesion": "new"}, 422),
        ({"pseudonym": "x" * 121, "lesion": "new"}, 422),
    ],
)
def test_what_cannot_be_assigned_makes_nothing(site, save, form, status):
    taken = save(1)
    assert site.client.post(f"/examinations/{taken}/assign", data=form).status_code == status
    assert site.records.persons.search() == []
    assert shown(site, taken).lesion == ""


def test_notes_and_protection_are_kept(site, save):
    taken = save(1)
    site.client.post(f"/examinations/{taken}/notes", data={"notes": "itches", "protected": "on"})
    assert (shown(site, taken).notes, shown(site, taken).protected) == ("itches", True)
    assert "itches</textarea>" in site.client.get(f"/examinations/{taken}").text
    site.client.post(f"/examinations/{taken}/notes", data={"notes": "itches"})
    assert shown(site, taken).protected is False
    assert site.client.post(f"/examinations/{taken}/notes", data={"notes": "x" * 4001}).status_code == 422
