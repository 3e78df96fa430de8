"""HTTPS and HTTP on one port, over real connections."""

import http.client
import socket
import ssl
import struct
import threading
import time
from contextlib import suppress

import pytest
from flask import Flask, Response, request

from device.certificate import Certificate
from device.web.server import LARGEST_BODY, THREADS, serve
from tests.support import ServerThread, free_port

LARGE = bytes(range(256)) * 8192


class Site:
    def __init__(self, folder):
        certificate = Certificate(folder, "0.0.0.0")
        self.port = free_port()
        self.trust = ssl.create_default_context(cadata=certificate.authority)
        self.left, self.events = threading.Event(), threading.Semaphore(0)
        app = Flask(__name__)

        @app.get("/")
        def scheme():
            return f"{request.scheme} {request.remote_addr}"

        @app.post("/echo")
        def echo():
            return Response(request.get_data())

        @app.get("/large")
        def large():
            return Response(LARGE)

        @app.get("/events")
        def events():
            def stream():
                try:
                    while True:
                        yield b"data: x\n\n"
                        self.events.acquire(timeout=0.05)
                finally:
                    self.left.set()

            return Response(stream(), content_type="text/event-stream")

        self.server = serve(app, "127.0.0.1", self.port, lambda: certificate.context)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def secured(self):
        return self.trust.wrap_socket(self.connect(), server_hostname="dermapoint.local")

    def over_https(self):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10)
        connection.sock = self.secured()
        return connection


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path)
    with ServerThread(site.server) as site.running:
        yield site


def ask(connection, method="GET", path="/", body=None):
    connection.request(method, path, body)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_one_port_speaks_both_and_tells_which(site):
    plain, secured = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10), site.over_https()
    for _ in range(2):
        assert ask(plain) == (200, b"http 127.0.0.1")
        assert ask(secured) == (200, b"https 127.0.0.1")
    plain.close()
    secured.close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_large_answers_and_bodies_come_whole_to_a_slow_reader(site, version):
    site.trust.maximum_version = site.trust.minimum_version = version
    connection = site.over_https()
    connection.request("GET", "/large")
    answer = connection.getresponse()
    parts = []
    while part := answer.read(100_000):
        parts.append(part)
        time.sleep(0.001)
    assert b"".join(parts) == LARGE
    body = LARGE[: LARGEST_BODY - 1]
    assert ask(connection, "POST", "/echo", body) == (200, body)
    connection.close()


def test_a_body_over_the_bound_is_refused(site):
    connection = site.over_https()
    assert ask(connection, "POST", "/echo", LARGE[: LARGEST_BODY + 1])[0] == 413
    connection.close()


def test_events_come_at_once_and_a_reader_that_left_is_noticed(site):
    with site.secured() as reader:
        reader.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        received = b""
        while received.count(b"data: x") < 3:
            received += reader.recv(4096)
    assert site.left.wait(timeout=5)


def test_clients_that_say_nothing_keep_no_thread_waiting(site):
    silent = [site.connect() for _ in range(THREADS + 5)]
    for each in silent:
        # The beginning of a handshake, and no more of it.
        each.sendall(b"\x16\x03\x01")
    connection = site.over_https()
    assert ask(connection)[0] == 200
    for each in (connection, *silent):
        each.close()


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x16" * 5000,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xff" * 600,
        b"\x00",
        b"\xff\xfe\xfd\r\n\r\n",
        "GET /\u00e9\ud55c HTTP/1.1\r\nHost: \u00e9\r\n\r\n".encode(),
        b"",
    ],
)
def test_rubbish_ends_its_own_connection_and_fills_no_log(site, caplog, rubbish):
    # It may be shut before the last byte was sent.
    with site.connect() as client, suppress(OSError):
        client.sendall(rubbish)
        client.shutdown(socket.SHUT_WR)
        while client.recv(4096):
            pass
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        ssl.create_default_context().wrap_socket(site.connect(), server_hostname="dermapoint.local")
    connection = site.over_https()
    assert ask(connection)[0] == 200
    connection.close()
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


def test_who_leaves_before_an_answer_to_rubbish_fills_no_log(site, caplog):
    for _ in range(50):
        with site.connect() as client:
            client.sendall("GET /\u00e9 HTTP/1.1\r\nHost: \u00e9\r\n\r\n".encode())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection = site.over_https()
    assert ask(connection)[0] == 200
    connection.close()
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


def test_the_server_stops_in_the_middle_of_streams(site):
    readers = [site.secured() for _ in range(16)]
    for each in readers:
        each.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert each.recv(100)
    site.running.stop()
    assert not site.running.thread.is_alive()
    for each in readers:
        each.close()
