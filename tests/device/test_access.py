import math
import sqlite3
import threading

import pytest

from device import cli
from device.access import Role, open_access
from device.access.sessions import IDLE_SECONDS, LONGEST_SECONDS, Sessions
from device.access.throttle import EVERYWHERE, LONGEST_WAIT_SECONDS, Throttle, wait_after
from device.errors import AccessError, TooManyTriesError


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def access(tmp_path):
    access = open_access(tmp_path)
    yield access
    access.close()


def with_clock(part, access, clock):
    return part(access._database, access._lock, clock)


def test_the_first_start_makes_one_owner_with_a_pin_and_the_next_none(tmp_path):
    access = open_access(tmp_path)
    pin = access.accounts.first_pin()
    assert len(pin) == 8
    assert pin.isdigit()
    access.close()
    access = open_access(tmp_path)
    assert access.accounts.first_pin() is None
    person, _ = access.enter(pin, "here")
    assert (person.name, person.role) == ("owner", Role.OWNER)
    access.close()


def test_no_pin_session_or_token_is_kept_in_the_clear(tmp_path):
    access = open_access(tmp_path)
    pin = access.accounts.first_pin()
    _, session = access.enter(pin, "here")
    token = access.tokens.add("script", Role.VIEWER)
    access.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*.sqlite3*"))
    assert all(secret.encode() not in kept for secret in (pin, session, token))
    assert (tmp_path / "access.sqlite3").stat().st_mode & 0o077 == 0


def test_each_person_has_a_pin_and_a_role(access):
    pins = {role: access.accounts.add(role.title, role) for role in Role}
    assert len(set(pins.values())) == 3
    for role, pin in pins.items():
        person, secret = access.enter(pin, "here")
        assert access.sessions.find(secret) == person
        assert [person.may(needed) for needed in Role] == [role >= needed for needed in Role]


@pytest.mark.parametrize("name", ["", "  ", "x" * 41])
def test_a_name_that_can_not_be_is_refused(access, name):
    with pytest.raises(AccessError, match="1 to 40"):
        access.accounts.add(name, Role.VIEWER)


def test_a_name_is_given_once(access):
    access.accounts.add("Ann", Role.VIEWER)
    with pytest.raises(AccessError, match="already"):
        access.accounts.add("Ann", Role.OWNER)
    access.tokens.add("script", Role.VIEWER)
    with pytest.raises(AccessError, match="already"):
        access.tokens.add("script", Role.VIEWER)


def test_a_new_pin_ends_the_sessions_of_the_old(access):
    old = access.accounts.add("Ann", Role.EXAMINER)
    _, secret = access.enter(old, "here")
    new = access.accounts.renew_pin("Ann")
    assert access.sessions.find(secret) is None
    assert access.accounts.find(old) is None
    assert access.accounts.find(new).name == "Ann"


def test_the_last_owner_stays(access):
    access.accounts.add("Ann", Role.OWNER)
    with pytest.raises(AccessError, match="last owner"):
        access.accounts.remove("Ann")
    pin = access.accounts.add("Bob", Role.OWNER)
    _, secret = access.enter(pin, "here")
    access.accounts.remove("Bob")
    assert access.sessions.find(secret) is None
    with pytest.raises(AccessError, match="nobody called Bob"):
        access.accounts.remove("Bob")


def test_a_session_ends_when_it_is_idle_old_or_the_clock_was_set_back(access):
    clock = Clock()
    sessions = with_clock(Sessions, access, clock)
    access.accounts.add("Ann", Role.VIEWER)
    ann = access.accounts.people()[0]
    idle, used, back = (sessions.begin(ann) for _ in range(3))
    start = clock.now
    for _ in range(20):
        clock.now += IDLE_SECONDS - 1
        if clock.now < start + LONGEST_SECONDS:
            assert sessions.find(used) == ann
    assert sessions.find(idle) is None
    assert sessions.find(used) is None
    clock.now = start - 10
    assert sessions.find(back) is None


def test_a_session_ends_when_it_is_told_to(access):
    access.accounts.add("Ann", Role.VIEWER)
    secret = access.sessions.begin(access.accounts.people()[0])
    access.sessions.end(secret)
    access.sessions.end("unknown")
    assert access.sessions.find(secret) is None


def test_a_token_opens_until_it_is_removed(access):
    secret = access.tokens.add("script", Role.EXAMINER)
    assert access.tokens.find(secret).role is Role.EXAMINER
    assert access.tokens.find("else") is None
    access.tokens.remove("script")
    assert access.tokens.find(secret) is None
    with pytest.raises(AccessError, match="no token"):
        access.tokens.remove("script")


def test_wrong_tries_wait_longer_each_time_and_others_may_still_enter(access):
    clock = Clock()
    throttle = with_clock(Throttle, access, clock)
    waits = []
    for _ in range(6):
        throttle.failed("there")
        waits.append(wait_of(throttle, "there"))
        clock.now += waits[-1]
    assert waits == [0, 0, 2, 4, 8, 16]
    throttle.check("elsewhere")
    assert wait_after("there", 1000) == LONGEST_WAIT_SECONDS


def wait_of(throttle, *who):
    try:
        throttle.check(*who)
    except TooManyTriesError as error:
        return error.wait
    return 0


def test_10_wrong_pins_from_changing_addresses_lock_nobody_out_who_has_entered_before(access):
    pin = access.accounts.first_pin()
    person, _ = access.enter(pin, "10.0.0.1")
    browser = access.browsers.remember(person)
    wrong = f"{(int(pin) + 1) % 10**8:08d}"
    for number in range(30):
        with pytest.raises(AccessError):
            access.enter(wrong, f"10.0.1.{number}")
    with pytest.raises(TooManyTriesError):
        access.enter(pin, "10.0.0.200")
    # From whichever address that browser comes, the stranger's own too.
    for address in ("10.0.0.1", "10.0.1.7", "192.168.1.5"):
        assert access.enter(pin, address, browser)[0] == person


def test_a_known_browser_has_no_more_tries_than_a_stranger(access):
    pin = access.accounts.add("Ann", Role.EXAMINER)
    browser = access.browsers.remember(access.enter(pin, "here")[0])
    wrong = f"{(int(pin) + 1) % 10**8:08d}"
    for number in range(3):
        with pytest.raises(AccessError, match="not known"):
            access.enter(wrong, f"10.0.0.{number}", browser)
    with pytest.raises(TooManyTriesError):
        access.enter(pin, "10.0.0.9", browser)
    # Nor does that keep anybody else out.
    assert access.enter(pin, "10.0.0.9")[0].name == "Ann"


def test_a_cookie_of_a_browser_can_not_be_made_up_or_outlive_its_account(access):
    pin = access.accounts.add("Ann", Role.EXAMINER)
    browser = access.browsers.remember(access.enter(pin, "here")[0])
    assert access.browsers.known_for(browser) == "Ann"
    name, _, signature = browser.partition(".")
    owner = "b3duZXI="
    forgeries = ["", ".", name, f"{name}.", f"{owner}.{signature}", f"{name}.{signature[:-1]}", "\xff.x"]
    for forged in forgeries:
        assert access.browsers.known_for(forged) is None
    access.accounts.remove("Ann")
    assert access.browsers.known_for(browser) is None


def test_a_guesser_with_many_addresses_is_slowed_too(access):
    throttle = with_clock(Throttle, access, Clock())
    for number in range(12):
        throttle.failed(f"address {number}")
    with pytest.raises(TooManyTriesError):
        throttle.check("a new address")
    assert wait_after(EVERYWHERE, 12) == 8


def test_a_restart_neither_shortens_a_wait_nor_adds_one(access):
    clock = Clock()
    throttle = with_clock(Throttle, access, clock)
    for _ in range(5):
        throttle.failed("there")
    clock.now += 3
    for _ in range(3):
        throttle = with_clock(Throttle, access, clock)
        assert wait_of(throttle, "there") == 5
    clock.now += 5
    assert wait_of(with_clock(Throttle, access, clock), "there") == 0


def test_after_a_reboot_nobody_waits_and_the_next_wrong_try_waits_longest(access):
    clock = Clock()
    throttle = Throttle(access._database, access._lock, clock, "one boot")
    for _ in range(5):
        throttle.failed("there")
    clock.now = 5.0
    throttle = Throttle(access._database, access._lock, clock, "another boot")
    assert wait_of(throttle, "there") == 0
    throttle.failed("there")
    assert wait_of(throttle, "there") == 16


def test_a_pin_made_on_the_console_lifts_every_wait_of_the_running_daemon(tmp_path, access):
    pin = access.accounts.first_pin()
    wrong = f"{(int(pin) + 1) % 10**8:08d}"
    for number in range(30):
        with pytest.raises(AccessError):
            access.enter(wrong, f"10.0.1.{number % 4}")
    assert cli.main(["pin", "owner", "--state", str(tmp_path)]) == 0
    assert access.throttle._find("10.0.1.1") == access.throttle._find(EVERYWHERE) == (0, -math.inf)


def refuse_writes(access):
    """As a full disk does: SQLite can read, and nothing more."""
    access._database.execute("PRAGMA query_only = ON")


def test_wrong_pins_are_throttled_on_a_full_disk(access):
    pin = access.accounts.first_pin()
    refuse_writes(access)
    wrong = f"{(int(pin) + 1) % 10**8:08d}"
    answers = []
    for number in range(40):
        with pytest.raises(AccessError) as caught:
            access.enter(wrong, f"10.0.0.{number % 2}")
        answers.append(type(caught.value))
    assert answers.count(TooManyTriesError) > 30
    # The console lifts that too, as soon as there is room again.
    other = sqlite3.connect(access._database.execute("PRAGMA database_list").fetchone()[2])
    Throttle(other, threading.RLock()).lift()
    other.close()
    assert access.enter(pin, "10.0.0.1")[0].name == "owner"


def test_on_a_full_disk_one_enters_and_leaves_and_the_log_waits(access):
    pin = access.accounts.first_pin()
    _, before = access.enter(pin, "here")
    refuse_writes(access)
    person, secret = access.enter(pin, "here")
    assert access.sessions.find(secret) == access.sessions.find(before) == person
    for each in (secret, before):
        access.sessions.end(each)
        assert access.sessions.find(each) is None
    assert len(access.audit.newest(9)) == 1
    access._database.execute("PRAGMA query_only = OFF")
    access.audit.write("Ann", "saw", "something")
    assert [entry.action for entry in access.audit.newest(9)] == ["saw", "login", "login"]
    assert access.audit.broken_at() is None


def test_an_ended_session_does_not_revive_when_the_clock_goes_back(access):
    clock = Clock()
    sessions = with_clock(Sessions, access, clock)
    access.accounts.add("Ann", Role.VIEWER)
    ann = access.accounts.people()[0]
    seen, unseen = sessions.begin(ann), sessions.begin(ann)
    clock.now += IDLE_SECONDS
    assert sessions.find(seen) is None
    clock.now -= IDLE_SECONDS - 60
    # Of nobody: the other one was over as well when somebody asked.
    assert sessions.find(seen) is None
    assert sessions.find(unseen) is None


def test_an_ended_session_does_not_revive_when_the_disk_is_full_either(access):
    clock = Clock()
    sessions = with_clock(Sessions, access, clock)
    access.accounts.add("Ann", Role.VIEWER)
    kept = sessions.begin(access.accounts.people()[0])
    refuse_writes(access)
    unwritten = sessions.begin(access.accounts.people()[0])
    clock.now += LONGEST_SECONDS
    for each in (kept, unwritten):
        assert sessions.find(each) is None
    clock.now -= LONGEST_SECONDS - 60
    for each in (kept, unwritten):
        assert sessions.find(each) is None


def test_while_an_address_waits_even_the_right_pin_is_not_looked_at(access):
    pin = access.accounts.first_pin()
    wrong = f"{(int(pin) + 1) % 10**8:08d}"
    for _ in range(3):
        with pytest.raises(AccessError, match="not known"):
            access.enter(wrong, "there")
    with pytest.raises(TooManyTriesError):
        access.enter(pin, "there")
    assert [entry.action for entry in access.audit.newest(9)] == ["login refused"] * 3


def test_a_file_that_cannot_be_opened_is_a_clear_error(tmp_path):
    (tmp_path / "access.sqlite3").mkdir()
    with pytest.raises(AccessError, match="move the file away"):
        open_access(tmp_path)
