"""The whole daemon as others on the network reach it: over HTTPS, with a certificate of its own."""

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request

import cv2
import numpy as np
import pytest

from device.access import open_access
from tests.browser import PHONE
from tests.support import free_port

DERMAPOINT = [sys.executable, "-m", "device.cli"]


@pytest.fixture
def daemon(tmp_path):
    port = free_port()
    command = [
        *DERMAPOINT,
        "run",
        "--demo",
        "--host",
        "0.0.0.0",
        "--port",
        str(port),
        "--state",
        str(tmp_path),
    ]
    environment = os.environ | {"RUNTIME_DIRECTORY": str(tmp_path)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        lines = [process.stdout.readline() for _ in range(4)]
        while "\n" not in lines[-1][:1] and lines[-1]:
            lines.append(process.stdout.readline())
        yield process, port, "".join(lines)
        process.kill()
        process.communicate()


def run(*arguments, **environment):
    command = [*DERMAPOINT, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=False)


def read_code(text):
    """The text of a code made of half blocks, dark where the terminal is."""
    halves = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
    lines = [line for line in text.splitlines() if "█" in line]
    rows = [[halves[sign][half] for sign in line] for line in lines for half in (0, 1)]
    picture = np.kron(np.array(rows, np.uint8) * 255, np.ones((8, 8), np.uint8))
    return cv2.QRCodeDetector().detectAndDecode(picture)[0]


def test_what_the_console_says_leads_in(daemon, tmp_path):
    process, port, output = daemon
    assert f"ready: https://dermapoint.local:{port}/" in output
    pin = re.search(r"owner's PIN is (\d{8})", output)[1]
    assert re.fullmatch(rf"https://[\d.]+:{port}/login#{pin}", read_code(output))

    def open_path(path, context):
        return urllib.request.urlopen(f"https://localhost:{port}{path}", context=context, timeout=10)

    # The download is what the page's certificate is signed by, and its fingerprint the console's.
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/trust/dermapoint.crt", timeout=10) as answer:
        authority = answer.read()
    shown = run("certificate", "--state", tmp_path).stdout
    fingerprint = re.search(r"SHA-256 ([0-9A-F:]{95})", shown)[1]
    assert fingerprint in output
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/trust", timeout=10) as answer:
        assert fingerprint in answer.read().decode()
    trust = ssl.create_default_context(cadata=authority)
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        open_path("/login", ssl.create_default_context())
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    with trust.wrap_socket(plain, server_hostname="dermapoint.local") as secured:
        secured.sendall(b"GET /login HTTP/1.1\r\nHost: dermapoint.local\r\n\r\n")
        assert secured.recv(100).startswith(b"HTTP/1.1 200")
        # The commands on the device itself need no certificate.
        pressed = run("press", "--port", port, "--host", "0.0.0.0", RUNTIME_DIRECTORY=str(tmp_path))
        assert "not a medical device" in pressed.stdout, pressed.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_without_a_certificate_the_command_says_why(tmp_path):
    open_access(tmp_path).close()
    answer = run("certificate", "--state", tmp_path)
    assert answer.returncode == 2
    assert "no certificate was made yet" in answer.stderr


def test_a_phone_reads_how_to_trust_it(daemon, chromium):
    _, port, output = daemon
    context = chromium.new_context(viewport=PHONE, ignore_https_errors=True)
    page = context.new_page()
    page.goto(f"https://127.0.0.1:{port}/trust")
    fingerprint = re.search(r"SHA-256 (\S+)", output)[1]
    assert page.get_by_text(fingerprint).is_visible()
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    context.close()
