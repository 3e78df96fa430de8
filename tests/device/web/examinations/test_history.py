"""All past examinations on the page: found, paged, protected, deleted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from device.access import Role
from device.errors import SearchError
from device.examination import Triage
from device.records import Query
from device.records.query_text import read_number, read_query
from device.records.values import Confirmation, Diagnosis
from device.web.examinations.history import PAGE


@pytest.fixture
def save(site, examination, picture):
    def save(number, triage=Triage.REFER):
        made = replace(
            examination,
            id=f"20260102T0304{number:02}000000-beef",
            taken_at=examination.taken_at + timedelta(days=number),
            finding=replace(examination.finding, triage=triage),
        )
        site.records.save(made, picture)
        return made

    return save


def test_an_address_becomes_a_query():
    given = {"text": " A-7 ", "since": "2026-01-02", "until": "2026-01-02", "class": "mel", "confirmed": "no"}
    query, faults = read_query({**given, "triage": "", "other": "x"})
    assert faults == {}
    day = datetime(2026, 1, 2, tzinfo=UTC)
    wanted = Query(text="A-7", since=day, until=day + timedelta(days=1), likeliest="mel", confirmed=False)
    assert query == wanted


def test_days_are_those_of_the_zone_that_is_named():
    given = {"since": "2026-03-29", "until": "2026-03-29", "zone": "Europe/Berlin"}
    query, faults = read_query(given)
    assert faults == {}
    # The day on which summer time begins has 23 hours.
    assert query.since == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert query.until == datetime(2026, 3, 29, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "zone"), [("0001-01-01", "Pacific/Auckland"), ("9999-12-31", "America/New_York")]
)
def test_days_at_the_ends_of_the_calendar_are_told_in_any_zone(day, zone):
    for field in ("since", "until"):
        _, faults = read_query({field: day, "zone": zone})
        assert set(faults) <= {field}


@pytest.mark.parametrize("zone", ["Moon/Base", "../../etc/passwd", "/etc/passwd", "x" * 5000, "Europe"])
def test_a_zone_that_is_none_is_told(zone):
    assert set(read_query({"since": "2026-01-01", "zone": zone})[1]) == {"zone"}


def test_a_confirmed_diagnosis_is_found_by_its_name_in_any_language(site, save):
    made, other = save(1), save(2)
    lesion = site.records.lesions.add(site.records.persons.add("A-7").id)
    site.records.assign(made.id, lesion.id)
    assert made.id not in site.client.get("/history?text=melanom").text
    site.records.lesions.change(lesion.id, diagnosis=Diagnosis("mel", Confirmation.HISTOPATHOLOGY))
    for text in ("Melanom", "melanoma", "MÉLANOME"):
        page = site.client.get("/history", query_string={"text": text}).text
        assert made.id in page
        assert other.id not in page


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("since", "yesterday"),
        ("since", "2026-02-30"),
        ("until", "9999-12-31"),
        ("class", "a wart"),
        ("triage", "panic"),
        ("site", "moon"),
        ("confirmed", "maybe"),
        ("text", "x" * 201),
    ],
)
def test_what_has_no_meaning_is_told_at_its_field_and_shown_again(site, save, field, text):
    save(1)
    assert set(read_query({field: text})[1]) == {field}
    answer = site.client.get("/history", query_string={field: text})
    assert answer.status_code == 422
    assert site.client.get("/api/v1/examinations", query_string={field: text}).status_code == 400


def test_a_wrong_day_keeps_what_was_typed(site, save):
    save(1)
    page = site.client.get("/history?since=yesterday&text=A-7").text
    assert 'aria-describedby="since-fault"' in page
    assert 'value="yesterday"' in page
    assert 'value="A-7"' in page


def test_a_last_day_before_the_first_is_told():
    assert set(read_query({"since": "2026-02-01", "until": "2026-01-01"})[1]) == {"until"}


@pytest.mark.parametrize("text", ["-1", "1.5", "٣", "9" * 19, "9" * 40, "x"])
def test_a_page_that_can_not_be_is_refused(site, text):
    with pytest.raises(SearchError, match="before"):
        read_number(text)
    assert site.client.get("/history", query_string={"before": text}).status_code == 400


def test_an_empty_history_says_how_it_begins(site):
    assert "There is no examination yet" in site.client.get("/history").text


def test_a_search_shows_what_meets_it_and_says_when_nothing_does(site, save):
    refer, watch = save(1), save(2, Triage.WATCH)
    page = site.client.get("/history?triage=watch").text
    assert watch.id in page
    assert refer.id not in page
    assert "Nothing like this was found" in site.client.get("/history?text=nobody").text
    found = site.client.get("/api/v1/examinations?triage=watch").json["examinations"]
    assert [each["id"] for each in found] == [watch.id]


def test_the_search_goes_along_to_older_pages(site, save):
    made = [save(number) for number in range(PAGE + 1)]
    first = site.client.get("/history?triage=refer").text
    assert made[0].id not in first
    before = site.records.search(Query(id=made[1].id), 1)[0].number
    assert f"/history?triage=refer&amp;before={before}" in first
    second = site.client.get(f"/history?triage=refer&before={before}").text
    assert made[0].id in second
    assert 'rel="next"' not in second


def test_the_api_pages_on_from_an_id(site, save):
    made = [save(number) for number in range(3)]
    answer = site.client.get("/api/v1/examinations", query_string={"limit": 1, "before": made[2].id})
    assert [each["id"] for each in answer.json["examinations"]] == [made[1].id]
    gone = {"before": "20250101T000000000000-0000"}
    assert site.client.get("/api/v1/examinations", query_string=gone).status_code == 404


def test_picked_ones_are_protected_and_free_again(site, save):
    made = save(1)
    for word, protected in (("yes", True), ("no", False)):
        sent = {"id": made.id, "protected": word, "triage": "refer"}
        answer = site.client.post("/history/protect", data=sent)
        assert (answer.status_code, answer.location) == (303, "/history?triage=refer")
        assert site.records.details(made.id).line.protected is protected


def test_deletion_asks_first_and_names_who_did_it(site, save):
    doomed, kept = save(1), save(2)
    asked = site.client.post("/history/delete", data={"id": doomed.id})
    assert "Delete 1 examination for good?" in asked.text
    assert site.records.get(doomed.id)
    assert site.client.post("/history/delete/sure", data={"id": doomed.id}).status_code == 303
    assert site.records.get(doomed.id) is None
    assert site.records.get(kept.id)
    last = site.access.audit.newest(1)[0]
    assert (last.action, last.object) == ("deleted examinations", doomed.id)


def test_the_api_deletes_one(site, save):
    doomed = save(1)
    assert site.client.delete(f"/api/v1/examinations/{doomed.id}").status_code == 204
    assert site.client.delete(f"/api/v1/examinations/{doomed.id}").status_code == 404


def test_only_an_owner_deletes(site, save):
    made = save(1)
    client = site.client_with(site.access.tokens.add("reader", Role.EXAMINER))
    assert client.post("/history/delete/sure", data={"id": made.id}).status_code == 403
    assert client.delete(f"/api/v1/examinations/{made.id}").status_code == 403
    assert site.records.get(made.id)
    assert "Delete…" not in client.get("/history").text


@pytest.mark.parametrize("path", ["/history/protect", "/history/delete", "/history/delete/sure"])
def test_what_is_no_examination_is_refused_and_nothing_happens(site, save, path):
    made = save(1)
    assert site.client.post(path, data={"id": [made.id, "../x"]}).status_code == 400
    assert site.records.get(made.id)
