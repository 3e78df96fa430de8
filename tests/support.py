"""Helpers that tests share."""

import itertools
import queue
import socket
import struct
import threading
from dataclasses import replace


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ServerThread:
    """Runs a waitress server beside the test, as a context."""

    def __init__(self, server):
        self.server = server
        self.thread = threading.Thread(target=server.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        if self.thread.is_alive():
            self.stop()

    def stop(self):
        # On the server's own thread: it may be waiting on the very sockets that are closed.
        self.server.trigger.pull_trigger(self._close)
        self.thread.join(timeout=5)

    def _close(self):
        self.server.close()
        # Open event streams would keep their connections, and the server its loop.
        for channel in list(self.server._map.values()):
            channel.close()


def heard(listener):
    """The events that a listener has not read yet."""
    events = []
    while True:
        try:
            events.append(listener.get(timeout=0))
        except queue.Empty:
            return events


def says(data, width, height):
    """A whole JPEG file whose head claims another size."""
    place = next(start for marker in (b"\xff\xc0", b"\xff\xc2") if (start := data.find(marker)) > 0)
    return data[: place + 5] + struct.pack(">HH", height, width) + data[place + 9 :]


class StillCamera:
    """Gives bursts of the same frames over and over, or fails with `fault`."""

    def __init__(self, *frames):
        self.frames, self.fault = frames, None

    def burst(self, count, anew=False):
        for sequence, frame in enumerate(itertools.islice(itertools.cycle(self.frames), count)):
            if self.fault:
                raise self.fault
            yield replace(frame, sequence=sequence)


def client_with(house, token):
    """Flask's test client of the house's page, which shows this token with every request."""
    client = house.app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client
