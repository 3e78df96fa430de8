"""Serves the page with waitress."""

import errno
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Flask
from waitress.server import create_server

from device.errors import DaemonError
from device.web.parser import Parser
from device.web.tls import channels
from device.web.upload import UPLOADS, parser_class

# One for each open page's events and some for the rest; idle ones cost next to nothing.
THREADS = 24
SHUTDOWN_SECONDS = 0.5
LARGEST_BODY = 64 * 1024
"""Of all but uploads; see `upload.py`."""


def serve(app: Flask, host: str, port: int, context: Callable[[], ssl.SSLContext] | None = None) -> Any:
    """A server bound to the address, to `run()` and `close()`; with `context` it takes HTTPS beside HTTP.

    Raises DaemonError when it can't be bound.
    """
    try:
        # Bound here, since waitress leaves threads and a socket behind when it can't.
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise DaemonError(_reason(error, host, port)) from error
    # Events leave at once: waitress sends from the first byte on unless told otherwise.
    server = create_server(
        app,
        sockets=[listening],
        threads=THREADS,
        ident=None,
        clear_untrusted_proxy_headers=True,
        # Reading ahead is how a stream of events learns that its reader has left.
        channel_request_lookahead=1,
        max_request_body_size=LARGEST_BODY,
        # Phones that left without a goodbye are nothing to fill the log with.
        log_socket_errors=False,
    )
    uploads = app.extensions.get(UPLOADS)
    server.channel_class = channels(context, parser_class(uploads) if uploads else Parser)
    # An open page's events have no end of their own; stopping shouldn't wait the usual 5 s for them.
    server.task_dispatcher.shutdown = partial(server.task_dispatcher.shutdown, timeout=SHUTDOWN_SECONDS)
    return server


def _reason(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"the page can't be served: port {port} is taken; choose another with --port"
    if error.errno == errno.EACCES:
        return f"the page can't be served: port {port} needs more rights; choose one above 1023 with --port"
    return f"the page can't be served on {host} port {port} ({error}); choose another address with --host"
