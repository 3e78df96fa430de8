"""Time and memory of the main job on this machine."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from device.announcer import Announcer
from device.camera.replay import ReplayCamera
from device.classifier import Classifier, load_classifier
from device.classifier.preprocess import resize_field
from device.classifier.views import VIEWS
from device.client import ask, request_to
from device.errors import DaemonError
from device.examination import Frame
from device.examiner import Examiner
from device.images import RGBImage
from device.records import Records
from device.settings import Settings

FRAME_SIZE = (2028, 1520)
"""Width and height of the HQ camera's binned full field (Raspberry Pi camera documentation)."""

REPEATS, PRESSES, STARTS, VIEWERS = 200, 40, 5, 3
FRAME_RATE = 30.0
PRESS_TIMES = ("finding_ms", "save_ms", "last_frame_to_lamp_ms", "press_to_lamp_ms")
WARM_UPS = 3
IDLE_SECONDS = 10.0
_READY_TIMEOUT_SECONDS = 60.0

Percentiles = dict[str, float]


def measure(settings: Settings) -> dict[str, Any]:
    """All figures: milliseconds as percentiles, resident memory in MiB, idle load in % of one core.

    `preprocess_ms` and `invoke_ms` are one frame's; of a press with 8 frames of 2028 x 1520,
    `finding_ms` is from the last frame in hand to the finding, `save_ms` from there until it
    survives a loss of power, and `last_frame_to_lamp_ms` both together; `press_to_lamp_ms`
    has the burst's own time too. `start_to_ready_ms` is from the start of the process to the
    first frame on the page. Raises DermapointError when a part doesn't work.
    """
    classifier = load_classifier(settings.bundle)
    pixels = _large_frame(settings)
    tensor = classifier.interpreter.quantize(resize_field(pixels))
    figures: dict[str, Any] = {}
    # In turn, so that a noisy machine disturbs all alike.
    figures["preprocess_ms"], figures["invoke_ms"] = _time_in_turn(
        REPEATS,
        lambda: classifier.interpreter.quantize(resize_field(pixels)),
        lambda: classifier.interpreter.invoke(tensor),
    )
    figures |= _time_presses(classifier, pixels)
    starts = []
    for _ in range(STARTS):
        with _daemon(settings) as (_, _, seconds):
            starts.append(1000 * seconds)
    figures["start_to_ready_ms"] = _percentiles(starts)
    with _daemon(settings) as (process, own, _):
        figures["idle_cpu_percent"] = round(_load(process.pid), 2)
        figures["rss_mib"] = round(_memory_with_page_open(process.pid, own), 1)
        with _viewers(own, VIEWERS):
            figures["watched_cpu_percent"] = round(_load(process.pid), 2)
    return figures


class _PacedCamera:
    """Bursts of one frame at a camera's pace, and when the last of them was handed over."""

    def __init__(self, pixels: RGBImage) -> None:
        self._pixels, self.last_at = pixels, 0.0

    def burst(self, count: int) -> Iterator[Frame]:
        for sequence in range(count):
            time.sleep(1 / FRAME_RATE)
            self.last_at = time.perf_counter()
            yield Frame(self._pixels, datetime.now(UTC), sequence)


def _time_presses(classifier: Classifier, pixels: RGBImage) -> dict[str, Percentiles]:
    camera, announcer = _PacedCamera(pixels), Announcer()
    times: dict[str, list[float]] = {name: [] for name in PRESS_TIMES}
    with tempfile.TemporaryDirectory() as folder, announcer.listen() as events:
        records = Records(Path(folder))
        examiner = Examiner(camera, classifier, records, announcer)
        for press in range(PRESSES + WARM_UPS):
            start = time.perf_counter()
            examination = examiner.press()
            end = time.perf_counter()
            while not events.empty():
                events.get_nowait()
            if press >= WARM_UPS:
                told = examination.timings_ms
                taken = (told["finding"], told["save"], 1000 * (end - camera.last_at), 1000 * (end - start))
                for name, value in zip(PRESS_TIMES, taken, strict=True):
                    times[name].append(value)
        records.close()
    return {name: _percentiles(values) for name, values in times.items()}


def describe(figures: dict[str, Any]) -> str:
    """The figures as a Markdown table."""
    lines = ["| what | median | p95 | p99 |", "|---|---|---|---|"]
    for name, value in figures.items():
        if isinstance(value, dict):
            lines.append(f"| {name} | {value['p50']} | {value['p95']} | {value['p99']} |")
    plain = ("rss_mib", "idle_cpu_percent", "watched_cpu_percent")
    lines += [f"| {name} | {figures[name]} | | |" for name in plain]
    ratio = figures["finding_ms"]["p50"] / (VIEWS * figures["invoke_ms"]["p50"])
    return "\n".join([*lines, "", f"A finding takes {ratio:.1f} times its {VIEWS} bare invokes."])


def _large_frame(settings: Settings) -> RGBImage:
    picture = ReplayCamera(settings.frames).capture().view
    return np.asarray(cv2.resize(picture, FRAME_SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)


def _time_in_turn(repeats: int, *jobs: Callable[[], Any]) -> list[Percentiles]:
    times: list[list[float]] = [[] for _ in jobs]
    for repeat in range(repeats + WARM_UPS):
        for job, taken in zip(jobs, times, strict=True):
            start = time.perf_counter()
            job()
            if repeat >= WARM_UPS:
                taken.append(1000 * (time.perf_counter() - start))
    return [_percentiles(taken) for taken in times]


def _percentiles(values: list[float]) -> Percentiles:
    return {f"p{share}": round(float(np.percentile(values, share)), 2) for share in (50, 95, 99)}


@contextmanager
def _daemon(settings: Settings) -> Iterator[tuple[subprocess.Popen[bytes], Settings, float]]:
    """A demo daemon of its own: the process, its settings, and the seconds it took to be ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = replace(settings, host="127.0.0.1", port=port)
    with tempfile.TemporaryDirectory() as state:
        command = [
            sys.executable,
            "-m",
            "device.cli",
            "run",
            "--demo",
            "--port",
            str(port),
            "--state",
            state,
            "--bundle",
            str(settings.bundle),
        ]
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_until_ready(settings, process)
            yield process, settings, time.perf_counter() - start
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
    raise DaemonError("the daemon did not become ready; `dermapoint run --demo` says why")


def _memory_with_page_open(pid: int, settings: Settings) -> float:
    """Resident memory in MiB after a few seconds of one page's live view and events, and presses."""
    with _viewers(settings, 1):
        for _ in range(5):
            _open(settings, "POST", "/api/v1/press").close()
            time.sleep(0.5)
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def _viewers(settings: Settings, count: int) -> Iterator[None]:
    """So many open pages: each takes the live view and the events."""
    stop = threading.Event()
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(_open(settings, "GET", "/api/v1/events"))
            viewer = threading.Thread(target=_watch, args=(settings, stop))
            viewer.start()
            stack.callback(viewer.join)
        stack.callback(stop.set)
        yield


def _watch(settings: Settings, stop: threading.Event) -> None:
    while not stop.is_set():
        _open(settings, "GET", "/live.jpg").close()
        time.sleep(0.1)


def _open(settings: Settings, method: str, path: str) -> Any:
    return urllib.request.urlopen(request_to(settings, method, path), timeout=20)


def _load(pid: int) -> float:
    start, before = time.monotonic(), _cpu_seconds(pid)
    time.sleep(IDLE_SECONDS)
    return 100 * (_cpu_seconds(pid) - before) / (time.monotonic() - start)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
