import sqlite3

import pytest

from device.access import Role
from tests.device.site import Site


class Door(Site):
    """The page as someone comes to it who has no session yet."""

    def __init__(self, folder, frame):
        super().__init__(folder, frame)
        self.ring.publish(frame)

    def client_as(self, role=None):
        client = self.app.test_client()
        if role:
            assert self.enter(client, self.access.accounts.add(role.title, role)).status_code == 303
        return client

    def enter(self, client, pin, **form):
        return client.post("/login", data={"pin": pin, **form})


@pytest.fixture
def door(tmp_path, frame):
    door = Door(tmp_path, frame)
    yield door
    door.close()


OPEN = {"static", "door.login", "door.enter", "status.status", "description.describe_api", "languages.choose"}
OPEN |= {"phone.manifest", "phone.worker", "phone.offline"}
OPEN |= {"trust.page", "trust.download"}


def closed_rules(app):
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in OPEN:
            path = str(rule).replace("<examination_id>", "20250101T000000000000-0000")
            for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
                yield method, path


def test_without_a_login_nothing_is_shown_or_done(door):
    client = door.client_as()
    client.environ_base["REMOTE_ADDR"] = "10.0.0.7"
    rules = list(closed_rules(door.app))
    assert ("POST", "/api/v1/press") in rules
    for method, path in rules:
        answer = client.open(path, method=method)
        if path.startswith(("/api/", "/live.jpg", "/metrics", "/front/")):
            assert answer.status_code == 401, path
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        else:
            assert answer.status_code == 303, path
            assert answer.location.startswith("/login?next=")
    assert client.get("/no-such-page").status_code == 303
    assert client.get("/login").status_code == 200
    assert client.get("/api/v1/status").json["ready"] is True


@pytest.mark.parametrize(("role", "press"), [(Role.VIEWER, 403), (Role.EXAMINER, 201), (Role.OWNER, 201)])
def test_a_viewer_reads_and_an_examiner_presses(door, role, press):
    client = door.client_as(role)
    assert client.get("/").status_code == 200
    assert client.post("/api/v1/press").status_code == press


def test_the_cookie_is_for_this_device_and_no_script(door):
    client = door.client_as()
    answer = door.enter(client, door.access.accounts.first_pin())
    cookie = answer.headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Strict", "Path=/"))
    assert "Secure" not in cookie
    over_tls = client.post(
        "/login", base_url="https://localhost", data={"pin": door.access.accounts.renew_pin("owner")}
    )
    assert "Secure" in over_tls.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/about", "/about"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("", "/"),
    ],
)
def test_a_login_leads_to_the_page_that_was_asked_for_and_never_away(door, wanted, reached):
    pin = door.access.accounts.add("Ann", Role.VIEWER)
    assert door.enter(door.client_as(), pin, next=wanted).location == reached


def test_a_wrong_pin_is_told_and_then_made_to_wait(door):
    client = door.client_as()
    door.access.accounts.first_pin()
    answers = [door.enter(client, "x") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 429]
    assert "not known" in answers[0].text
    assert int(answers[3].headers["Retry-After"]) >= 1


def test_a_pin_may_be_typed_in_groups(door):
    pin = door.access.accounts.first_pin()
    assert door.enter(door.client_as(), f" {pin[:4]} {pin[4:]}").status_code == 303


def test_logging_out_ends_the_session(door):
    client = door.client_as(Role.VIEWER)
    kept = client.get_cookie("dermapoint").value
    assert client.post("/logout").location == "/login"
    client.set_cookie("dermapoint", kept)
    assert client.get("/").status_code == 303


def test_a_token_opens_what_its_role_may(door):
    secret = door.access.tokens.add("script", Role.VIEWER)
    client = door.client_as()
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/examinations", headers=headers).status_code == 200
    refused = client.post("/api/v1/press", headers=headers)
    assert refused.status_code == 403
    assert "examiner" in refused.json["detail"]
    assert client.get("/api/v1/examinations", headers={"Authorization": "Bearer else"}).status_code == 401


def test_another_site_can_not_log_in_or_press(door):
    client = door.client_as(Role.OWNER)
    for path in ("/login", "/api/v1/press", "/logout"):
        assert client.post(path, headers={"Origin": "https://evil.example"}).status_code == 403
        assert client.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "dermapoint.local.evil.example", "localhost.evil.example"])
def test_a_name_that_is_not_the_devices_is_refused(door, host):
    assert door.client_as().get("/login", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "[::1]:80", "dermapoint.local", "10.42.0.1"])
def test_its_own_names_and_addresses_are_served(door, host):
    assert door.client_as().get("/login", headers={"Host": host}).status_code == 200


def test_the_audit_log_names_who_pressed_and_who_looked(door):
    examination = door.client_as(Role.EXAMINER).post("/api/v1/press").json["id"]
    door.client_as(Role.VIEWER).get(f"/examinations/{examination}")
    viewer_login, saw = door.access.audit.newest(2)[1], door.access.audit.newest(1)[0]
    assert (saw.who, saw.action, saw.object) == ("viewer", "saw examination", examination)
    assert (viewer_login.who, viewer_login.action) == ("viewer", "login")
    assert ("examiner", "pressed", examination) in [
        (e.who, e.action, e.object) for e in door.access.audit.newest(9)
    ]


def test_a_full_disk_closes_no_page_to_who_has_entered(door, monkeypatch, caplog):
    client = door.client_as(Role.EXAMINER)
    taken = client.post("/api/v1/press").get_json()["id"]

    def refuse(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(door.access.audit, "write", refuse)
    assert client.get(f"/api/v1/examinations/{taken}").status_code == 200
    assert f"disk is full; not written: examiner saw examination {taken}" in caplog.text
