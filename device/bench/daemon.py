"""Watches a daemon of its own from outside: its start, its load, its memory, its presses."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

from device.bench.timing import Percentiles, percentiles
from device.client import ask, send
from device.errors import DaemonError
from device.images import RGBImage, encode_jpeg
from device.settings import Settings

STARTS, VIEWERS, ROUNDS, PRESSES_A_ROUND = 5, 3, 6, 5
MANY_VIEWERS = 10
LOAD_SECONDS = 10.0
AIM_SECONDS = 5
IDLE_SETTLE_SECONDS = 12.0
"""After the light went down, until exposure has followed it."""
_READY_TIMEOUT_SECONDS = 60.0


def watch_daemon(settings: Settings, pixels: RGBImage) -> dict[str, Any]:
    """Figures of demo daemons.

    `start_to_ready_ms` is from the start of the process to the first frame on the page. Loads are in % of
    one core with a simulated camera: `idle_cpu_percent` when nobody aims, `aiming_cpu_percent` when someone
    does without a page, `watched_cpu_percent` with three pages open. With a camera that shows `pixels`,
    `press_alone_ms` and `press_watched_ms` are a press asked for over the network, with no open page and
    with three, and `rss_mib` the memory with ten.
    """
    settings = replace(settings, host="127.0.0.1")
    starts = []
    for _ in range(STARTS):
        with _running(settings) as daemon:
            starts.append(daemon.start_ms)
    figures: dict[str, Any] = {"start_to_ready_ms": percentiles(starts)}
    # A simulated camera: a replay moves without end, and so is never idle.
    with _running(settings, "simulated", AIM_SECONDS) as daemon:
        time.sleep(AIM_SECONDS + IDLE_SETTLE_SECONDS)
        figures["idle_cpu_percent"] = daemon.load()
    with _running(settings, "simulated") as daemon:
        figures["aiming_cpu_percent"] = daemon.load()
        with daemon.viewers(VIEWERS):
            figures["watched_cpu_percent"] = daemon.load()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "frame.jpg").write_bytes(encode_jpeg(pixels, 92))
        with _running(replace(settings, frames=Path(folder))) as daemon:
            figures |= _time_watched_presses(daemon)
            with daemon.viewers(MANY_VIEWERS):
                figures["rss_mib"] = daemon.memory()
    return figures


@dataclass(frozen=True)
class _Daemon:
    """A running daemon."""

    pid: int
    settings: Settings
    start_ms: float

    def load(self) -> float:
        """Percent of one core over ten seconds."""
        start, before = time.monotonic(), self._cpu_seconds()
        time.sleep(LOAD_SECONDS)
        return round(100 * (self._cpu_seconds() - before) / (time.monotonic() - start), 2)

    def memory(self) -> float:
        """Resident memory in MiB after a few presses."""
        for _ in range(PRESSES_A_ROUND):
            self.press()
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)

    def press(self) -> float:
        """How long a press took, in milliseconds."""
        start = time.perf_counter()
        self.open("POST", "/api/v1/press").close()
        return 1000 * (time.perf_counter() - start)

    def open(self, method: str, path: str) -> HTTPResponse:
        """The answer to a request, still to be read."""
        return send(self.settings, method, path, patience=20)

    @contextmanager
    def viewers(self, count: int) -> Iterator[None]:
        """So many open pages: each takes the live view and the events."""
        stop = threading.Event()
        with ExitStack() as stack:
            for _ in range(count):
                stack.enter_context(self.open("GET", "/api/v1/events"))
                viewer = threading.Thread(target=self._look, args=(stop,))
                viewer.start()
                stack.callback(viewer.join)
            stack.callback(stop.set)
            yield

    def _look(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self.open("GET", "/live.jpg").close()
            time.sleep(0.1)

    def _cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _time_watched_presses(daemon: _Daemon) -> dict[str, Percentiles]:
    alone: list[float] = []
    watched: list[float] = []
    # In turn, so that a noisy machine disturbs both alike.
    for _ in range(ROUNDS):
        alone += [daemon.press() for _ in range(PRESSES_A_ROUND)]
        with daemon.viewers(VIEWERS):
            watched += [daemon.press() for _ in range(PRESSES_A_ROUND)]
    return {"press_alone_ms": percentiles(alone), "press_watched_ms": percentiles(watched)}


@contextmanager
def _running(settings: Settings, camera: str = "replay", aim_seconds: int = 3600) -> Iterator[_Daemon]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings = replace(settings, host="127.0.0.1", port=probe.getsockname()[1])
    with tempfile.TemporaryDirectory() as state:
        options = {
            "--host": settings.host,
            "--port": settings.port,
            "--state": state,
            "--bundle": settings.bundle,
        }
        command = [sys.executable, "-m", "device.cli", "run", "--demo", "--camera", camera]
        command += [str(word) for option in options.items() for word in option]
        environment = os.environ | {
            "DERMAPOINT_FRAMES": str(settings.frames),
            "DERMAPOINT_AIM_SECONDS": str(aim_seconds),
        }
        start = time.perf_counter()
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait_until_ready(settings, process)
            yield _Daemon(process.pid, settings, 1000 * (time.perf_counter() - start))
        finally:
            process.terminate()
            process.wait(timeout=10)


def _wait_until_ready(settings: Settings, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _READY_TIMEOUT_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if ask(settings, "GET", "/api/v1/status")["ready"]:
                return
        except DaemonError:
            time.sleep(0.01)
    raise DaemonError("daemon_not_ready")
