"""What someone on the same Wi-Fi, or with a PIN of their own, might try."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from device.access import Role
from device.access.throttle import FORGETS_EVERY_SECONDS, Throttle
from device.announcer import Event
from device.errors import AccessError, TooManyTriesError
from device.web import guard
from tests.device.web.door.test_login import Door


@pytest.fixture
def door(tmp_path, frame):
    door = Door(tmp_path, frame)
    yield door
    door.close()


@pytest.fixture
def knock(door):
    """A request without a login."""
    return door.client_as().open


@pytest.mark.parametrize(
    "host",
    [
        "[",
        "[::1",
        "[::1]x",
        "a b",
        "\x00",
        "\u00e9",
        "user@localhost",
        "",
        "localhost/..",
        "localhost,evil",
        "a" * 300,
    ],
)
def test_a_host_without_meaning_is_refused(knock, host):
    assert knock("/login", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize(
    "origin",
    [
        "http://[",
        "null",
        "\u00e9",
        "\x00",
        "https://localhost",
        "http://localhost:8",
        "http://localhost@x",
        "",
    ],
)
def test_an_origin_that_is_not_this_page_is_refused(knock, origin):
    assert knock("/login", method="POST", headers={"Origin": origin}, data={"pin": "1"}).status_code == 403


@pytest.mark.parametrize(
    "wanted", ["/\r\nSet-Cookie: x=y", "/\n", "/\t/evil.example", "/\x00", "/\x7f", "\t//evil.example"]
)
def test_a_login_puts_nothing_into_the_headers(door, wanted):
    pin = door.access.accounts.add("Ann", Role.VIEWER)
    answer = door.enter(door.client_as(), pin, next=wanted)
    assert answer.location == "/"
    # The session, and that the browser is known.
    assert len(answer.headers.getlist("Set-Cookie")) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/examinations/..%2f..%2fetc/image.jpg",
        "/examinations/%2e%2e/image.jpg",
        "/examinations/20250101T000000000000-0000%00/image.jpg",
        "/static/..%2f__init__.py",
        "/static/../__init__.py",
        "/api/v1/examinations/%ff",
        "/api/v1/examinations/..%2f..%2faccess.sqlite3",
        "/%0d%0aSet-Cookie: x=y",
        "/%ED%A0%80",
    ],
)
def test_no_path_leads_out(door, path):
    assert door.client_as(Role.OWNER).get(path).status_code == 404


@pytest.mark.parametrize(
    "headers", [{"Cookie": "dermapoint=\xff"}, {"Authorization": "Bearer \xff"}, {"Authorization": "Bearer"}]
)
def test_secrets_without_meaning_open_nothing(knock, headers):
    assert knock("/api/v1/examinations", headers=headers).status_code == 401


def test_many_tries_at_once_are_counted_like_one_after_the_other(door):
    door.access.accounts.first_pin()

    def guess(number):
        with pytest.raises(AccessError) as refused:
            door.access.enter(f"{number}", "10.0.0.66")
        return type(refused.value)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(16)))
    assert answers.count(TooManyTriesError) == 13


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def throttle(door):
    made = Throttle(door.access._database, threading.RLock(), Clock())
    made.clock = made._clock
    return made


def test_an_own_pin_in_between_doesn_t_help_to_guess_another(throttle):
    tries = 0
    for _ in range(100):
        try:
            throttle.check("there")
        except TooManyTriesError:
            break
        throttle.failed("there")
        throttle.succeeded("there")
        tries += 1
    assert tries == 4
    throttle.clock.now += FORGETS_EVERY_SECONDS
    throttle.succeeded("there")
    throttle.check("there")


@pytest.mark.parametrize("base", ["http://localhost", "https://localhost"])
def test_a_guesser_locks_nobody_out_who_was_here_before(door, base):
    pin = door.access.accounts.first_pin()
    clinic, stranger = door.client_as(), door.client_as()

    def enter(client, pin, address):
        return client.post("/login", base_url=base, data={"pin": pin}, environ_base={"REMOTE_ADDR": address})

    entered = enter(clinic, pin, "10.0.0.1")
    assert entered.status_code == 303
    cookie = next(each for each in entered.headers.getlist("Set-Cookie") if "-browser=" in each)
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Strict", "Path=/"))
    assert cookie.startswith("__Host-") == ("Secure" in cookie) == base.startswith("https")
    clinic.post("/logout", base_url=base)
    answers = [enter(stranger, "x", f"10.0.1.{number}").status_code for number in range(20)]
    assert set(answers) == {403, 429}
    assert enter(stranger, pin, "10.0.2.1").status_code == 429
    assert enter(clinic, pin, "10.0.1.1").status_code == 303


def test_a_login_ends_the_session_before_it_and_takes_none_that_was_planted(door):
    client = door.client_as(Role.VIEWER)
    planted = client.get_cookie("dermapoint").value
    door.enter(client, door.access.accounts.add("Ann", Role.OWNER))
    assert client.get_cookie("dermapoint").value != planted
    assert door.access.sessions.find(planted) is None


def test_over_https_a_cookie_set_without_it_counts_for_nothing(door):
    client = door.client_as()
    pin = door.access.accounts.add("Ann", Role.OWNER)
    answer = client.post("/login", base_url="https://localhost", data={"pin": pin})
    name, _, rest = answer.headers["Set-Cookie"].partition("=")
    assert name == "__Host-dermapoint"
    assert all(word in rest for word in ("Secure", "HttpOnly", "Path=/", "SameSite=Strict"))
    assert "Domain" not in rest
    assert client.get("/health", base_url="https://localhost").status_code == 200
    other = door.client_as()
    other.set_cookie("dermapoint", rest.partition(";")[0])
    assert other.get("/health", base_url="https://localhost").status_code == 303
    out = client.post("/logout", base_url="https://localhost")
    assert out.headers["Set-Cookie"].startswith("__Host-dermapoint=;")


def test_a_stream_ends_with_the_session_of_its_reader(door):
    client = door.client_as(Role.VIEWER)
    stream = client.get("/api/v1/events", buffered=False)
    words = iter(stream.response)
    assert "retry" in str(next(words))
    announcer = door.announcer
    announcer.announce(Event("busy", {}))
    assert "busy" in str(next(words))
    door.access.accounts.remove("viewer")
    announcer.announce(Event("busy", {}))
    assert list(words) == []
    stream.close()


@pytest.fixture
def far(door):
    """Someone on the network, where only this machine may go without encryption."""
    app = door.build(plain_for=frozenset({"192.168.1.7"}))

    def far(path, address="192.168.1.50", method="GET", **options):
        return app.test_client().open(
            path, method=method, environ_base={"REMOTE_ADDR": address}, buffered=True, **options
        )

    return far


def test_without_encryption_the_network_is_led_to_it(far):
    for path in ("/", "/login?next=/a%20b", "/health", "/api/v1/openapi.json", "/no-such-page", "/trusted"):
        answer = far(path)
        assert (answer.status_code, answer.location) == (308, f"https://localhost{path}")
    assert far("/api/v1/press", method="POST").status_code == 403
    assert "https://localhost" in far("/login", method="POST", data={"pin": "1"}).json["detail"]


def test_what_is_needed_before_trust_is_open_to_all(far):
    for path in ("/trust", "/api/v1/status", "/static/style.css"):
        assert far(path).status_code == 200
    assert far("/trust/dermapoint.crt").status_code == 404


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "192.168.1.7"])
def test_this_machine_needs_no_encryption(far, address):
    assert far("/login", address).status_code == 200


def test_encrypted_the_network_may_enter(far):
    assert far("/login", base_url="https://localhost").status_code == 200


def test_a_policy_leaves_nothing_to_the_browsers_default(knock):
    policy = knock("/login").headers["Content-Security-Policy"]
    for word in ("default-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert word in policy
    assert "unsafe" not in policy
    assert "Strict-Transport-Security" not in guard.HEADERS
