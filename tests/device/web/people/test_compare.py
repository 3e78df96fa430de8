"""Two examinations of a lesion on the page and for programs."""

import resource
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from device.access import Role
from device.images import read_image
from device.optics import OpticsStore
from device.optics.calibration import Scale
from tests.browser import DESKTOP, PHONE
from tests.conftest import FRAMES
from tests.support import client_with, says


def examined_twice(house):
    """The ids of a lesion and of its two examinations, which hold the same frames."""
    person = house.records.persons.add("P-1")
    found = house.records.lesions.add(person.id, label="left arm")
    frames = house.examiner.press()
    pixels = [
        house.records.image_path(frames.id, number).read_bytes() for number in range(len(frames.frames))
    ]
    again = house.examiner.press()
    for number, data in enumerate(pixels):
        house.records.image_path(again.id, number).write_bytes(data)
    for each in (frames, again):
        house.records.assign(each.id, found.id)
    return found.id, frames.id, again.id


@pytest.fixture
def lesion(house):
    return examined_twice(house)


@pytest.fixture
def viewer(house):
    return client_with(house, house.access.tokens.add("reader", Role.VIEWER))


def test_a_program_is_told_the_same(viewer, lesion):
    lesion_id, first, second = lesion
    compared = viewer.get(f"/api/v1/lesions/{lesion_id}/comparison?first={second}&second={first}").json
    assert [compared["first"]["id"], compared["second"]["id"]] == [first, second]
    assert compared["alignment"]["points"] >= 15
    assert compared["alignment"]["degrees"] == pytest.approx(0, abs=1)
    assert compared["grown"] is None
    assert compared["looks_different"] is False
    assert "not a medical device" in compared["notice"]


@pytest.mark.parametrize(
    "given", ["first=x", "second=%00", "first=%ED%A0%80", "second=20260101T000000000000-0000"]
)
def test_what_is_none_of_its_examinations_is_refused(viewer, lesion, given):
    for path in (f"/lesions/{lesion[0]}/compare", f"/api/v1/lesions/{lesion[0]}/comparison"):
        assert viewer.get(f"{path}?{given}").status_code == 422


def test_one_examination_is_no_comparison(house, viewer, lesion):
    house.records.assign(lesion[2], None)
    answer = viewer.get(f"/api/v1/lesions/{lesion[0]}/comparison")
    assert answer.status_code == 422
    assert "press once more" in answer.json["detail"]


def test_two_plainly_different_lesions_are_said_to_look_different(site, examination):
    lesion = site.records.lesions.add(site.records.persons.add("P-1").id)
    for number, name in enumerate(("ISIC_0024318", "ISIC_0024319")):
        made = replace(examination, id=f"2026010{number + 1}T000000000000-beef")
        site.records.save(made, read_image(FRAMES / f"{name}.jpg"))
        site.records.assign(made.id, lesion.id)
    assert "These two look different: are they of the same lesion?" in (
        site.client.get(f"/lesions/{lesion.id}/compare").text
    )
    assert site.client.get(f"/api/v1/lesions/{lesion.id}/comparison").json["looks_different"] is True


def test_a_small_jpeg_that_says_16000_x_16000_is_compared_with_nothing(house, viewer, lesion):
    path = house.records.image_path(lesion[1], house.records.get(lesion[1]).best)
    path.write_bytes(says(path.read_bytes(), 16000, 16000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for page in (f"/lesions/{lesion[0]}/compare", f"/api/v1/lesions/{lesion[0]}/comparison"):
        answer = viewer.get(page)
        assert answer.status_code == 422
        assert "16000 x 16000 pixels" in answer.text
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_a_picture_that_is_gone_is_told(house, viewer, lesion):
    for path in house.records.image_path(lesion[1]).parent.glob(f"{lesion[1]}*"):
        path.unlink()
    assert viewer.get(f"/lesions/{lesion[0]}/compare").status_code == 404


def test_the_earlier_is_the_one_that_was_pressed_before_whatever_the_clock_said(house, viewer, lesion):
    taken = house.records.get(lesion[1]).taken_at + timedelta(days=900)
    house.records._database.write(
        lambda writer: writer.execute(
            "UPDATE examination SET taken_at = ? WHERE id = ?", (int(taken.timestamp()), lesion[1])
        )
    )
    compared = viewer.get(f"/api/v1/lesions/{lesion[0]}/comparison").json
    assert [compared["first"]["id"], compared["second"]["id"]] == [lesion[1], lesion[2]]


def test_what_is_too_old_to_be_offered_is_the_first_all_the_same(house, viewer, lesion, monkeypatch):
    monkeypatch.setattr("device.web.people.compare._OFFERED", 1)
    page = viewer.get(f"/lesions/{lesion[0]}/compare").text
    for examination_id in lesion[1:]:
        assert f'<option value="{examination_id}" selected>' in page


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_one_slider_moves_between_the_two(open_page, lesion, viewport):
    page = open_page(viewport)
    page.goto(page.url + f"lesions/{lesion[0]}")
    page.get_by_role("button", name="Show side by side").click()
    expect(page.locator(".two figure")).to_have_count(2)
    expect(page.locator(".two polygon")).to_have_count(2)
    later = page.locator(".laid img + img")
    before = later.evaluate("each => each.style.clipPath")
    slider = page.get_by_label("Earlier to the left")
    slider.focus()
    slider.press("ArrowRight")
    assert later.evaluate("each => each.style.clipPath") != before
    page.wait_for_function("[...document.images].every(each => each.complete)")
    for image in page.locator("img").all():
        assert image.evaluate("each => each.naturalWidth")
    expect(page.get_by_text("not a medical device").first).to_be_visible()


def test_with_a_scale_sizes_are_told(house, viewer):
    OpticsStore(house.records.folder).save(Scale(20.0, "two points"), (640, 480))
    lesion_id = examined_twice(house)[0]
    compared = viewer.get(f"/api/v1/lesions/{lesion_id}/comparison").json
    assert compared["grown"] == pytest.approx(0, abs=0.1)
    assert 2 < compared["first"]["diameter_mm"] < 20
    page = viewer.get(f"/lesions/{lesion_id}/compare").text
    assert "Longest diameter" in page
    assert "no more different than two pictures of one lesion may be (17 percent)" in page
