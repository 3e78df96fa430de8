import queue
import socket
import time
import urllib.request
from dataclasses import replace

import cv2
import numpy as np
import pytest

from device.announcer import Event
from device.classes import HAM10000
from device.errors import BusyError, CameraError, DaemonError, RecordsError
from device.examination import Triage
from device.images import decode_image
from device.images.overlay import overlay_png
from device.message import Message
from device.serialization import NOT_A_DEVICE
from device.web.live.events import MOST_LISTENERS
from device.web.server import serve
from tests.support import ServerThread, free_port

OTHER_ID = "20250101T000000000000-0000"


@pytest.fixture
def site(site, frame):
    site.ring.publish(frame)
    return site


@pytest.fixture
def saved(site, examination, picture):
    site.records.save(examination, picture)
    return examination


def test_press_answers_with_the_examination(site):
    answer = site.client.post("/api/v1/press")
    assert answer.status_code == 201
    assert answer.json["notice"] == NOT_A_DEVICE
    assert set(answer.json["finding"]["probabilities"]) == set(HAM10000.codes)
    kept = site.client.get(f"/api/v1/examinations/{answer.json['id']}")
    assert kept.json["finding"] == answer.json["finding"]


@pytest.mark.parametrize(
    ("error", "status"), [(BusyError("busy"), 409), (CameraError("dark"), 503), (RecordsError("full"), 507)]
)
def test_a_press_that_fails_says_why_as_problem_details(site, monkeypatch, error, status):
    def fail():
        raise error

    monkeypatch.setattr(site.examiner, "press", fail)
    answer = site.client.post("/api/v1/press")
    assert answer.status_code == answer.json["status"] == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["detail"] == str(error)


def test_a_bug_is_told_without_its_details(site, monkeypatch):
    def fail():
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(site.examiner, "press", fail)
    answer = site.client.post("/api/v1/press")
    assert answer.status_code == 500
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 201),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_another_site_cannot_press(site, headers, status):
    assert site.client.post("/api/v1/press", headers=headers).status_code == status
    assert len(site.records.recent(9)) == (status == 201)


@pytest.mark.parametrize("path", ["/", "/about", "/api/v1/status", "/live.jpg", "/nothing"])
def test_every_answer_is_guarded(site, path):
    headers = site.client.get(path).headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_pages_ask_nothing_of_other_places(site, saved):
    for path in ("/", f"/examinations/{saved.id}", "/about"):
        page = site.client.get(path).text
        assert "http://" not in page
        assert "https://" not in page
        assert "style=" not in page
        assert "<script>" not in page
        assert NOT_A_DEVICE in page


@pytest.mark.parametrize("triage", list(Triage))
def test_the_finding_names_the_triage_first_and_three_classes(site, examination, picture, triage):
    changed = replace(examination, finding=replace(examination.finding, triage=triage))
    site.records.save(changed, picture)
    fragment = site.client.get("/finding").text
    titles = {"refer": "Refer", "watch": "Watch", "retake": "Take it again", "no answer": "No answer"}
    assert fragment.index(titles[triage.value]) < fragment.index("Melanoma")
    assert "Because." in fragment
    for word in ("Melanoma", "50%", "Mole", "20%", "Benign keratosis", "10%"):
        assert word in fragment
    assert "Dermatofibroma" not in fragment
    assert ("<details>" in fragment) == (triage is Triage.RETAKE)
    assert fragment.strip() in site.client.get(f"/examinations/{changed.id}").text


def test_an_examination_has_its_pictures(site, saved, picture):
    image = site.client.get(f"/examinations/{saved.id}/image.jpg", buffered=True)
    assert decode_image(image.data, "image").shape == picture.shape
    assert (
        decode_image(
            site.client.get(f"/examinations/{saved.id}/thumbnail.jpg", buffered=True).data, "t"
        ).shape[1]
        == 240
    )
    overlay = site.client.get(f"/examinations/{saved.id}/saliency.png")
    assert overlay.mimetype == "image/png"
    assert decode_image(overlay.data, "overlay").shape == (240, 320, 3)


@pytest.mark.parametrize("bad", [OTHER_ID, "..", "%2e%2e%2fsettings", "x" * 300, "' OR 1=1"])
@pytest.mark.parametrize("part", ["", "/image.jpg", "/thumbnail.jpg", "/saliency.png"])
def test_an_unknown_examination_is_not_found(site, saved, bad, part):
    assert site.client.get(f"/examinations/{bad}{part}").status_code == 404
    answer = site.client.get(f"/api/v1/examinations/{bad}")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_a_picture_that_is_gone_is_not_found(site, saved):
    site.records.image_path(saved.id).unlink()
    assert site.client.get(f"/examinations/{saved.id}/image.jpg").status_code == 404


@pytest.mark.parametrize("limit", ["0", "101", "x", "-1", "", "00010000", "9" * 5000, "²"])
def test_a_limit_without_meaning_is_told(site, limit):
    answer = site.client.get("/api/v1/examinations", query_string={"limit": limit})
    assert answer.status_code == 400
    assert "1 to 100" in answer.json["detail"]


@pytest.mark.parametrize("before", ["", "x", "%", OTHER_ID + "0"])
def test_a_before_that_is_no_id_is_told(site, before):
    answer = site.client.get("/api/v1/examinations", query_string={"before": before})
    assert answer.status_code == 400
    assert "before" in answer.json["detail"]


def test_examinations_page_on(site, examination, picture):
    ids = [f"2026010{day}T000000000000-abcd" for day in (1, 2, 3)]
    for identity in ids:
        site.records.save(replace(examination, id=identity), picture[:30, :40])
    first = site.client.get("/api/v1/examinations?limit=2").json["examinations"]
    assert [each["id"] for each in first] == [ids[2], ids[1]]
    rest = site.client.get(f"/api/v1/examinations?before={ids[1]}").json["examinations"]
    assert [each["id"] for each in rest] == [ids[0]]


def test_the_live_view_is_the_newest_frame_and_small(site, frame):
    answer = site.client.get("/live.jpg")
    assert answer.headers["X-Frame-Sequence"] == "0"
    assert decode_image(answer.data, "live").shape == (450, 600, 3)
    site.ring.publish(replace(frame, pixels=np.zeros((1520, 2028, 3), np.uint8), sequence=7))
    answer = site.client.get("/live.jpg?after=0")
    assert answer.headers["X-Frame-Sequence"] == "7"
    assert decode_image(answer.data, "live").shape == (480, 640, 3)


def test_the_live_view_waits_and_tells_a_fault(site, monkeypatch):
    monkeypatch.setattr("device.web.live.view.PATIENCE_SECONDS", 0.01)
    assert site.client.get("/live.jpg?after=0").status_code == 204
    site.ring.fail(Message("camera_gone"))
    answer = site.client.get("/live.jpg")
    assert answer.status_code == 503
    assert answer.json["code"] == "camera_gone"


def test_status_tells_camera_and_model(site):
    site.ring.camera = "test camera"
    assert site.client.get("/api/v1/status").json == {
        "ready": True,
        "camera": "test camera",
        "model": "test model",
        "version": "1.2.3",
    }
    site.ring.fail(Message("camera_gone"))
    status = site.client.get("/api/v1/status").json
    assert (status["ready"], status["camera"]) == (False, "the camera is gone; check its cable")


def test_events_arrive_as_they_happen(site):
    stream = site.client.get("/api/v1/events").response
    assert next(stream) == b"retry: 2000\n\n"
    site.announcer.announce(Event("fault", {"detail": "two\nlines"}))
    assert next(stream) == b'event: fault\ndata: {"detail": "two\\nlines"}\n\n'
    stream.close()
    assert site.announcer.listeners == 0


def test_a_quiet_stream_shows_life(site, monkeypatch):
    monkeypatch.setattr("device.web.live.events.HEARTBEAT_SECONDS", 0.01)
    stream = site.client.get("/api/v1/events").response
    next(stream)
    assert next(stream) == b": still here\n\n"
    stream.close()


def test_too_many_open_pages_are_refused_and_the_rest_live_on(site, monkeypatch):
    monkeypatch.setattr(type(site.announcer), "listeners", MOST_LISTENERS)
    assert site.client.get("/api/v1/events").status_code == 503
    assert site.client.get("/").status_code == 200


def test_unknown_paths_are_told_in_the_form_that_was_asked_for(site):
    page = site.client.get("/nothing")
    assert page.status_code == 404
    assert "There is no such page" in page.text
    assert site.client.get("/api/v1/nothing").content_type == "application/problem+json"
    wrong_method = site.client.get("/api/v1/press")
    assert (wrong_method.status_code, wrong_method.content_type) == (405, "application/problem+json")
    assert "POST" in wrong_method.headers["Allow"]


def test_records_that_cannot_be_read_are_told_to_a_person(site, monkeypatch):
    def refuse(*_):
        raise RecordsError("the records can't be read (damaged)")

    monkeypatch.setattr(site.records, "recent", refuse)
    page = site.client.get("/")
    assert (page.status_code, page.mimetype) == (507, "text/html")
    assert "The records can&#39;t be read (damaged)." in page.text


def test_a_finding_without_timings_or_certainty_is_shown(site, examination, picture):
    sure = {**dict.fromkeys(HAM10000.codes, 0.001), "mel": 0.994}
    finding = replace(examination.finding, probabilities=sure)
    site.records.save(replace(examination, finding=finding, timings_ms={}), picture)
    fragment = site.client.get("/finding").text
    assert "over 99%" in fragment
    assert "under 1%" in fragment
    assert " ms" not in fragment


def test_the_saliency_lies_where_the_evidence_is():
    saliency = np.zeros((7, 7), np.float32)
    saliency[2, 4] = 1
    opacity = cv2.imdecode(np.frombuffer(overlay_png(saliency), np.uint8), cv2.IMREAD_UNCHANGED)[..., 3]
    row, column = np.unravel_index(opacity.argmax(), opacity.shape)
    assert (row * 7 // opacity.shape[0], column * 7 // opacity.shape[1]) == (2, 4)
    assert opacity[-1, 0] == 0


def test_pictures_of_people_are_not_kept_by_the_browser(site, saved):
    for name in ("image.jpg", "thumbnail.jpg", "saliency.png", "fragment"):
        answer = site.client.get(f"/examinations/{saved.id}/{name}", buffered=True)
        assert answer.headers["Cache-Control"] == "no-store"


def test_events_leave_the_server_at_once_and_it_notices_who_left(site):
    with ServerThread(serve(site.app, "127.0.0.1", port := free_port())):
        headers = {"Authorization": "Bearer local secret"}
        request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/events", headers=headers)
        with urllib.request.urlopen(request, timeout=5) as stream:
            assert stream.readline() == b"retry: 2000\n"
            site.announcer.announce(Event("busy", {}))
            assert [stream.readline() for _ in range(3)] == [b"\n", b"event: busy\n", b"data: {}\n"]
        deadline = time.monotonic() + 5
        while site.announcer.listeners and time.monotonic() < deadline:
            time.sleep(0.05)
        assert site.announcer.listeners == 0


def test_a_taken_port_is_named_with_a_way_out(site):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DaemonError, match=f"port {port} is taken; choose another with --port"):
            serve(site.app, "127.0.0.1", port)


def test_the_about_page_shows_the_model_card_and_runs_nothing_in_it(site):
    page = site.client.get("/about").text
    assert "<h1>The card &lt;script&gt;</h1>" in page
    assert "1.2.3" in page


def test_the_history_starts_empty_and_fills(site, examination, picture):
    assert "None yet" in site.client.get("/").text
    site.records.save(examination, picture)
    page = site.client.get("/").text
    assert f"/examinations/{examination.id}/thumbnail.jpg" in page
    assert "None yet" not in page


def test_the_examiner_announces_to_the_page(site):
    with site.announcer.listen() as events:
        site.client.post("/api/v1/press")
        assert events.get(timeout=0).kind == "busy"
        assert events.get(timeout=0).kind == "examination"
        with pytest.raises(queue.Empty):
            events.get(timeout=0)
