"""Consent, the day to look again and the letter in a real browser on a phone, in one visit."""

from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import expect

from device.records.signature import read_strokes
from tests.browser import PHONE


def sign(page):
    box = page.locator("#sign canvas").bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 50)
    page.mouse.down()
    for step in range(1, 13):
        page.mouse.move(box["x"] + 30 + 20 * step, box["y"] + 50 + 25 * (step % 2))
    page.mouse.up()


def test_a_patient_on_a_phone_gets_no_consent_day_photograph_or_letter(open_page, house, tmp_path):
    taken = house.examiner.press().id
    examined = house.records.persons.add("P-1", name="Ann Ørsted")
    lesion = house.records.lesions.add(examined.id, label="the large one", region="left-shin")
    house.records.assign(taken, lesion.id)
    page = open_page(PHONE)
    home = page.url

    page.goto(f"{home}persons/{examined.id}")
    page.get_by_role("link", name="Consent").click()
    page.locator("#sign canvas").scroll_into_view_if_needed()
    sign(page)
    page.get_by_role("button", name="Keep the consent").click()
    expect(page.get_by_role("img", name="Signature")).to_be_visible()
    [consent] = house.records.consents.of_person(examined.id)
    assert len(read_strokes(consent.signature)) == 1
    assert consent.by == "Ann Ørsted"

    photograph = tmp_path / "shin.png"
    cv2.imwrite(str(photograph), np.full((600, 800, 3), (150, 170, 220), np.uint8))
    page.goto(f"{home}examinations/{taken}")
    page.get_by_label("Photograph of where on the body").set_input_files(photograph)
    page.get_by_role("button", name="Keep the photograph").click()
    expect(page.get_by_role("img", name="Photograph of where on the body it is")).to_be_visible()
    page.get_by_label("Another day").fill("2026-01-02")
    page.locator("#follow-up").get_by_role("button", name="Save").click()
    expect(page.locator("#follow-up")).to_contain_text("Jan 2, 2026")

    page.goto(home)
    page.get_by_role("link", name="1 lesion is to be looked at again now").click()
    expect(page.locator(".timeline li")).to_have_count(1)
    page.locator(".timeline a").click()
    page.get_by_role("link", name="Letter…").click()
    expect(page.get_by_label("With names and notes")).to_be_checked()
    page.get_by_role("button", name="Make the letter").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.startswith("dermapoint-P-1-")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
