"""Serves the page with waitress: on an address, or on a socket in the file system with nginx in front."""

import errno
import os
import socket
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from waitress.server import create_server

from device.errors import DaemonError

# One for each open page's events and some for the rest; idle ones cost next to nothing.
THREADS = 40
CONNECTIONS = 512
"""More than one address may have in front (device/front), and each is a small thing."""
SHUTDOWN_SECONDS = 0.5


def serve(app: Flask, host: str, port: int, largest_body: int | None = None) -> Any:
    """A server on the address, to `run()` and `close()`; without `largest_body` bodies have no bound.

    The application refuses what is too long for it, yet only after it came: set a bound where strangers come.
    Raises DaemonError when it can't be bound.
    """
    return _serve(app, listen(host, port), max_request_body_size=largest_body or _ANY)


def serve_behind(app: Flask, path: Path) -> Any:
    """A server on a socket at `path`, for nginx alone, which bounds all bodies and tells who asks."""
    return _serve(
        app,
        _listen_at(path),
        max_request_body_size=_ANY,
        # So waitress calls who comes over such a socket.
        trusted_proxy="localhost",
        trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto", "x-forwarded-port"},
    )


def keep_bodies_in(folder: Path) -> None:
    """Let what arrives lie in `folder` until it is there, and not in /tmp, which may be in memory."""
    # waitress asks for a nameless temporary file, and has no setting for where.
    tempfile.tempdir = str(folder)


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address. Raises DaemonError, with what to do, when it can't be."""
    try:
        # Bound here, since waitress leaves threads and a socket behind when it can't.
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise DaemonError(_reason(error), host=host, port=port, error=error) from error


_ANY = 1 << 62


def _serve(app: Flask, listening: socket.socket, **options: Any) -> Any:
    # Events leave at once: waitress sends from the first byte on unless told otherwise.
    server = create_server(
        app,
        sockets=[listening],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,
        ident=None,
        clear_untrusted_proxy_headers=True,
        # Reading ahead is how a stream of events learns that its reader has left.
        channel_request_lookahead=1,
        # Phones that left without a goodbye are nothing to fill the log with.
        log_socket_errors=False,
        **options,
    )
    # An open page's events have no end of their own; stopping shouldn't wait the usual 5 s for them.
    server.task_dispatcher.shutdown = partial(server.task_dispatcher.shutdown, timeout=SHUTDOWN_SECONDS)
    return server


def _listen_at(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listening.bind(str(path))
    except OSError as error:
        listening.close()
        raise DaemonError("socket_refused", path=path, error=error) from error
    finally:
        os.umask(before)
    listening.listen(socket.SOMAXCONN)
    return listening


def _reason(error: OSError) -> str:
    return {errno.EADDRINUSE: "port_taken", errno.EACCES: "port_needs_rights"}.get(
        error.errno or 0, "page_not_served"
    )
