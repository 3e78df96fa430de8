"""HTTPS and HTTP on one port: a connection speaks TLS when its first byte says so.

waitress leaves encryption to a proxy in front of it. Here its connections learn it instead, so that slow and
silent clients, also those in the middle of a handshake, stay with its one loop and keep no thread waiting.
"""

import errno
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser

_HANDSHAKE = b"\x16"
"""The first byte of a TLS connection: a record of the type handshake (RFC 8446, 5.1). No HTTP begins so."""


class _NotYetError(Exception):
    """Nothing to read before more arrives; no OSError, for those end a connection."""


class _Secured:
    """As much of a socket as waitress uses, over TLS, and never waiting.

    waitress reads and writes on two threads, and a TLS connection isn't made for both at once.
    """

    def __init__(self, plain: socket.socket, context: ssl.SSLContext) -> None:
        self._socket = context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        self._one_at_a_time = threading.Lock()

    def fileno(self) -> int:
        return self._socket.fileno()

    def recv(self, size: int) -> bytes:
        with self._one_at_a_time:
            try:
                # The first read does the handshake.
                data = self._socket.recv(size)
                # What is deciphered already would not wake the loop again.
                while pending := self._socket.pending():
                    data += self._socket.recv(pending)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
                raise _NotYetError from error
            except ssl.SSLError as error:
                raise _gone(error) from error
        return data

    def send(self, data: bytes) -> int:
        with self._one_at_a_time:
            try:
                return self._socket.send(data)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
                raise BlockingIOError(errno.EWOULDBLOCK, "try again") from error
            except ssl.SSLError as error:
                raise _gone(error) from error

    def close(self) -> None:
        with self._one_at_a_time:
            # Says that the answer is whole; who doesn't listen any more needn't hear it.
            with suppress(OSError, ValueError):
                self._socket.unwrap()
            self._socket.close()


def channels(context: Callable[[], ssl.SSLContext] | None, parser: type[HTTPRequestParser]) -> type[Any]:
    """The class of waitress's connections; they take TLS with what `context` gives for each, if anything.

    `parser` reads their requests.
    """

    class Channel(HTTPChannel):  # type: ignore[misc]
        socket: Any
        adj: Any
        parser_class = parser
        _knows_its_tongue = context is None

        def handle_read(self) -> None:
            try:
                if not self._knows_its_tongue:
                    self._listen_for_tls()
                super().handle_read()
            except _NotYetError:
                pass
            except OSError:
                self.handle_close()

        def _listen_for_tls(self) -> None:
            if context and self.socket.recv(1, socket.MSG_PEEK) == _HANDSHAKE:
                self.socket = _Secured(self.socket, context())
                # What the application is told of its requests.
                self.adj = copy(self.adj)
                self.adj.url_scheme = "https"
            self._knows_its_tongue = True

    return Channel


def _gone(error: ssl.SSLError) -> ConnectionResetError:
    # waitress ends such a connection without a word, as it does when a phone has left.
    return ConnectionResetError(errno.ECONNRESET, str(error))
