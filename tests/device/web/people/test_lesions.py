"""The pages of lesions."""

from dataclasses import replace
from datetime import date

import pytest

from device.records.values import Confirmation, Diagnosis
from tests.device.web.people.support import last_actions


def test_a_lesion_is_added_where_the_map_says(site, ann):
    address = f"/persons/{ann.id}/lesions/new"
    picked = site.client.get(f"{address}?region=left-palm").text
    assert '<option value="left-palm" selected>' in picked
    assert f'href="{address}?region=nape"' in picked
    answer = site.client.post(address, data={"region": "left-palm", "label": "new"})
    [made] = site.records.lesions.of_person(ann.id)
    assert answer.headers["Location"] == f"/lesions/{made.id}"
    assert (made.region, made.label) == ("left-palm", "new")
    assert last_actions(site) == [("added lesion", f"{ann.id} {made.id}")]


def test_a_region_that_is_not_on_the_map_is_refused(site, ann):
    answer = site.client.post(f"/persons/{ann.id}/lesions/new", data={"region": "tail", "label": "typed"})
    assert answer.status_code == 422
    assert 'id="region-fault"' in answer.text
    assert 'value="typed"' in answer.text
    assert site.records.lesions.of_person(ann.id) == []


def test_the_page_of_a_lesion_shows_it_over_time(site, ann, mole, save):
    assert "No pictures of it yet" in site.client.get(f"/lesions/{mole.id}").text
    ids = [save(number) for number in (1, 2, 3)]
    for each in ids[:2]:
        site.records.assign(each, mole.id)
    page = site.client.get(f"/lesions/{mole.id}").text
    for words in (
        "the large one",
        "Left knee and shin",
        "lower extremity",
        "grows",
        "Not confirmed yet",
        "P-1",
    ):
        assert words in page
    assert page.index(f"/examinations/{ids[1]}/thumbnail.jpg") < page.index(
        f"/examinations/{ids[0]}/thumbnail.jpg"
    )
    assert ids[2] not in page
    for words in ("▲", "Refer", "Melanoma", "not a medical device"):
        assert words in page


def test_two_pictures_are_offered_to_compare_where_the_device_can(site, mole, save):
    ids = [save(number) for number in (1, 2, 3)]
    for each in ids:
        site.records.assign(each, mole.id)
    page = site.client.get(f"/lesions/{mole.id}").text
    assert f'action="/lesions/{mole.id}/compare"' in page
    first, second = page.split('name="second"')
    assert f'value="{ids[0]}" selected' in first
    assert f'value="{ids[2]}" selected' in second


def test_a_lesion_is_changed(site, mole):
    page = site.client.get(f"/lesions/{mole.id}/edit?region=nape").text
    assert '<option value="nape" selected>' in page
    assert 'value="the large one"' in page
    assert site.records.lesions.get(mole.id) == mole
    site.client.post(f"/lesions/{mole.id}/edit", data={"label": "it", "region": "nape", "notes": ""})
    assert site.records.lesions.get(mole.id) == replace(mole, label="it", region="nape", notes="")


def test_a_diagnosis_is_confirmed_changed_and_taken_back(site, mole):
    address = f"/lesions/{mole.id}/diagnosis"
    form = {
        "label": "mel",
        "confirmed_by": "histopathology",
        "confirmed_on": "2026-03-04",
        "in_words": "thin",
    }
    assert site.client.post(address, data=form).status_code == 303
    known = Diagnosis("mel", Confirmation.HISTOPATHOLOGY, date(2026, 3, 4), "thin")
    assert site.records.lesions.get(mole.id).diagnosis == known
    assert last_actions(site) == [("confirmed diagnosis", mole.id)]
    page = site.client.get(f"/lesions/{mole.id}").text
    assert "Melanoma" in page
    assert "under a microscope" in page
    assert 'value="2026-03-04"' in site.client.get(address).text
    site.client.post(address, data={"label": ""})
    assert site.records.lesions.get(mole.id) == mole


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"label": "flu", "confirmed_by": "consensus"}, "diagnosis"),
        ({"label": "mel"}, "confirmed_by"),
        ({"label": "mel", "confirmed_by": "consensus", "confirmed_on": "2026-02-30"}, "confirmed_on"),
        ({"label": "mel", "confirmed_by": "consensus", "confirmed_on": "2026-W01-1"}, "confirmed_on"),
        ({"label": "mel", "confirmed_by": "consensus", "confirmed_on": "2199-01-01"}, "confirmed_on"),
    ],
)
def test_a_diagnosis_without_meaning_is_refused_at_its_field(site, mole, form, field):
    answer = site.client.post(f"/lesions/{mole.id}/diagnosis", data={"in_words": "typed", **form})
    assert answer.status_code == 422
    assert f'id="{field}-fault"' in answer.text
    assert "typed</textarea>" in answer.text
    assert site.records.lesions.get(mole.id) == mole


def test_a_lesion_is_deleted_and_the_person_stays(site, ann, mole, save):
    site.records.assign(save(1), mole.id)
    assert "1 examination with all its pictures" in site.client.get(f"/lesions/{mole.id}/delete").text
    answer = site.client.post(f"/lesions/{mole.id}/delete")
    assert answer.headers["Location"] == f"/persons/{ann.id}"
    assert (site.records.lesions.get(mole.id), site.records.count()) == (None, 0)
