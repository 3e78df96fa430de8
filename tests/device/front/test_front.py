"""The page through the real nginx: what it lets in, what it answers itself, and whom it says who asks."""

import json
import os
import re
import socket
import ssl
import threading
import time
from contextlib import suppress

import pytest
from flask import request

from device.access import Role
from device.certificate import Certificate
from device.front import page
from device.front.nginx import PID
from device.service import explain
from tests.device.front.support import OTHER, Front, request_for, sentence


def watch_addresses(front):
    """The addresses that the daemon takes its visitors for, from now on."""
    seen = []
    first = front.house.app.before_request_funcs[None]
    first.insert(0, lambda: seen.append(request.remote_addr))
    return seen


def test_one_port_speaks_both_and_the_daemon_knows_which(front):
    assert front.ask("GET", "/login")[0] == 200
    # This machine needs no encryption, and its cookie then has no claim to it.
    status, _, body = front.ask("GET", "/trust", secure=False)
    assert status == 200
    assert front.house.certificate.fingerprint in body.decode()
    cookie = front.log_in()
    assert cookie.startswith("__Host-")
    assert front.ask("POST", "/api/v1/press", Cookie=cookie)[0] == 201
    assert front.ask("POST", "/api/v1/press", Cookie=cookie, secure=False)[0] == 401


def test_nobody_can_say_that_they_come_from_elsewhere(front):
    def metrics(**headers):
        # Open to this machine alone, and so to who can pass for it.
        return front.ask("GET", "/metrics", source=OTHER, **headers)[0]

    seen = watch_addresses(front)
    forged = {
        "X_Forwarded_For": "203.0.113.7",
        "Forwarded": "for=203.0.113.7;proto=http",
        "X_Real_IP": "203.0.113.7",
        "X_Forwarded_Host": "evil.example",
    }
    metrics(**forged)
    assert seen == [OTHER]
    assert front.ask("GET", "/login", **forged)[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "words"),
    [
        ("GET", "/%zz", {}, 400, "can't read this request"),
        ("POST", "/login", {"Content_Length": str(1 << 30)}, 413, "too large"),
        ("GET", "/login", {"Cookie": "x" * 9_000}, 400, "can't read this request"),
        ("GET", "/" + "x" * 9_000, {}, 414, "can't read this request"),
        ("GET", "/login", {"Host": "evil.example"}, 421, "not called evil.example"),
        ("POST", "/settings/restore", {"Transfer_Encoding": "chunked"}, 411, "how long the file is"),
        ("POST", "/settings/restore", {"Content_Length": str(1 << 30)}, 401, "Log in"),
    ],
)
def test_what_is_refused_is_a_page_with_a_sentence(shared, method, path, headers, status, words):
    answered, about, body = shared.ask(method, path, **headers)
    assert answered == status
    assert about["Content-Type"].startswith("text/html")
    assert about["Content-Security-Policy"]
    assert words in sentence(body)
    assert "nginx" not in body.decode()


def test_programs_get_problem_details_and_people_their_language(front):
    status, about, body = front.ask("POST", "/api/v1/press", Content_Length=str(1 << 30))
    assert (status, about["Content-Type"]) == (413, "application/problem+json")
    assert json.loads(body)["status"] == 413
    for headers in ({"Accept_Language": "de-CH, en;q=0.5"}, {"Cookie": "language=de"}):
        _, _, body = front.ask("POST", "/login", Content_Length=str(1 << 30), **headers)
        assert '<html lang="de">' in body.decode()
        assert "Das ist zu groß." in sentence(body)


def test_a_daemon_that_is_away_is_told_of_and_the_page_looks_again(front):
    front.server.stop()
    status, _, body = front.ask("GET", "/")
    assert status == 502
    assert "looks again by itself" in sentence(body)
    assert 'http-equiv="refresh"' in body.decode()
    # What it looks like comes from nginx, too.
    for path in ("/static/style.css", "/static/people/people.css"):
        assert front.ask("GET", path)[0] == 200
    assert json.loads(front.ask("GET", "/api/v1/status")[2])["status"] == 502


def test_the_page_that_explains_is_reached_through_nginx(front):
    assert explain.SOCKET == page.SOCKET
    assert f"{page.FOLDER}/{PID}" == explain.FRONT
    front.server.stop()
    server = explain.open_behind(front.site.socket, explain.Explanation("The camera hangs.", ()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    status, _, body = front.ask("GET", "/examinations/1")
    assert status == 503
    assert "The camera hangs." in body.decode()
    assert json.loads(front.ask("POST", "/api/v1/press")[2])["status"] == 503
    server.shutdown()
    thread.join(timeout=5)
    server.server_close()


def test_a_renewed_certificate_is_in_use_at_once(front, tmp_path):
    def serial():
        with front.secured() as connection:
            return connection.getpeercert()["serialNumber"]

    before = serial()
    leaf = front.site.certificate
    leaf.unlink()
    Certificate(leaf.parent, "0.0.0.0")
    assert serial() != before


def test_tries_to_log_in_are_bounded_for_each_address(tmp_path):
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    # Slow enough that none comes free while a slow machine looks at those before.
    with Front(tmp_path, logins_a_minute=1, logins_at_once=2) as front:

        def knock(source):
            return front.ask("POST", "/login", "pin=1", source, **form)

        answers = [knock("127.0.0.1") for _ in range(4)]
        status, _, body = answers[-1]
        assert status == 429
        assert "Wait a minute" in sentence(body)
        # Others enter, and the page with the form is there for all.
        assert "Wait a minute" not in knock(OTHER)[2].decode()
        assert front.ask("GET", "/login")[0] == 200


def test_a_backup_comes_back_over_https_and_only_from_an_owner(front, tmp_path):
    made = front.house.examiner.press()
    front.house.records.backups.write(tmp_path / "backup.tar")
    backup = (tmp_path / "backup.tar").read_bytes()
    front.house.records.deletion.examinations([made.id])
    pin = front.house.access.accounts.add("viewer", Role.VIEWER)
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    _, headers, _ = front.ask("POST", "/login", f"pin={pin}", **form)
    viewer = str(headers["Set-Cookie"]).partition(";")[0]
    status, _, body = front.ask("POST", "/api/v1/restorations", backup, Cookie=viewer)
    assert (status, json.loads(body)["status"]) == (403, 403)
    owner = front.log_in()
    assert front.ask("POST", "/api/v1/restorations", backup, Cookie=owner)[0] == 202
    deadline = time.monotonic() + 20
    while not front.house.records.get(made.id):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    # Elsewhere the same body is too large, whoever sends it, and by whatever method.
    assert front.ask("PUT", "/api/v1/restorations", backup, Cookie=owner)[0] == 413
    assert front.ask("POST", "/api/v1/press", backup, Cookie=owner)[0] == 413


def test_a_file_that_finds_no_room_is_refused_before_it_comes(front, monkeypatch):
    owner = front.log_in()
    monkeypatch.setattr("device.web.upload.Uploads.room", lambda uploads: 1 << 20)
    with front.secured() as connection:
        connection.sendall(
            b"POST /exports/import HTTP/1.1\r\nHost: dermapoint.local\r\nCookie: "
            + owner.encode()
            + b"\r\nContent-Length: 2000000\r\n\r\n"
        )
        # Not a byte of it was sent.
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 403")


def test_an_export_comes_in_whole_and_in_part(front):
    front.house.examiner.press()
    owner = front.log_in()
    kind = {"Content_Type": "application/json", "Cookie": owner}
    job = json.loads(front.ask("POST", "/api/v1/exports", '{"format": "zip"}', **kind)[2])
    path = f"/api/v1/exports/{job['id']}"
    deadline = time.monotonic() + 60
    while (job := json.loads(front.ask("GET", path, Cookie=owner)[2]))["progress"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    status, headers, whole = front.ask("GET", job["file"], Cookie=owner)
    assert status == 200
    assert "attachment" in headers["Content-Disposition"]
    assert headers["Cache-Control"] == "no-store"
    kept = front.state / "exports"
    assert whole in [file.read_bytes() for file in kept.iterdir()]
    assert front.ask("GET", job["file"], Cookie=owner, Range="bytes=10-19")[2] == whole[10:20]


def test_events_come_at_once_and_a_reader_that_left_is_noticed(front):
    owner, before = front.log_in(), front.house.announcer.listeners
    with front.secured() as reader:
        reader.sendall(request_for("/api/v1/events", owner))
        received = b""
        while b"event: quality" not in received:
            received += reader.recv(4096)
        assert front.house.announcer.listeners == before + 1
    deadline = time.monotonic() + 5
    while front.house.announcer.listeners > before:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x16" * 5000,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xff" * 600,
        b"\x00",
        b"\xff\xfe\xfd\r\n\r\n",
        "GET /\u00e9\ud55c HTTP/1.1\r\nHost: \u00e9\r\n\r\n".encode(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"",
    ],
)
def test_rubbish_ends_its_own_connection_and_fills_no_log(shared, caplog, capfd, rubbish):
    # It may be shut before the last byte was sent.
    with shared.connect() as client, suppress(OSError):
        client.sendall(rubbish)
        client.shutdown(socket.SHUT_WR)
        while client.recv(4096):
            pass
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        ssl.create_default_context().wrap_socket(shared.connect(), server_hostname="dermapoint.local")
    assert shared.ask("GET", "/login")[0] == 200
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]
    assert not re.search(r"\[(crit|alert|emerg)\]", capfd.readouterr().err)


def test_an_nginx_that_was_killed_is_started_again(front):
    before = front.nginx.pid
    os.kill(before, 9)
    deadline = time.monotonic() + 10
    while front.nginx.pid == before:
        front.nginx.look()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert front.ask("GET", "/login")[0] == 200


def test_a_proxy_of_the_clinic_s_own_is_believed_and_no_other(tmp_path):
    with Front(tmp_path, proxy=OTHER) as front:
        seen = watch_addresses(front)
        sent = {"X_Forwarded_For": "198.51.100.4", "Host": "lesions.clinic.example"}
        assert front.ask("GET", "/login", source=OTHER, **sent)[0] == 200
        front.ask("GET", "/login", **sent)
        assert seen == ["198.51.100.4", "127.0.0.1"]
