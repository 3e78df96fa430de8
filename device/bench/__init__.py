"""Time and memory of the main job on this machine."""

from typing import Any

import cv2
import numpy as np

from device.bench.daemon import VIEWERS, watch_daemon
from device.bench.findings import compare_with_limit, time_findings
from device.bench.presses import time_presses
from device.bench.timing import time_in_turn
from device.camera.replay import ReplayCamera
from device.classifier import load_classifier
from device.classifier.preprocess import resize_field
from device.images import RGBImage
from device.service.memory import give_back_large_frames
from device.settings import Settings

FRAME_SIZE = (2028, 1520)
"""Width and height of the HQ camera's binned full field (Raspberry Pi camera documentation)."""

REPEATS = 200


def measure(settings: Settings) -> dict[str, Any]:
    """All figures, for frames of 2028 x 1520: milliseconds as percentiles, memory in MiB, loads in %.

    `preprocess_ms` is one frame's; for the rest see `time_findings`, `time_presses` and
    `watch_daemon`. Raises DermapointError when a part doesn't work.
    """
    give_back_large_frames()  # as the daemon does
    classifier = load_classifier(settings.bundle)
    pixels = large_frame(settings)
    (preprocess,) = time_in_turn(REPEATS, lambda: classifier.interpreter.quantize(resize_field(pixels)))
    figures: dict[str, Any] = {"preprocess_ms": preprocess} | time_findings(settings, classifier)
    return figures | time_presses(classifier, settings) | watch_daemon(settings, pixels)


def describe(figures: dict[str, Any]) -> str:
    """The figures as a Markdown table."""
    lines = ["| what | median | p95 | p99 |", "|---|---|---|---|"]
    for name, value in figures.items():
        cells = (value["p50"], value["p95"], value["p99"]) if isinstance(value, dict) else (value, "", "")
        lines.append(f"| {name} | {' | '.join(map(str, cells))} |")
    watched = figures["press_watched_ms"]["p50"] / figures["press_alone_ms"]["p50"] - 1
    return "\n".join(
        [
            *lines,
            "",
            f"{compare_with_limit(figures)} {VIEWERS} viewers make a press {watched:+.0%} longer.",
        ]
    )


def large_frame(settings: Settings) -> RGBImage:
    """One of the shipped pictures, as large as the HQ camera's."""
    picture = ReplayCamera(settings.frames).capture().view
    return np.asarray(cv2.resize(picture, FRAME_SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)
