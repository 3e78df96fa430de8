"""The commands on the device itself ask its daemon, and nobody else."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from device.access.local import leave_token
from device.client import ask, send
from device.errors import DaemonError
from device.settings import Settings

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


class Server:
    """Stands for a daemon, or for a proxy: answers everything alike, and remembers who asked what."""

    def __init__(self, host="127.0.0.1", status=200, **headers):
        self.asked = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server.asked.append((self.path, self.headers["Authorization"]))
                body = json.dumps({"ready": True, "detail": "no room"}).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        class Listening(HTTPServer):
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

        self.http = Listening((host, 0), Handler)
        self.port = self.http.server_port

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture(autouse=True)
def runtime(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    for name in (*PROXIES, "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost", "::1", "::"])
def test_an_http_proxy_of_the_environment_never_sees_the_owners_token(host, monkeypatch):
    with Server() as proxy, Server("::1" if ":" in host else "127.0.0.1") as daemon:
        for name in PROXIES:
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        token = leave_token(daemon.port)
        assert ask(Settings(host=host, port=daemon.port), "POST", "/api/v1/press")["ready"]
        assert daemon.asked == [("/api/v1/press", f"Bearer {token}")]
        assert proxy.asked == []


def test_a_redirection_does_not_take_the_token_elsewhere():
    with Server() as other, Server(status=307, Location=f"http://127.0.0.1:{other.port}/") as daemon:
        leave_token(daemon.port)
        with pytest.raises(DaemonError):
            ask(Settings(port=daemon.port), "POST", "/api/v1/press")
        assert other.asked == []


def test_what_the_daemon_refuses_is_told_in_its_own_words():
    with Server(status=507) as daemon, pytest.raises(DaemonError, match="no room"):
        send(Settings(port=daemon.port), "POST", "/api/v1/press")


def test_something_else_on_the_port_is_no_daemon():
    with socket.create_server(("127.0.0.1", 0)) as mute:

        def answer():
            connection, _ = mute.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"220 mail.example ESMTP\r\n")

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(DaemonError, match="no daemon answers"):
            ask(Settings(port=mute.getsockname()[1]), "GET", "/api/v1/status")
