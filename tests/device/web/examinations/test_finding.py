"""What a finding's page shows besides the finding."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from device.classifier.changes import what_would_change
from device.classifier.decision import Rules
from device.examination import Triage
from device.message import Message
from device.optics import OpticsStore
from device.optics.scale import Scale
from device.web.examinations.finding import LONGEST_SHARE, scale_bar
from device.words import say
from tests.browser import PHONE

RULES = Rules(1.0, 0.2, 0.4, 0.0, (0.1,) * 7)


def test_what_would_change_names_the_threshold_and_the_distance(finding):
    def changes(code, **about):
        changed = replace(finding, reasons=(Message(code, classes=[{"en": "Melanoma"}]),), **about)
        return " ".join(map(say, what_would_change(changed, RULES)))

    refer = changes("over_threshold")
    assert "Below 20%" in refer
    assert "it is 60%" in refer
    assert "30 points" in refer
    assert "From 20%" in changes("below_threshold", triage=Triage.WATCH, malignancy=0.1)
    assert "at least 40%" in changes("no_class_likely", triage=Triage.NO_ANSWER)
    assert "Were Melanoma ruled out" in changes("not_ruled_out")


def test_of_a_picture_that_was_not_judged_nothing_is_said(finding):
    assert what_would_change(replace(finding, triage=Triage.RETAKE), RULES) == ()
    assert what_would_change(replace(finding, foreign=True), RULES) == ()


@pytest.mark.parametrize(("width", "length"), [(60, 20), (30, 10), (24.9, 5), (12.5, 5), (3, 1)])
def test_a_scale_bar_is_round_and_fits(width, length):
    bar = scale_bar(width)
    assert bar.length_mm == length
    assert bar.share == pytest.approx(100 * length / width, abs=0.01)
    assert bar.share <= LONGEST_SHARE


def test_without_a_scale_there_is_no_bar():
    assert scale_bar(None) is None


def test_the_scale_is_that_of_the_calibration_an_examination_names(tmp_path):
    store = OpticsStore(tmp_path)
    wide = store.save(Scale(32.0, "ruler"), (1600, 900))
    store.save(Scale(20.0, "ruler"), (1600, 1200))
    # Of a 16:9 frame the field is the middle 1200 pixels.
    assert store.field_width_mm(wide.title) == pytest.approx(24.0)
    assert store.field_width_mm(store.current().name) == pytest.approx(20.0)
    assert store.field_width_mm("") is None
    assert store.field_width_mm("scale 2001-01-01 #9") is None


def test_the_picture_can_be_zoomed_and_has_a_scale(open_page, house, settings):
    OpticsStore(settings.state).save(Scale(20.0, "ruler"), (600, 450))
    page = open_page(PHONE)
    page.get_by_role("button", name="Press").click()
    picture = page.locator("#finding .picture")
    expect(picture.get_by_role("img", name="Scale: the bar is 5 mm long")).to_be_visible()
    sheet = picture.locator(".sheet")
    width = sheet.bounding_box()["width"]
    page.get_by_role("button", name="Larger").click()
    assert sheet.bounding_box()["width"] == pytest.approx(1.5 * width, rel=0.01)
    picture.focus()
    page.keyboard.press("-")
    assert sheet.bounding_box()["width"] == pytest.approx(width, rel=0.01)


def test_without_scripts_a_press_leads_to_its_finding(open_page):
    page = open_page(PHONE, java_script_enabled=False)
    page.get_by_role("button", name="Press").click()
    expect(page.get_by_role("heading", level=2).first).to_be_visible()
    assert "/examinations/" in page.url
    page.get_by_text("What would change the answer").click()
    expect(page.get_by_text("points of probability behind the first")).to_be_visible()


def test_the_device_can_be_put_on_a_home_screen(open_page, house):
    page = open_page(PHONE)
    manifest = page.request.get(page.locator("link[rel=manifest]").evaluate("link => link.href")).json()
    assert manifest["display"] == "standalone"
    sizes = {icon["sizes"] for icon in manifest["icons"]}
    assert {"192x192", "512x512"} <= sizes
    page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    kept = page.evaluate(
        "caches.keys().then(names => Promise.all(names.map(name => caches.open(name)"
        ".then(cache => cache.keys())))).then(lists => lists.flat().map(each => new URL(each.url).pathname))"
    )
    assert sorted(kept) == ["/offline", "/static/icon.svg", "/static/style.css"]


def test_a_first_visit_is_light(open_page):
    page = open_page(PHONE)
    # What the login page brought counts too.
    page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.reload(wait_until="load")
    loaded = "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
    sizes = dict(page.evaluate(f"{loaded}.map(each => [each.name, each.decodedBodySize])"))
    whole = sum(size for address, size in sizes.items() if "/live.jpg" not in address)
    assert any(address.endswith("/static/style.css") and size for address, size in sizes.items())
    assert whole < 150_000
