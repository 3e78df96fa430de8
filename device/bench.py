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
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from device.announcer import Announcer
from device.camera.replay import ReplayCamera
from device.camera.ring import FrameRing
from device.classifier import load_classifier
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

REPEATS, SAVES, STARTS = 200, 30, 5
WARM_UPS = 3
IDLE_SECONDS = 10.0
_READY_TIMEOUT_SECONDS = 60.0

Percentiles = dict[str, float]


def measure(settings: Settings) -> dict[str, Any]:
    """All figures: milliseconds as percentiles, resident memory in MiB, idle load in % of one core.

    `press_to_finding_ms` is from one 2028 x 1520 frame in hand to its finding, `save_ms`
    until it survives a loss of power, `start_to_ready_ms` from the start of the process to
    the first frame on the page. Raises DermapointError when a part doesn't work.
    """
    classifier = load_classifier(settings.bundle)
    pixels = _large_frame(settings)
    field = resize_field(pixels)
    tensor = classifier.interpreter.quantize(field)
    frame = Frame(pixels, datetime.now(UTC), 0)
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        records = Records(Path(folder))
        examiner = Examiner(FrameRing(), classifier, records, Announcer())
        # In turn, so that a noisy machine disturbs all alike.
        figures["preprocess_ms"], figures["invoke_ms"], figures["press_to_finding_ms"] = _time_in_turn(
            REPEATS,
            lambda: classifier.interpreter.quantize(resize_field(pixels)),
            lambda: classifier.interpreter.invoke(tensor),
            lambda: examiner.examine(frame),
        )
        unsaved = [examiner.examine(frame) for _ in range(SAVES + WARM_UPS)]
        (figures["save_ms"],) = _time_in_turn(SAVES, lambda: records.save(unsaved.pop(), pixels))
        records.close()
    starts = []
    for _ in range(STARTS):
        with _daemon(settings) as (_, _, seconds):
            starts.append(1000 * seconds)
    figures["start_to_ready_ms"] = _percentiles(starts)
    with _daemon(settings) as (process, own, _):
        figures["idle_cpu_percent"] = round(_idle_load(process.pid), 2)
        figures["rss_mib"] = round(_memory_with_page_open(process.pid, own), 1)
    return figures


def describe(figures: dict[str, Any]) -> str:
    """The figures as a Markdown table."""
    lines = ["| what | median | p95 | p99 |", "|---|---|---|---|"]
    for name, value in figures.items():
        if isinstance(value, dict):
            lines.append(f"| {name} | {value['p50']} | {value['p95']} | {value['p99']} |")
    lines += [f"| {name} | {figures[name]} | | |" for name in ("rss_mib", "idle_cpu_percent")]
    ratio = figures["press_to_finding_ms"]["p50"] / (VIEWS * figures["invoke_ms"]["p50"])
    return "\n".join([*lines, "", f"Press to finding takes {ratio:.1f} times its {VIEWS} bare invokes."])


def _large_frame(settings: Settings) -> RGBImage:
    picture = ReplayCamera(settings.frames).capture()[0]
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
    """Resident memory in MiB after a few seconds of one page's live view and events, and a press."""
    stop = threading.Event()
    with _open(settings, "GET", "/api/v1/events"):
        viewer = threading.Thread(target=_watch, args=(settings, stop))
        viewer.start()
        for _ in range(5):
            _open(settings, "POST", "/api/v1/press").close()
            time.sleep(0.5)
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        stop.set()
        viewer.join()
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _watch(settings: Settings, stop: threading.Event) -> None:
    while not stop.is_set():
        _open(settings, "GET", "/live.jpg").close()
        time.sleep(0.1)


def _open(settings: Settings, method: str, path: str) -> Any:
    return urllib.request.urlopen(request_to(settings, method, path), timeout=20)


def _idle_load(pid: int) -> float:
    start, before = time.monotonic(), _cpu_seconds(pid)
    time.sleep(IDLE_SECONDS)
    return 100 * (_cpu_seconds(pid) - before) / (time.monotonic() - start)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
