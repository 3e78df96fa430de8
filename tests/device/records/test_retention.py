from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.records import Query, Records
from device.records.retention import DAY, MIB, WARNING_DAYS, Candidate, Preview, Retention, Rules, plan
from device.words import say

NOW = 2_000 * DAY
PLENTY = 10**12


def aged(days, due_at=None, size=MIB, name="a"):
    return Candidate(name, NOW - days * DAY, due_at, size)


def test_nothing_is_deleted_unless_it_is_asked_for():
    assert plan([aged(9_000)], Rules(), NOW, PLENTY) == plan([], Rules(), NOW, PLENTY)
    assert plan([aged(9_000)], Rules(), NOW, 0).delete == ()


@pytest.mark.parametrize(
    ("candidate", "what"),
    [
        (aged(300), None),
        (aged(336), "announce"),
        (aged(900), "announce"),
        (aged(900, due_at=NOW + 1), None),
        (aged(366, due_at=NOW), "delete"),
        (aged(10, due_at=NOW - 1), "withdraw"),
    ],
    ids=str,
)
def test_old_examinations_are_warned_of_long_before_they_go(candidate, what):
    planned = plan([candidate], Rules(days=365), NOW, PLENTY)
    for field in ("announce", "delete", "withdraw"):
        assert getattr(planned, field) == (("a",) if field == what else ())
    assert bool(planned.warnings) == (candidate.taken_at < NOW - 330 * DAY and what != "delete")


def test_a_clock_that_jumps_ahead_deletes_nothing():
    fresh = aged(0)
    jumped = plan([fresh], Rules(days=365), NOW + 40_000 * DAY, PLENTY)
    assert (jumped.delete, jumped.announce) == ((), ("a",))
    warned = replace(fresh, due_at=NOW + (40_000 + WARNING_DAYS) * DAY)
    assert plan([warned], Rules(days=365), NOW, PLENTY).withdraw == ("a",)


def test_space_is_warned_of_long_before_and_the_oldest_make_room():
    rules = Rules(free_mib=100, make_room=True)
    three = [aged(3, name="a"), aged(2, name="b"), aged(1, name="c")]
    assert plan(three, rules, NOW, 500 * MIB).warnings == ()
    planned = plan(three, rules, NOW, 300 * MIB)
    assert planned.delete == ()
    assert "300 MiB are free" in say(planned.warnings[0])
    assert plan(three, rules, NOW, 98 * MIB).delete == ("a", "b")
    assert plan(three, replace(rules, make_room=False), NOW, 0).delete == ()


def test_space_that_is_out_of_reach_deletes_nothing_and_says_so():
    rules = Rules(free_mib=100, make_room=True)
    three = [aged(3, name="a"), aged(2, name="b"), aged(1, name="c")]
    planned = plan(three, rules, NOW, 50 * MIB)
    assert planned.delete == ()
    assert "nothing was deleted" in say(planned.warnings[-1])
    assert plan(three, rules, NOW, 98 * MIB, reclaimable=MIB).delete == ()


def test_what_frees_nothing_and_the_newest_days_never_make_room():
    rules = Rules(free_mib=100, make_room=True)
    several = [aged(3, size=0, name="a"), aged(2, name="b"), replace(aged(9, name="c"), newest=True)]
    assert plan(several, rules, NOW, 99 * MIB).delete == ("b",)
    assert plan(several, rules, NOW, 98 * MIB).delete == ()


candidates = st.lists(
    st.builds(
        Candidate,
        st.uuids().map(str),
        st.integers(0, NOW),
        st.none() | st.integers(0, 2 * NOW),
        st.integers(0, 50 * MIB),
    ),
    unique_by=lambda each: each.id,
)


@given(candidates, st.integers(1, 3000), st.booleans(), st.integers(0, 1000 * MIB))
def test_whatever_goes_was_due_or_made_room(several, days, make_room, free):
    planned = plan(several, Rules(days, 500, make_room), NOW, free)
    known = {each.id: each for each in several}
    assert len(set(planned.delete)) == len(planned.delete)
    assert not set(planned.announce) & set(planned.withdraw)
    for_age = {
        name
        for name in planned.delete
        if known[name].due_at is not None
        and known[name].due_at <= NOW
        and known[name].taken_at + (days - WARNING_DAYS) * DAY <= NOW
    }
    rest = [name for name in planned.delete if name not in for_age]
    assert not rest or (make_room and free < 500 * MIB)
    # No more than needed, enough, and the oldest first.
    freed = sum(known[name].size for name in planned.delete)
    assert not rest or free + freed - known[rest[-1]].size < 500 * MIB <= free + freed
    others = [each.id for each in several if each.id not in for_age and each.size]
    assert rest == others[: len(rest)]


def test_the_newest_days_of_work_stay_whatever_the_clock_says(state, save, records):
    """A press while the clock says 1970 is as new as all others."""
    taken = [datetime(2025, 1, day, tzinfo=UTC) for day in range(1, 9)]
    names = [
        save(number, taken_at=day) for number, day in enumerate([*taken, datetime(1970, 1, 2, tzinfo=UTC)], 1)
    ]
    rules = Rules(free_mib=1, make_room=True)
    retention = Retention(records._database, rules)
    size = sum(size for _, _, size in records.pictures(names[0]))
    free = MIB - size
    assert retention.preview(rules, NOW, free) == Preview(for_room=1)
    assert retention.plan(NOW, free).delete == (names[0],)
    assert retention.preview(rules, NOW, 0) == Preview(out_of_reach=True)
    assert retention.plan(NOW, 0).delete == ()


def test_what_a_rule_would_delete_is_counted_before(save, records):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    names = [
        save(number, taken_at=now - timedelta(days=days)) for number, days in ((1, 400), (2, 380), (3, 1))
    ]
    records.protect(names[0])
    assert records.retention.preview(Rules(days=365), int(now.timestamp()), PLENTY) == Preview(for_age=1)
    assert not records.retention.preview(Rules(), int(now.timestamp()), 0)


def test_retention_at_work_spares_what_is_protected(state, save, records):
    records.close()
    records = Records(state, rules=Rules(days=365))
    clock = datetime(2026, 1, 1, tzinfo=UTC)
    names = [save(number, records, taken_at=clock - timedelta(days=400)) for number in (1, 2)]
    young = save(3, records, taken_at=clock)
    records.protect(names[0])
    caretaker = records.caretaker
    caretaker._clock = lambda: clock.timestamp()
    caretaker.retain()
    assert "1 examination will be 365 days old" in say(caretaker.warnings[0])
    assert records.count() == 3
    clock += timedelta(days=WARNING_DAYS)
    caretaker.retain()
    assert [line.id for line in records.search(Query())] == [young, names[0]]
    assert caretaker.warnings == ()
    records.close()


def test_the_caretaker_checks_all_in_turn_and_keeps_a_daily_copy(records, save, state):
    names = [save(1), save(2)]
    records.image_path(names[1]).write_bytes(b"changed")
    caretaker, now = records.caretaker, [0.0]
    caretaker._steady, caretaker._due = lambda: now[0], 100.0
    caretaker.tick()
    assert records.integrity.faults == {}
    caretaker.tick()
    assert list(records.integrity.faults) == [names[1]]
    assert records.copies.offer() is None
    now[0] = 100.0
    caretaker.tick()
    assert records.copies.offer().examinations == 2
    made_at = records.copies.offer().path.stat().st_mtime_ns
    caretaker.tick()
    assert records.copies.offer().path.stat().st_mtime_ns == made_at
    now[0] += DAY
    caretaker.tick()
    assert records.copies.offer().path.stat().st_mtime_ns > made_at
