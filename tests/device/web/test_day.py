"""A clinic's day in a browser: the nurse with a phone, the doctor at a desk.

Three people, five lesions, a picture to be taken again, a referral, a confirmed diagnosis, and a look again
next month. What each page says of whose it is, and what leads, is what must hold for a whole day.
"""

import datetime as clock
import re
import subprocess
import time
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from device.camera import runner
from device.examination import Triage
from device.message import Message
from device.web.services import provided
from device.words import LANGUAGES
from tests.browser import DESKTOP, PHONE
from tests.device.test_accessibility import RULES, SERIOUS

NEXT_MONTH = clock.timedelta(days=31)


class NextMonth(clock.datetime):
    """The clock of the camera, a month later."""

    @classmethod
    def now(cls, tz=None):
        return clock.datetime.now(tz) + NEXT_MONTH


@pytest.fixture
def judge(house, monkeypatch):
    """Lets presses be judged as is told: the device's own rules for advice, a suspicion by its reason."""
    genuine = house.examiner.classifier.classify
    suspicion = Message("over_threshold", malignancy=0.62, threshold=0.13)
    ways = {
        "watch": (Triage.WATCH, (Message("below_threshold", malignancy=0.002, threshold=0.13),)),
        "refer": (Triage.REFER, (suspicion,)),
        "retake": (Triage.RETAKE, (Message("not_sharp"), suspicion, Message("no_better_refer"))),
    }

    def judge(way):
        triage, reasons = ways[way]

        def classify(fields, advice=()):
            return replace(genuine(fields), triage=triage, reasons=reasons, foreign=False)

        monkeypatch.setattr(house.examiner.classifier, "classify", classify)

    return judge


def look_at(page, faults, path):
    """Note what axe-core finds on the page at `path`, and what is wider than the screen."""
    page.wait_for_url(re.compile(f"^[a-z]+://[^/]+{path}$"))
    where = f"{page.url} at {page.viewport_size['width']}"
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        faults.append(f"{where}: wider than the screen")
    for fault in Axe().run(page, options=RULES).response["violations"]:
        if fault["impact"] in SERIOUS:
            faults.append(f"{where}: {fault['id']}: {[node['html'][:90] for node in fault['nodes'][:3]]}")


def choose(page, pseudonym, region="", lesion=""):
    """Choose who is examined, in the page, and a lesion: a new one in `region`, or a known one."""
    page.get_by_role("link", name="Choose who is examined").click()
    page.get_by_label("Pseudonym or number").fill(pseudonym)
    page.get_by_role("button", name="Search").click()
    fresh = page.get_by_role("button", name=f"A new person: {pseudonym}")
    if fresh.count():
        fresh.click()
    choose_lesion(page, region, lesion)


def choose_lesion(page, region="", lesion=""):
    if lesion:
        page.get_by_role("button", name=lesion).click()
    else:
        page.get_by_label("Where on the body").select_option(region)
        page.get_by_role("button", name="Examine this new lesion").click()
    page.wait_for_url("**/")


def press(page):
    """Press on the page, and wait for the finding of this press."""
    before = page.locator("#finding article").get_attribute("data-id", timeout=0) if shown(page) else ""
    page.get_by_role("button", name="Press", exact=True).click()
    page.wait_for_function(
        "before => (document.querySelector('#finding article')?.dataset.id ?? before) !== before", arg=before
    )
    return shown(page)


def shown(page):
    articles = page.locator("#finding article")
    return articles.get_attribute("data-id") if articles.count() else ""


def in_view(page, words):
    """Whether all of these can be read in the finding without scrolling."""
    foot = page.viewport_size["height"]
    boxes = [page.locator("#finding").get_by_text(word).first.bounding_box() for word in words]
    return all(box["y"] >= 0 and box["y"] + box["height"] <= foot for box in boxes)


def test_a_whole_day(open_page, house, judge, monkeypatch):
    faults = []
    phone = open_page(PHONE, reduced_motion="reduce")

    # Ann's first lesion: chosen before the press, which is then hers.
    judge("watch")
    choose(phone, "A-1", region="chest")
    bar = phone.locator("#visit")
    assert "A-1" in bar.inner_text()
    first = press(phone)
    card = phone.locator("#finding")
    assert card.locator(".whose").inner_text().startswith("A-1")
    phone.evaluate("scrollTo(0, 0)")
    assert in_view(phone, ["A-1", "Chest", "Watch"])
    assert "under 1%" in card.inner_text()
    assert card.locator(".triage.watch").evaluate("e => getComputedStyle(e).color") == "rgb(122, 75, 0)"

    # Her second one, by the button of the device: the picture is bad, and suspicious all the same.
    bar.get_by_role("link", name="Change").click()
    choose_lesion(phone, region="nape")
    judge("retake")
    house.panel.button.pin.drive_low()
    time.sleep(0.2)
    house.panel.button.pin.drive_high()
    card.get_by_role("heading", name="Suspicious all the same").wait_for()
    again = shown(phone)
    phone.evaluate("scrollTo(0, 0)")
    assert in_view(phone, ["A-1", "Nape of the neck", "Take it again", "Suspicious all the same"])
    assert [each.inner_text() for each in card.locator(".triage h2").all()] == [
        "Take it again",
        "Suspicious all the same",
    ]
    look_at(phone, faults, "/")
    judge("watch")
    third = house.examiner.retake()
    assert third.replaces == again
    phone.locator(f"#finding article[data-id='{third.id}']").wait_for()

    # Ben has a code; before his first press nothing of Ann's stands beside his view.
    monkeypatch.setattr(provided(house.app).codes, "read", lambda: "B-2")
    bar.get_by_role("button", name="Done").click()
    bar.get_by_role("link", name="Choose who is examined").click()
    look_at(phone, faults, "/visit")
    phone.get_by_role("button", name="Read a code under the lens").click()
    phone.get_by_role("button", name="A new person: B-2").click()
    look_at(phone, faults, "/visit/persons/.*")
    choose_lesion(phone, region="left-forearm")
    assert "The finding of B-2 appears here." in card.inner_text()
    assert shown(phone) == ""
    judge("refer")
    referred = press(phone)
    assert in_view(phone, ["B-2", "Refer"])

    # Somebody presses without a person: it is said at once that it is nobody's, and mended in one tap.
    bar.get_by_role("button", name="Done").click()
    bar.get_by_role("link", name="Choose who is examined").wait_for()
    stray = press(phone)
    assert "Nobody said yet whom it shows." in card.inner_text()
    card.get_by_role("button", name="B-2").click()
    expect(card.locator(".whose")).to_contain_text("B-2")
    assert shown(phone) == stray

    # Cleo has two lesions.
    judge("watch")
    choose(phone, "C-3", region="face")
    press(phone)
    bar.get_by_role("link", name="Change").click()
    choose_lesion(phone, region="abdomen")
    press(phone)
    assert house.records.count() == 7
    assert len({line.lesion for line in house.records.recent(9)}) == 5
    assert len({line.person for line in house.records.recent(9)}) == 3

    # The doctor's desk: Ben's referral came back as a melanoma, which leads wherever the finding is shown.
    desk = open_page(DESKTOP, reduced_motion="reduce")
    home = desk.url
    desk.goto(f"{home}examinations/{referred}")
    desk.locator(".whose").get_by_role("link", name="Left forearm").click()
    desk.get_by_role("link", name="Enter the confirmed diagnosis").click()
    desk.get_by_label("Diagnosis").select_option("mel")
    desk.get_by_label("Histopathology").check()
    desk.get_by_role("button", name="Save").click()
    desk.wait_for_url(re.compile("/lesions/[0-9a-f]{16}$"))
    for path in (desk.url.removeprefix(home), "history", f"examinations/{referred}"):
        desk.goto(home + path)
        words = desk.locator("main").inner_text()
        assert words.index("Melanoma") < words.index("Refer"), path
        assert desk.locator(".confirmed.malignant").count(), path
        look_at(desk, faults, "/.*")

    # The letter on Ben goes to the dermatologist, and names the diagnosis.
    desk.get_by_role("link", name="Letter").first.click()
    desk.get_by_role("button", name="Make the letter").click()
    with desk.expect_download() as download:
        desk.get_by_role("link", name="Download").click(timeout=60_000)
    letter = download.value.path()
    look_at(desk, faults, "/letters.*")
    assert "B-2" in download.value.suggested_filename
    printed = subprocess.run(["pdftotext", letter, "-"], capture_output=True, text=True, check=True).stdout
    assert printed.index("Melanoma") < printed.index("Histopathology")
    assert "not a medical device" in printed

    # Whoever is to be watched is due later; nobody today.
    desk.goto(f"{home}follow-ups")
    due = desk.locator(".timeline li")
    assert sorted({each.split(" ·")[0] for each in due.locator(".likeliest").all_inner_texts()}) == [
        "A-1",
        "C-3",
    ]
    assert desk.get_by_role("heading", name="Due now").count() == 0
    look_at(desk, faults, "/follow-ups")

    # A month later Ann is back: her lesion is chosen by its picture, site and date, and compared.
    monkeypatch.setattr(runner, "datetime", NextMonth)
    phone.goto(home)
    bar.get_by_role("button", name="Done").click()
    choose(phone, "A-1", lesion="Chest")
    later = press(phone)
    one, other = house.records.get(first), house.records.get(later)
    assert other.taken_at - one.taken_at > NEXT_MONTH - clock.timedelta(days=1)
    phone.locator("#finding .whose").get_by_role("link", name="Chest").click()
    assert phone.locator(".timeline li").count() == 2
    look_at(phone, faults, "/lesions/.*")

    # After a reload, with nobody examined, the finding says whose it is and of when.
    phone.goto(home)
    bar.get_by_role("button", name="Done").click()
    phone.goto(home)
    assert phone.locator("#finding .whose").inner_text().startswith("A-1")
    assert phone.locator("#finding .whose time").get_attribute("datetime") == other.taken_at.isoformat()

    # In each language the steps of the day have words of its own.
    seen = set()
    for code in LANGUAGES:
        phone.context.add_cookies([{"name": "language", "value": code, "url": home}])
        phone.goto(f"{home}visit")
        assert phone.locator("html").get_attribute("lang") == code
        look_at(phone, faults, "/visit")
        seen.add(phone.locator("h1").inner_text())
    assert len(seen) == len(LANGUAGES)
    assert faults == []
