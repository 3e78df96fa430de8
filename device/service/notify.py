"""Tells systemd how the service is, over the socket that it gave: sd_notify(3), without its library."""

import os
import socket
import threading
from collections.abc import Mapping


class Notifier:
    """Sends states such as READY=1; does nothing where no service manager listens.

    `address` is the path of a datagram socket, or with @ an abstract name.
    """

    def __init__(self, address: str = "") -> None:
        # The kernel writes an abstract name with a zero byte: unix(7).
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._lock = threading.Lock()
        self._status = ""

    def ready(self) -> None:
        """The service does its work now."""
        self._send("READY=1")

    def stopping(self) -> None:
        """The service ends by itself or as told."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Feed the watchdog."""
        self._send("WATCHDOG=1")

    def status(self, sentence: str) -> None:
        """What `systemctl status` shows; sent when it is another than before."""
        with self._lock:
            if sentence == self._status:
                return
            self._status = sentence
        self._send("STATUS=" + " ".join(sentence.split()))

    def _send(self, state: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.connect(self._address)
                line.send(state.encode())
        except OSError:
            # Nobody can be told that nobody can be told; the watchdog will notice.
            return


def open_notifier(environment: Mapping[str, str] = os.environ) -> Notifier:
    """The notifier of this service, silent where it isn't one."""
    return Notifier(environment.get("NOTIFY_SOCKET", ""))
