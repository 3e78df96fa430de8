"""Serves the page with waitress."""

from typing import Any

from flask import Flask
from waitress import create_server

from device.errors import DaemonError

# One for each open page's events and some for the rest; idle ones cost next to nothing.
THREADS = 24


def serve(app: Flask, host: str, port: int) -> Any:
    """A server bound to the address, to `run()` and `close()`. Raises DaemonError when it can't be bound."""
    try:
        return create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            # Events must leave at once, not when a buffer is full.
            send_bytes=1,
            ident="",
        )
    except (OSError, ValueError) as error:
        raise DaemonError(f"the page can't be served on {host} port {port} ({error}); set another 'port'") from error
