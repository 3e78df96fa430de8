"""The codes, read back as a phone would, from the terminal's text, the page and the card."""

import re
from html import unescape

import cv2
import numpy as np
import pytest

from device.serialization import NOT_A_DEVICE
from device.wifi.card import card
from device.wifi.codes import Code, joining_text, page_address
from device.wifi.profile import AccessPoint

OWN = AccessPoint("Dermapoint-K7QX", "k7qx-2mfr-9tbw-hd4e")
TEXT = "WIFI:T:WPA;S:Dermapoint-K7QX;P:k7qx-2mfr-9tbw-hd4e;;"


def read(picture):
    """The texts of all codes in a picture, as a set."""
    found, texts, _, _ = cv2.QRCodeDetector().detectAndDecodeMulti(picture)
    assert found
    return set(texts)


def unescaped_fields(text):
    """What a phone makes of the text: fields end at a bare semicolon (ZXing, WifiResultParser)."""
    body = re.fullmatch(r"WIFI:(.*);", text, re.DOTALL)[1]
    fields = re.findall(r"([TSP]):((?:\\.|[^\\;])*);", body, re.DOTALL)
    return {name: re.sub(r"\\(.)", r"\1", value) for name, value in fields}


def test_the_text_that_joins():
    assert joining_text(OWN) == TEXT


@pytest.mark.parametrize(
    ("value", "escaped"),
    [(";", r"\;"), (",", r"\,"), (":", r"\:"), ('"', r"\""), ("\\", r"\\"), (r"\;", r"\\\;"), ("'$ ", "'$ ")],
)
def test_signs_with_a_meaning_are_escaped_and_come_back(value, escaped):
    own = AccessPoint(f"a{value}b", f"12345678{value}P:x")
    text = joining_text(own)
    assert f"S:a{escaped}b;" in text
    assert unescaped_fields(text) == {"T": "WPA", "S": own.ssid, "P": own.passphrase}


def test_the_address_of_the_page():
    assert page_address(8080) == "http://10.42.0.1:8080/"
    assert page_address(80, "dermapoint.local") == "http://dermapoint.local/"
    assert page_address(443, "dermapoint.local", "https") == "https://dermapoint.local/"
    assert page_address(8443, "fd00::1", "https") == "https://[fd00::1]:8443/"


def test_the_terminal_shows_a_code_that_can_be_read():
    # Half blocks: two modules a character, dark where the terminal's background is.
    lines = Code(TEXT).terminal().split("\n")
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    lines = [line for line in lines if line]
    halves = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
    rows = []
    for line in lines:
        rows += [[halves[sign][half] for sign in line] for half in (0, 1)]
    width = max(len(row) for row in rows)
    modules = np.array([row + [0] * (width - len(row)) for row in rows], np.uint8)
    picture = np.kron(modules * 255, np.ones((8, 8), np.uint8))
    picture = cv2.copyMakeBorder(picture, 32, 32, 32, 32, cv2.BORDER_CONSTANT, value=255)
    decoded = {cv2.QRCodeDetector().detectAndDecode(one)[0] for one in (picture, 255 - picture)}
    assert TEXT in decoded


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_both_codes_on_the_printed_card_can_be_read(chromium, scheme):
    text = card(OWN, 8080, scheme)
    # A6 at 96 dots an inch; twice that is coarser than any printer.
    page = chromium.new_page(viewport={"width": 397, "height": 560}, device_scale_factor=2)
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.set_content(text)
    picture = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    size = page.evaluate("[document.body.scrollWidth, document.body.scrollHeight]")
    words = page.inner_text("body")
    page.close()
    assert read(picture) == {TEXT, f"{scheme}://10.42.0.1:8080/"}
    assert size[0] <= 397
    assert size[1] <= 560
    assert not requests
    for word in (OWN.ssid, OWN.passphrase, "10.42.0.1:8080", "dermapoint.local:8080", NOT_A_DEVICE):
        assert word in words
    assert ("/trust" in words) == (scheme == "https")


def test_the_card_prints_on_one_page(chromium):
    page = chromium.new_page()
    page.set_content(card(OWN, 8080))
    document = page.pdf(prefer_css_page_size=True, print_background=True)
    page.close()
    assert document.count(b"/Type /Page\n") == 1


def test_no_name_can_change_the_card():
    text = card(AccessPoint("<b>$ssid & co", "k7qx-2mfr<script>"), 8080)
    assert "<script>" not in text
    assert "<b>" not in text
    assert "<b>$ssid & co" in unescape(text)
