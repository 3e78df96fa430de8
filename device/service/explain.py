"""A page that says why Dermapoint doesn't run, and what to do.

It stands alone: nothing but Python's own library, nothing else of Dermapoint, and no setting that it
couldn't do without, so that what stopped the daemon can't stop it. The unit runs this file by its
path, with the system's Python. It shows no records and no log, so it needs no login.
"""

import argparse
import html
import json
import os
import socket
import ssl
import sys
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HOST, PORT = "0.0.0.0", 8080
"""Where the page is when the settings don't say: in reach of a phone, since it shows nothing private."""

MORE_PORTS = 10
"""So many ports are tried: the daemon may have ended because another program has its own."""

EXIT_REASON = "exit-reason"
CERTIFICATE = "page.pem"
"""Key and certificate of the page, which the daemon left behind with its exit reason."""
SOCKET, FRONT = "page.sock", "front/nginx.pid"
"""The daemon's socket, where nginx in front asks, and the file that is there while it runs."""
REFRESH_SECONDS = 10
SOCKET_SECONDS = 10.0

NOTICE = "Dermapoint is a research and teaching instrument, not a medical device."

_AGAIN = (
    "Switch the device off and on, or start it again: "
    "sudo systemctl reset-failed dermapoint && sudo systemctl restart dermapoint."
)
_MEND = "Mend what it says; settings are in /etc/dermapoint.toml."
_MEND_STATUS = "2"
_LOG = "More is in the log: sudo journalctl --unit dermapoint --lines 30."
_INSTALL = "Install it again with deploy.sh."

_BY_RESULT = {
    "watchdog": "The camera gave no new frames, or the program stood still.",
    "timeout": "It didn't get ready in time.",
    "oom-kill": "It needed more memory than it may have.",
    "signal": "It was ended from outside.",
    "core-dump": "The program crashed.",
    "start-limit-hit": "It failed at every start.",
    "resources": "The system has no room to start it.",
}
"""What SERVICE_RESULT means (systemd.exec(5))."""

_BY_STATUS = {
    "200": ("Its folder is missing.", _INSTALL),
    "203": ("The program is missing or damaged.", _INSTALL),
    "216": ("The group 'video' or 'gpio' is missing.", "Make it: sudo groupadd --system gpio"),
    "217": ("Its user can't be made.", _INSTALL),
    "226": ("Its folders can't be made ready.", _INSTALL),
    "238": ("The folder of its records can't be made.", "Look whether the card is full or read-only."),
}
"""What systemd's own exit statuses mean, from before the program began (systemd.exec(5))."""


@dataclass(frozen=True)
class Explanation:
    """Why it stopped, and what to do, each a sentence."""

    reason: str
    advice: tuple[str, ...]


def explain(environment: Mapping[str, str], exit_reason: str) -> Explanation:
    """The reason: what the daemon said last, else what systemd tells of its end (systemd.exec(5))."""
    result = environment.get("MONITOR_SERVICE_RESULT", "")
    status = environment.get("MONITOR_EXIT_STATUS", "")
    if result == "exit-code" and status in _BY_STATUS:
        reason, advice = _BY_STATUS[status]
        return Explanation(reason, (advice, _AGAIN, _LOG))
    if exit_reason:
        mend = (_MEND,) if status == _MEND_STATUS else ()
        return Explanation(_as_sentence(exit_reason), (*mend, _AGAIN, _LOG))
    reason = _BY_RESULT.get(result, "It ended, and left no word why.")
    return Explanation(reason, (_AGAIN, _LOG))


def read_exit_reason(environment: Mapping[str, str]) -> str:
    """What the daemon left behind; empty when there is nothing."""
    folder = environment.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    try:
        return Path(folder, EXIT_REASON).read_text(errors="replace").strip()[:1000] if folder else ""
    except OSError:
        return ""


def read_certificate(environment: Mapping[str, str]) -> ssl.SSLContext | None:
    """What the daemon's page was encrypted with; None when it left nothing."""
    folder = environment.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(Path(folder, CERTIFICATE))
    except OSError:
        return None
    return context if folder else None


def find_socket(environment: Mapping[str, str]) -> Path | None:
    """Where nginx asks for the daemon's page; None where none runs."""
    folder = environment.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    return Path(folder, SOCKET) if folder and Path(folder, FRONT).exists() else None


def read_address(settings: Path | None) -> tuple[str, int]:
    """Host and port of the daemon's page; what can't be read is taken from the defaults."""
    try:
        values = tomllib.loads(settings.read_text()) if settings else {}
    except (OSError, ValueError):
        return HOST, PORT
    host, port = values.get("host", "127.0.0.1"), values.get("port", PORT)
    fit = isinstance(port, int) and 0 < port < 65536
    return (host if isinstance(host, str) and host else HOST), (port if fit else PORT)


def to_html(explanation: Explanation) -> str:
    """The page; it looks again by itself, and so becomes the daemon's when that is back."""
    advice = "".join(f"<li>{html.escape(each)}</li>" for each in explanation.advice)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="refresh" content="{REFRESH_SECONDS}"><title>Dermapoint doesn\'t run</title>'
        "<style>:root{color-scheme:light dark}body{font:1.125rem/1.5 system-ui,sans-serif;max-width:40rem;"
        "margin:2rem auto;padding:0 1rem}.reason{border-left:.4rem solid #a3171d;padding:.6rem 1rem}</style>"
        "</head><body><h1>Dermapoint doesn't run</h1>"
        f'<p class="reason"><strong>{html.escape(explanation.reason)}</strong></p>'
        f"<h2>What to do</h2><ul>{advice}</ul><p>What was examined is safe.</p>"
        f"<footer><p>{NOTICE}</p></footer></body></html>\n"
    )


def to_problem(explanation: Explanation) -> str:
    """The same for programs: a problem document (RFC 9457)."""
    status = HTTPStatus.SERVICE_UNAVAILABLE
    detail = " ".join((explanation.reason, *explanation.advice))
    return json.dumps({"title": status.phrase, "status": status.value, "detail": detail})


def open_server(
    host: str, port: int, explanation: Explanation, context: ssl.SSLContext | None = None
) -> ThreadingHTTPServer:
    """A server at the address, or as near to it as can be had; with `context` for HTTPS, too.

    Raises OSError when none can be.
    """
    page = _page(explanation)

    class Server(ThreadingHTTPServer):
        def finish_request(self, request: Any, client_address: Any) -> None:
            request.settimeout(SOCKET_SECONDS)
            # Bookmarks say https: a connection that begins like TLS gets it, on the same port.
            with suppress(OSError):
                if context and request.recv(1, socket.MSG_PEEK) == b"\x16":
                    with context.wrap_socket(request, server_side=True) as secured:
                        page(secured, client_address, self)
                else:
                    page(request, client_address, self)

    refused = OSError("no address")
    for address in [(host, port), *((HOST, port + more) for more in range(MORE_PORTS))]:
        try:
            return Server(address, page)
        except (OSError, OverflowError) as error:
            refused = OSError(str(error))
    raise refused


def open_behind(path: Path, explanation: Explanation) -> ThreadingHTTPServer:
    """A server on the daemon's own socket, for nginx in front. Raises OSError when it can't be had."""

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_UNIX

        def server_bind(self) -> None:
            path.unlink(missing_ok=True)
            self.socket.bind(str(path))

    return Server(("", 0), _page(explanation))


def _page(explanation: Explanation) -> type[BaseHTTPRequestHandler]:
    class Page(BaseHTTPRequestHandler):
        timeout = SOCKET_SECONDS
        server_version, sys_version = "Dermapoint", ""

        def do_GET(self) -> None:
            for_programs = self.path.startswith("/api/")
            body = (to_problem if for_programs else to_html)(explanation).encode()
            self.send_response(HTTPStatus.SERVICE_UNAVAILABLE)
            self.send_header("Content-Type", "application/problem+json" if for_programs else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Retry-After", str(REFRESH_SECONDS))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_GET
        do_POST = do_GET

        def log_message(self, *about: object) -> None:
            """Who looks at it is nobody's business."""

    return Page


def main(arguments: list[str] | None = None) -> int:
    """Serve the page until told to stop."""
    parser = argparse.ArgumentParser(prog="dermapoint explain", description=main.__doc__)
    parser.add_argument("--settings", type=Path, metavar="FILE")
    given, _ = parser.parse_known_args(arguments)
    explanation = explain(os.environ, read_exit_reason(os.environ))
    host, port = read_address(given.settings)
    if path := find_socket(os.environ):
        server = open_behind(path, explanation)
    else:
        server = open_server(host, port, explanation, read_certificate(os.environ))
        host, port = str(server.server_address[0]), server.server_address[1]
    print(f"{explanation.reason} A page says so: http://{host}:{port}", file=sys.stderr, flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    finally:
        server.server_close()
    return 0


def _as_sentence(words: str) -> str:
    return words[0].upper() + words[1:].rstrip(".") + "."


if __name__ == "__main__":
    sys.exit(main())
