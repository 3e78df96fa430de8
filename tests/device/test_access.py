import sqlite3

import pytest

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
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
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
        try:
            throttle.check("there")
            waits.append(0)
        except TooManyTriesError as error:
            waits.append(error.wait)
            clock.now += error.wait
    assert waits == [0, 0, 2, 4, 8, 16]
    throttle.check("elsewhere")
    assert wait_after("there", 1000) == LONGEST_WAIT_SECONDS


def test_a_guesser_with_many_addresses_is_slowed_too(access):
    throttle = with_clock(Throttle, access, Clock())
    for number in range(12):
        throttle.failed(f"address {number}")
    with pytest.raises(TooManyTriesError):
        throttle.check("a new address")
    assert wait_after(EVERYWHERE, 12) == 8


def test_a_restart_does_not_make_guessing_faster(access):
    throttle = with_clock(Throttle, access, Clock())
    for _ in range(5):
        throttle.failed("there")
    again = Clock()
    again.now = 0.0
    throttle = with_clock(Throttle, access, again)
    with pytest.raises(TooManyTriesError, match="8 seconds"):
        throttle.check("there")
    throttle.succeeded("there")
    throttle.check("there")


def test_while_an_address_waits_even_the_right_pin_is_not_looked_at(access):
    pin = access.accounts.first_pin()
    wrong = f"{(int(pin) + 1) % 10**8:08d}"
    for _ in range(3):
        with pytest.raises(AccessError, match="not known"):
            access.enter(wrong, "there")
    with pytest.raises(TooManyTriesError):
        access.enter(pin, "there")
    assert [entry.action for entry in access.audit.newest(9)] == ["login refused"] * 3


def test_the_audit_log_tells_what_was_changed_or_taken_out(access):
    for number in range(5):
        access.audit.write("Ann", "saw", f"examination {number}")
    assert access.audit.broken_at() is None
    assert [entry.number for entry in access.audit.newest(2)] == [5, 4]
    for statement in ("UPDATE audit SET who = 'Bob' WHERE number = 3", "DELETE FROM audit WHERE number = 3"):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            access._database.execute(statement)
    # Who has the whole file can remove the triggers; then the chain tells.
    access._database.execute("DROP TRIGGER audit_is_not_changed")
    access._database.execute("UPDATE audit SET who = 'Bob' WHERE number = 3")
    assert access.audit.broken_at() == 3
    access._database.execute("UPDATE audit SET who = 'Ann' WHERE number = 3")
    access._database.execute("DROP TRIGGER audit_is_not_shortened")
    access._database.execute("DELETE FROM audit WHERE number = 2")
    assert access.audit.broken_at() == 3


def test_a_damaged_file_is_a_clear_error(tmp_path):
    (tmp_path / "access.sqlite3").write_bytes(b"rubbish" * 1000)
    with pytest.raises(AccessError, match="move the file away"):
        open_access(tmp_path)
