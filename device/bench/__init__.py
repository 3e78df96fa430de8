"""Time and memory of the main job on this machine."""

from typing import Any

import cv2
import numpy as np

from device.bench.daemon import VIEWERS, watch_daemon
from device.bench.presses import time_presses
from device.bench.timing import time_in_turn
from device.camera.replay import ReplayCamera
from device.classifier import load_classifier
from device.classifier.preprocess import resize_field
from device.classifier.views import VIEWS
from device.images import RGBImage
from device.service.memory import give_back_large_frames
from device.settings import Settings

FRAME_SIZE = (2028, 1520)
"""Width and height of the HQ camera's binned full field (Raspberry Pi camera documentation)."""

REPEATS = 200


def measure(settings: Settings) -> dict[str, Any]:
    """All figures, for frames of 2028 x 1520: milliseconds as percentiles, memory in MiB, loads in %.

    `preprocess_ms` and `invoke_ms` are one frame's; for the rest see `time_presses` and
    `watch_daemon`. Raises DermapointError when a part doesn't work.
    """
    give_back_large_frames()  # as the daemon does
    classifier = load_classifier(settings.bundle)
    pixels = large_frame(settings)
    tensor = classifier.interpreter.quantize(resize_field(pixels))
    preprocess, invoke = time_in_turn(
        REPEATS,
        lambda: classifier.interpreter.quantize(resize_field(pixels)),
        lambda: classifier.interpreter.invoke(tensor),
    )
    figures: dict[str, Any] = {"preprocess_ms": preprocess, "invoke_ms": invoke}
    return figures | time_presses(classifier, pixels) | watch_daemon(settings, pixels)


def describe(figures: dict[str, Any]) -> str:
    """The figures as a Markdown table."""
    lines = ["| what | median | p95 | p99 |", "|---|---|---|---|"]
    for name, value in figures.items():
        cells = (value["p50"], value["p95"], value["p99"]) if isinstance(value, dict) else (value, "", "")
        lines.append(f"| {name} | {' | '.join(map(str, cells))} |")
    finding = figures["finding_ms"]["p50"] / (VIEWS * figures["invoke_ms"]["p50"])
    watched = figures["press_watched_ms"]["p50"] / figures["press_alone_ms"]["p50"] - 1
    return "\n".join(
        [
            *lines,
            "",
            f"A finding takes {finding:.1f} times its {VIEWS} bare invokes; "
            f"{VIEWERS} viewers make a press {watched:+.0%} longer.",
        ]
    )


def large_frame(settings: Settings) -> RGBImage:
    """One of the shipped pictures, as large as the HQ camera's."""
    picture = ReplayCamera(settings.frames).capture().view
    return np.asarray(cv2.resize(picture, FRAME_SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)
