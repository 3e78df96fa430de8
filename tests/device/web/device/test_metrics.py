"""The device's figures for Prometheus."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from device.access import Role
from device.announcer import Event
from device.message import Message


@pytest.fixture
def site(site, frame):
    site.ring.publish(frame)
    return site


def read(client):
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_presses_and_faults_are_counted_and_timed(site):
    before = read(site.client)
    triage = site.client.post("/api/v1/press").json["finding"]["triage"]
    site.announcer.announce(Event("fault", {"detail": "Nobody's name"}))
    after = read(site.client)

    def grown(*name):
        return after[name] - before[name]

    assert grown("dermapoint_examinations_total", triage) == 1
    assert grown("dermapoint_faults_total") == 1
    assert grown("dermapoint_finding_seconds_count") == grown("dermapoint_save_seconds_count") == 1
    assert 0 < grown("dermapoint_finding_seconds_sum") < 60
    assert grown("dermapoint_examinations_kept") == 1
    assert after["dermapoint_camera_works",] == 1
    assert after["dermapoint_info", "1.2.3", "test model"] == 1


def test_a_camera_without_frames_is_seen(site):
    site.ring.fail(Message("camera_gone"))
    assert read(site.client)["dermapoint_camera_works",] == 0


def test_programs_on_the_device_need_no_token_and_others_do(site):
    stranger = site.app.test_client()
    assert stranger.get("/metrics").status_code == 200
    stranger.environ_base["REMOTE_ADDR"] = "10.0.0.7"
    refused = stranger.get("/metrics")
    assert (refused.status_code, refused.content_type) == (401, "application/problem+json")
    reader = site.client_with(site.access.tokens.add("prometheus", Role.VIEWER))
    reader.environ_base["REMOTE_ADDR"] = "10.0.0.7"
    assert reader.get("/metrics").status_code == 200


def test_nothing_in_it_is_about_anybody(site, examination, picture):
    site.records.save(examination, picture)
    person = site.records.persons.add("A-17", name="Jane Canary")
    text = site.client.get("/metrics").text
    assert not any(word in text for word in (examination.id, person.id, "A-17", "Canary"))
