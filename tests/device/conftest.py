"""Fixtures for the page: over real parts, and in a real browser over a real daemon."""

import pytest

from device.app import build_app
from device.camera import runner
from device.settings import Settings
from device.web.server import serve
from tests.browser import DESKTOP
from tests.device.site import Site
from tests.support import ServerThread, free_port


@pytest.fixture(autouse=True)
def no_hanging_camera(monkeypatch):
    """A busy machine lets a test wait; taken for a driver that hangs, that would end the process."""
    for limit in ("CAPTURE_LIMIT", "PREPARE_LIMIT", "OPEN_LIMIT"):
        monkeypatch.setattr(runner, limit, 120.0)


@pytest.fixture
def settings(tmp_path):
    return Settings(mock_pins=True, state=tmp_path, port=free_port(), frame_rate=20)


@pytest.fixture
def house(settings):
    with build_app(settings) as house, ServerThread(serve(house.app, settings.host, settings.port)):
        house.ring.newest()
        house.panel.ready(house.examiner)
        yield house


@pytest.fixture
def open_page(chromium, house, settings):
    """Opens the page in a window of its own; nothing may go wrong in it, and nothing leave the device."""
    faults, contexts = [], []
    pin = house.access.accounts.first_pin()
    address = f"http://127.0.0.1:{settings.port}/"

    def watch_request(request):
        if not request.url.startswith((address, f"blob:{address}")):
            faults.append(f"request to {request.url}")

    def open_page(viewport=DESKTOP, **options):
        context = chromium.new_context(viewport=viewport, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", watch_request)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda message: (
                message.type == "error" and faults.append(f"{message.text} ({message.location['url']})")
            ),
        )
        page.goto(f"{address}login#{pin}")
        if not options.get("java_script_enabled", True):
            page.get_by_label("PIN").fill(pin)
            page.get_by_role("button", name="Enter").click()
        page.wait_for_url(address)
        return page

    open_page.faults = faults
    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def site(tmp_path, frame):
    site = Site(tmp_path, frame)
    yield site
    site.close()
