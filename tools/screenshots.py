"""Pictures of the main pages for docs/page.md, by a real browser over a device of its own.

    python -m tools.screenshots docs/looks-after.jpg

Phones stand beside each other, light, and one desk below them, dark.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import cv2
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, sync_playwright

from device.app import App, build_app
from device.examination import Triage
from device.message import Message
from device.records.values import Confirmation, Diagnosis
from device.settings import Settings
from device.visit import Visit
from device.web.server import listen, serve
from tests.browser import ARGUMENTS, BROWSER

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
QUALITY = 82
GAP = 24


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("into", type=Path)
    into = parser.parse_args().into
    with _device() as (app, address), sync_playwright() as playwright:
        paths = _fill(app)
        browser = playwright.chromium.launch(executable_path=BROWSER, args=ARGUMENTS)
        pin = app.access.accounts.first_pin()
        assert pin
        phones = _shoot(browser, address, pin, paths, PHONE, "light")
        desk = _shoot(browser, address, pin, paths[:1], DESK, "dark")[0]
        browser.close()
    into.write_bytes(_jpeg(_arrange(phones, desk)))


@contextmanager
def _device() -> Iterator[tuple[App, str]]:
    """A device with simulated pins and records that are thrown away, and where its page is."""
    with TemporaryDirectory() as state:
        with listen("127.0.0.1", 0) as probe:
            port = probe.getsockname()[1]
        settings = Settings(mock_pins=True, state=Path(state), port=port, frame_rate=5)
        with build_app(settings) as app:
            Thread(target=serve(app.app, settings.host, port).run, daemon=True).start()
            app.ring.newest(10)
            yield app, f"http://127.0.0.1:{port}"


def _fill(app: App) -> list[str]:
    """Make a morning's records, and say which pages are to be shown."""
    records, visits = app.records, app.examiner.visits
    ann, ben = records.persons.add("A-12", birth_year=1961), records.persons.add("B-07", birth_year=1948)
    large, chest = (
        records.lesions.add(ann.id, region="left-forearm", label="the large one"),
        records.lesions.add(ann.id, region="chest"),
    )
    nape = records.lesions.add(ben.id, region="nape")
    taken = []
    for lesion in (large, nape, chest, chest):
        visits.begin(Visit(lesion.person, lesion.id))
        taken.append(app.examiner.press())
    hidden = taken[2]
    suspicion = Message("over_threshold", malignancy=0.41, threshold=0.13)
    reasons = (Message("not_sharp"), suspicion, Message("no_better_refer"))
    records.update(replace(hidden, finding=replace(hidden.finding, triage=Triage.RETAKE, reasons=reasons)))
    known = Diagnosis("mel", Confirmation.HISTOPATHOLOGY, date.today(), "superficial spreading, 0.4 mm")
    records.lesions.change(nape.id, diagnosis=known)
    return [
        "/",
        f"/examinations/{hidden.id}",
        f"/examinations/{taken[1].id}",
        f"/visit/persons/{ann.id}",
        "/history",
        f"/persons/{ann.id}",
    ]


def _shoot(
    browser: Browser, address: str, pin: str, paths: list[str], viewport: dict[str, int], scheme: str
) -> list[NDArray[np.uint8]]:
    # Playwright's types name each key and each word.
    context = browser.new_context(
        viewport=viewport,  # type: ignore[arg-type]
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        locale="en",
    )
    page = context.new_page()
    page.goto(f"{address}/login#{pin}")
    page.wait_for_url(f"{address}/")
    pictures = []
    for path in paths:
        page.goto(address + path)
        if path == "/":
            page.wait_for_function("() => document.getElementById('live').naturalWidth > 0")
        png = np.frombuffer(page.screenshot(), np.uint8)
        pictures.append(np.asarray(cv2.imdecode(png, cv2.IMREAD_COLOR), np.uint8))
    context.close()
    return pictures


def _arrange(phones: list[NDArray[np.uint8]], desk: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The phones in a row, and the desk in the middle below them."""
    row = np.hstack([_framed(each, GAP, 0, GAP, 0) for each in phones])
    side = row.shape[1] - desk.shape[1]
    return np.asarray(np.vstack([row, _framed(desk, GAP, GAP, side // 2, side - side // 2)]), np.uint8)


def _framed(picture: NDArray[np.uint8], top: int, bottom: int, left: int, right: int) -> NDArray[np.uint8]:
    framed = cv2.copyMakeBorder(picture, top, bottom, left, right, cv2.BORDER_CONSTANT, value=(200, 200, 200))
    return np.asarray(framed, np.uint8)


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    half = cv2.resize(picture, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", half, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1])


if __name__ == "__main__":
    main()
