"""The page that classifies in the browser: as files, served by any web server, in a real browser."""

import pytest

from browser.site import write_site
from device.classifier import open_classifier
from device.classifier.bundle import load_bundle
from tests.browser import PHONE
from tests.conftest import BUNDLE
from tools.parity import serve_folder


@pytest.fixture(scope="session")
def bundle():
    return load_bundle(BUNDLE)


@pytest.fixture(scope="session")
def classifier(bundle):
    return open_classifier(bundle)


@pytest.fixture
def static_site(bundle, tmp_path):
    """The folder of the static page."""
    folder = tmp_path / "static"
    write_site(bundle, folder)
    return folder


@pytest.fixture
def address(static_site):
    with serve_folder(static_site) as address:
        yield address


@pytest.fixture
def open_site(chromium, address):
    """Opens the page in a window of its own; nothing may go wrong in it, and it asks no other host."""
    faults, contexts = [], []

    def open_site(path="", ready=True, **options):
        context = chromium.new_context(**{"viewport": PHONE, **options})
        contexts.append(context)
        page = context.new_page()
        page.requests = []
        page.on("request", lambda request: page.requests.append(request))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: message.type == "error" and faults.append(message.text))
        page.goto(address + path)
        if ready:
            page.wait_for_selector("html[data-ready]")
        return page

    open_site.faults = faults
    yield open_site
    for context in contexts:
        context.close()
    assert faults == []
