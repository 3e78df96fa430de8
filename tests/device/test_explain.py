import ast
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from device import certificate
from device.certificate import Certificate
from device.service import exit_reason
from device.service import explain as module
from device.service.explain import (
    Explanation,
    explain,
    open_server,
    read_address,
    read_certificate,
    read_exit_reason,
    to_html,
)
from tests.support import free_port


def test_it_needs_nothing_but_pythons_own_library():
    tree = ast.parse(Path(module.__file__).read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_it_looks_where_the_daemon_leaves_its_exit_reason(tmp_path):
    assert module.EXIT_REASON == exit_reason.FILE
    environment = {"RUNTIME_DIRECTORY": str(tmp_path)}
    assert read_exit_reason(environment) == ""
    exit_reason.open_exit_reason(environment).say("the bundle is damaged")
    assert read_exit_reason(environment) == "the bundle is damaged"
    assert read_exit_reason({}) == ""


@pytest.mark.parametrize(
    ("result", "status", "words", "reason"),
    [
        ("exit-code", "2", "setting 'port' is 'x'", "Setting 'port' is 'x'."),
        ("exit-code", "203", "stale words", "The program is missing or damaged."),
        ("watchdog", "6", "the cable is out", "The cable is out."),
        ("oom-kill", "9", "", "It needed more memory than it may have."),
        ("timeout", "15", "", "It didn't get ready in time."),
        ("exit-code", "1", "", "It ended, and left no word why."),
        ("", "", "", "It ended, and left no word why."),
    ],
)
def test_the_reason_is_what_was_said_or_what_systemd_tells(result, status, words, reason):
    variables = {"MONITOR_SERVICE_RESULT": result, "MONITOR_EXIT_STATUS": status}
    explanation = explain(variables, words)
    assert explanation.reason == reason
    assert any("systemctl restart dermapoint" in each for each in explanation.advice)
    assert any("dermapoint.toml" in each for each in explanation.advice) == (status == "2")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ('host = "10.0.0.1"\nport = 9000\n', ("10.0.0.1", 9000)),
        ("", ("127.0.0.1", 8080)),
        ("rubbish", ("0.0.0.0", 8080)),
        ('port = "x"\nhost = 3\n', ("0.0.0.0", 8080)),
        ("port = 70000\n", ("127.0.0.1", 8080)),
    ],
)
def test_settings_that_stop_the_daemon_do_not_stop_the_page(tmp_path, text, address):
    (tmp_path / "settings.toml").write_text(text)
    assert read_address(tmp_path / "settings.toml") == address


def test_settings_that_cannot_be_read_do_not_stop_the_page(tmp_path):
    (tmp_path / "settings.toml").write_bytes(b"\xff")
    for path in (None, tmp_path / "none.toml", tmp_path, tmp_path / "settings.toml"):
        assert read_address(path)[1] == 8080


def test_a_taken_port_or_a_foreign_address_is_passed_over():
    explanation = explain({}, "")
    with open_server("127.0.0.1", free_port(), explanation) as first:
        taken = first.server_address[1]
        with open_server("0.0.0.0", taken, explanation) as second:
            assert taken < second.server_address[1] <= taken + module.MORE_PORTS
    with open_server("192.0.2.1", free_port(), explanation) as elsewhere:
        assert elsewhere.server_address[0] == "0.0.0.0"


def test_the_page_says_it_with_nothing_that_runs():
    page = to_html(explain({}, "<script>alert(1)</script>"))
    assert "<script" not in page
    assert "not a medical device" in page


def test_people_and_programs_are_told(tmp_path):
    port = free_port()
    (tmp_path / "exit-reason").write_text("the camera hangs")
    (tmp_path / "settings.toml").write_text(f"port = {port}\n")
    process = subprocess.Popen(
        [sys.executable, "-I", module.__file__, "--settings", tmp_path / "settings.toml"],
        env={**os.environ, "RUNTIME_DIRECTORY": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert f":{port}" in process.stderr.readline()
        for method, path in (("GET", "/"), ("GET", "/examinations/1"), ("POST", "/api/v1/press")):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request(method, path)
            answer = connection.getresponse()
            body = answer.read().decode()
            connection.close()
            assert answer.status == 503
            assert "The camera hangs." in body
        assert json.loads(body)["status"] == 503
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=5)


def test_it_speaks_https_with_what_the_daemon_left_and_http_beside_it(tmp_path, monkeypatch):
    assert module.CERTIFICATE == certificate.LEAF
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    authority = Certificate(tmp_path / "certificate", "0.0.0.0").authority
    server = open_server(
        "127.0.0.1", 0, Explanation("It ended.", ()), read_certificate({"RUNTIME_DIRECTORY": str(tmp_path)})
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    port = server.server_address[1]
    trust = ssl.create_default_context(cadata=authority)
    plain = socket.create_connection(("127.0.0.1", port), timeout=5)
    with trust.wrap_socket(plain, server_hostname="dermapoint.local") as secured:
        secured.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b"503" in secured.recv(100)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
        plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b"503" in plain.recv(100)
    server.shutdown()
    thread.join(timeout=5)
    server.server_close()


@pytest.mark.parametrize("content", [None, "rubbish"])
def test_without_a_certificate_it_still_speaks_http(tmp_path, content):
    if content:
        (tmp_path / "page.pem").write_text(content)
    assert read_certificate({"RUNTIME_DIRECTORY": str(tmp_path)}) is None
    assert read_certificate({}) is None
