"""The page that classifies in the browser, as the device serves it."""

import pytest

from browser.site import build_site
from device.access import Role
from tests.conftest import FRAMES
from tests.support import client_with


def test_nobody_sees_it_without_a_login(site):
    client = site.app.test_client()
    for path in ("/try/", "/try/worker.js", "/try/model.tflite"):
        assert client.get(path).headers["Location"].startswith("/login?next=/try/")


@pytest.mark.parametrize("role", list(Role))
def test_every_role_sees_it(site, role):
    client = client_with(site, site.access.tokens.add("someone", role))
    assert b"Try a picture" in client.get("/try/").data


def test_all_its_files_are_there_and_may_be_kept(site):
    services = site.services()
    for name in build_site(services.bundle, "/", "/trust"):
        answer = site.client.get(f"/try/{name}")
        assert answer.status_code == 200, name
        assert answer.headers["Cache-Control"] == "no-cache"
        assert "Content-Encoding" not in answer.headers
        again = site.client.get(f"/try/{name}", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("worker.js", "text/javascript"),
        ("manifest.webmanifest", "application/manifest+json"),
        ("litert/litert_wasm_internal.wasm.gz", "application/octet-stream"),
    ],
)
def test_files_are_what_browsers_take_them_for(site, name, kind):
    assert site.client.get(f"/try/{name}").mimetype == kind


def test_it_alone_may_compile_webassembly(site):
    for path in ("/try/", "/try/worker.js"):
        assert "'wasm-unsafe-eval'" in site.client.get(path).headers["Content-Security-Policy"]
    for path in ("/", "/about", "/worker.js"):
        with site.client.get(path) as answer:
            assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_what_is_no_file_of_it_is_not_found(site):
    for name in ("bundle.json", "../settings", "%2e%2e/%2e%2e/settings.toml", "litert/lock.json"):
        assert site.client.get(f"/try/{name}").status_code == 404


def test_it_begins_in_the_language_of_the_device(site):
    page = site.client.get("/try/", headers={"Accept-Language": "nl"}).text
    assert '<html lang="nl">' in page


def test_a_picture_is_judged_in_the_browser_and_leaves_no_trace(open_page, house):
    page = open_page()
    page.goto(f"{page.url}try/")
    page.wait_for_selector("html[data-ready]")
    requests = []
    page.on("request", lambda request: requests.append(request))
    page.set_input_files("#choose", FRAMES / "ISIC_0024310.jpg")
    page.wait_for_selector("#finding article")
    assert page.inner_text(".triage h2") == "Refer"
    assert [each.url for each in requests if not each.url.startswith("blob:")] == []
    assert house.records.recent(1) == []
    page.get_by_role("link", name="Dermapoint").click()
    page.wait_for_selector("#press")


def test_it_goes_on_when_the_device_is_away(open_page):
    page = open_page()
    page.goto(f"{page.url}try/")
    page.wait_for_selector("html[data-ready]")
    page.context.set_offline(True)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.set_input_files("#choose", FRAMES / "ISIC_0024310.jpg")
    page.wait_for_selector("#finding article")


def test_where_the_connection_is_not_trusted_it_works_and_leads_to_what_to_do(open_page):
    page = open_page()
    # As browsers have it over plain HTTP, or behind a certificate that they don't trust.
    page.add_init_script("delete Navigator.prototype.serviceWorker")
    page.goto(f"{page.url}try/")
    page.wait_for_selector("html[data-ready]")
    page.get_by_role("link", name="How to trust this device").click()
    page.wait_for_url("**/trust*")
