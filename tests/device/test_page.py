"""The page in a real browser, over a real daemon."""

import re
import time

import numpy as np
import pytest
from playwright.sync_api import expect

from device.app import build_app
from device.camera.base import Capture
from device.camera.replay import ReplayCamera
from device.errors import CameraError
from device.web.server import serve
from tests.browser import DESKTOP, PHONE
from tests.support import ServerThread

TRIAGE = re.compile("Refer|Watch|Take it again|No answer")


def live_bytes(page):
    """What the live view shows, as a fingerprint of its pixels."""
    return page.evaluate(
        """() => { const image = document.getElementById("live"), canvas = document.createElement("canvas");
        canvas.width = 64; canvas.height = 48; const pen = canvas.getContext("2d");
        pen.drawImage(image, 0, 0, 64, 48); return [...pen.getImageData(0, 0, 64, 48).data].join(); }"""
    )


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_press_finding_reload_still_there(open_page, viewport):
    page = open_page(viewport)
    expect(page.get_by_text("The finding appears here")).to_be_visible()
    page.get_by_role("button", name="Press").click()
    finding = page.locator("#finding")
    expect(finding.locator("h2")).to_have_text(TRIAGE)
    expect(finding.locator("progress").first).to_be_attached()
    expect(finding).to_contain_text("not a medical device")
    expect(page.locator("#history li")).to_have_count(1)
    identity = finding.locator("article").get_attribute("data-id")
    page.reload()
    assert page.locator("#finding article").get_attribute("data-id") == identity
    page.locator("#history a").first.click()
    expect(page.locator(".alone h2")).to_have_text(TRIAGE)
    assert identity in page.url


def test_a_finding_lists_what_cannot_be_ruled_out(open_page):
    page = open_page()
    page.get_by_role("button", name="Press").click()
    expect(page.locator("#finding .set")).to_contain_text("Can't be ruled out:")


def test_a_picture_of_something_else_gets_no_class_and_no_overlay(open_page, monkeypatch):
    chessboard = np.kron(1 - 0.6 * (np.indices((15, 20)).sum(axis=0) % 2), np.ones((30, 30)))
    # In the colours of skin: any others are refused before the model is asked.
    pixels = (chessboard[..., None] * [215, 165, 150]).astype(np.uint8)
    monkeypatch.setattr(ReplayCamera, "capture", lambda self, large=False: Capture(pixels, pixels))
    page = open_page(PHONE)
    page.wait_for_timeout(300)
    page.get_by_role("button", name="Press").click()
    expect(page.locator("#finding h2")).to_have_text("No answer")
    expect(page.locator("#finding .reason")).to_contain_text("doesn't look like a dermatoscope picture")
    expect(page.locator("#finding progress").first).to_be_hidden()
    expect(page.locator("#finding .saliency")).to_have_count(0)
    expect(page.locator("#finding .set")).to_have_count(0)


def test_the_live_view_moves(open_page):
    page = open_page()
    expect(page.locator("#camera-state")).to_be_hidden()
    before = live_bytes(page)
    page.wait_for_timeout(600)
    assert live_bytes(page) != before


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_screen_and_press_is_large(open_page, viewport, scheme):
    page = open_page(viewport, color_scheme=scheme)
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Press").press("Enter")
    expect(page.locator("#finding h2")).to_have_text(TRIAGE)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert page.locator("#press").bounding_box()["height"] >= 88
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = np.mean([int(part) for part in re.findall(r"\d+", ground)[:3]])
    assert (brightness > 128) == (scheme == "light")


def test_the_button_on_the_device_updates_every_open_page(open_page, house):
    pages = [open_page(PHONE), open_page()]
    for page in pages:
        expect(page.locator("#camera-state")).to_be_hidden()
    house.panel.button.pin.drive_low()
    pages[0].wait_for_timeout(200)
    house.panel.button.pin.drive_high()
    for page in pages:
        expect(page.locator("#finding h2")).to_have_text(TRIAGE)
        expect(page.locator("#history li")).to_have_count(1)


def test_the_slider_uncovers_the_picture(open_page):
    page = open_page()
    page.get_by_role("button", name="Press").click()
    overlay = page.locator(".saliency")
    expect(overlay).to_have_css("opacity", "0.5")
    page.get_by_label("Strength of the overlay").fill("0")
    expect(overlay).to_have_css("opacity", "0")


def test_the_overlay_covers_just_the_field_of_a_wide_frame(open_page, house, monkeypatch):
    real = ReplayCamera.capture

    def wide(self, large=False):
        pixels = np.pad(real(self, large=True).pixels, ((0, 0), (100, 100), (0, 0)))
        return Capture(pixels, pixels)

    monkeypatch.setattr(ReplayCamera, "capture", wide)
    page = open_page()
    page.wait_for_timeout(300)
    page.keyboard.press("Space")
    overlay = page.locator(".saliency").bounding_box()
    assert overlay == page.locator(".picture").bounding_box()
    assert overlay["width"] / overlay["height"] == pytest.approx(4 / 3, abs=0.01)


def test_findings_can_be_read_without_scripts(open_page, house):
    house.ring.newest()
    house.examiner.press()
    page = open_page(java_script_enabled=False)
    expect(page.locator("#finding h2")).to_have_text(TRIAGE)
    page.locator("#history a").first.click()
    expect(page.locator(".alone h2")).to_have_text(TRIAGE)


def test_a_camera_that_fails_is_told_in_words_and_comes_back(open_page, house, monkeypatch):
    page = open_page()
    expect(page.locator("#camera-state")).to_be_hidden()
    broken = True
    real = ReplayCamera.capture

    def capture(self, large=False):
        if broken:
            raise CameraError("the cable is out")
        return real(self, large)

    monkeypatch.setattr("device.camera.runner.FIRST_WAIT", 0.05)
    monkeypatch.setattr(ReplayCamera, "capture", capture)
    expect(page.locator("#camera-state")).to_contain_text("The cable is out")
    page.get_by_role("button", name="Press").click()
    expect(page.locator("#state")).to_have_text("The cable is out")
    broken = False
    expect(page.locator("#camera-state")).to_be_hidden(timeout=15000)
    # The browser itself reports the answers with status 503 that this test asks for.
    open_page.faults[:] = [fault for fault in open_page.faults if "503" not in fault]


def test_a_page_whose_device_is_gone_says_so(chromium, settings):
    with build_app(settings) as house:
        with ServerThread(serve(house.app, settings.host, settings.port)):
            page = chromium.new_page()
            pin = house.access.accounts.first_pin()
            page.goto(f"http://127.0.0.1:{settings.port}/login#{pin}")
            expect(page.locator("#camera-state")).to_be_hidden()
        expect(page.locator("#camera-state")).to_contain_text("doesn't answer", timeout=15000)
        with ServerThread(serve(house.app, settings.host, settings.port)):
            expect(page.locator("#camera-state")).to_be_hidden(timeout=15000)
        page.close()


def test_the_bar_shows_the_focus(open_page, house):
    page = open_page()
    expect(page.locator("#focus")).not_to_have_js_property("value", 0)


def test_advice_can_be_overridden_and_the_finding_says_so(open_page, monkeypatch):
    real = ReplayCamera.capture

    def dark(self, large=False):
        pixels = real(self, large=True).pixels // 8
        return Capture(pixels, pixels)

    monkeypatch.setattr(ReplayCamera, "capture", dark)
    page = open_page(PHONE)
    expect(page.locator("#advice")).to_contain_text("Too dark")
    page.get_by_role("button", name="Press").click()
    # Below it may stand that the lesion is suspicious all the same.
    expect(page.locator("#finding h2").first).to_have_text("Take it again")
    page.get_by_role("button", name="Show a finding all the same").click()
    expect(page.locator(".alone .reason").first).to_contain_text("was overridden: Too dark")
    expect(page.locator(".alone h2")).not_to_have_text("Take it again")


def test_all_frames_of_a_press_can_be_seen(open_page, house):
    page = open_page(PHONE)
    page.get_by_role("button", name="Press").click()
    page.get_by_text("All 8 frames of this press").click()
    frames = page.locator(".burst img")
    expect(frames).to_have_count(8)
    for frame in frames.all():
        frame.scroll_into_view_if_needed()
        expect(frame).to_have_js_property("complete", True)
        assert frame.evaluate("image => image.naturalWidth") > 100


def test_a_tab_that_nobody_sees_holds_no_connection(open_page, house):
    before = house.announcer.listeners
    page = open_page(DESKTOP)
    wait_until(lambda: house.announcer.listeners == before + 1)

    def turn(state):
        page.evaluate(
            """value => { Object.defineProperty(document, "visibilityState", { value, configurable: true });
            document.dispatchEvent(new Event("visibilitychange")); }""",
            state,
        )

    turn("hidden")
    wait_until(lambda: house.announcer.listeners == before)
    # What was pressed meanwhile is there when it is looked at again.
    house.examiner.press()
    turn("visible")
    expect(page.locator("#finding h2")).to_have_text(TRIAGE)
    assert house.announcer.listeners == before + 1


def wait_until(holds):
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
