"""How a phone comes to the page, on the page."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from device.wifi.codes import Code, joining_text
from device.wifi.profile import AccessPoint

OWN = AccessPoint("Dermapoint-K7QX", "k7qx-2mfr-9tbw-hd4e")


@pytest.fixture
def open_site(site) -> Callable[[AccessPoint | None], Flask]:
    return lambda own: site.build(own_wifi=own)


def client(app, token="local secret"):
    client = app.test_client()
    if token:
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def test_the_page_shows_both_codes_and_the_words(open_site):
    site = client(open_site(OWN))
    text = site.get("/join", base_url="http://10.42.0.1:8080").text
    assert OWN.ssid in text
    assert OWN.passphrase in text
    assert "http://10.42.0.1:8080/" in text
    codes = [
        site.get(path, base_url="http://10.42.0.1:8080") for path in re.findall('src="(/join[^"]+)"', text)
    ]
    assert [code.text for code in codes] == [
        Code(joining_text(OWN)).svg(),
        Code("http://10.42.0.1:8080/").svg(),
    ]
    for code in codes:
        assert code.mimetype == "image/svg+xml"
        assert code.headers["Cache-Control"] == "no-store"
    # Nothing inline: the page's policy would refuse it.
    assert "<svg" not in text
    assert "style=" not in text
    assert '"/join"' in site.get("/about").text


@pytest.mark.parametrize("path", ["/join", "/join/wifi.svg", "/join/page.svg"])
def test_nobody_sees_the_passphrase_before_the_login(open_site, path):
    answer = client(open_site(OWN), token="").get(path)
    assert answer.status_code == 303
    assert OWN.passphrase not in answer.text


def test_the_machines_own_screen_shows_the_address_of_the_access_point(open_site):
    text = client(open_site(OWN)).get("/join", base_url="http://localhost:8080").text
    assert "http://10.42.0.1:8080/" in text


def test_without_an_access_point_the_page_shows_its_own_code_alone(open_site):
    site = client(open_site(None))
    text = site.get("/join", base_url="http://dermapoint.local").text
    assert "wifi.svg" not in text
    assert "http://dermapoint.local/" in text
    assert site.get("/join/page.svg").status_code == 200
    assert site.get("/join/wifi.svg").status_code == 404
