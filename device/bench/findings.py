"""Times findings against the limit that the model itself sets."""

import os
from collections import deque
from pathlib import Path
from typing import Any

from device.batch import classify_files
from device.bench.timing import time_in_turn
from device.classifier import Classifier
from device.classifier.bundle import load_bundle
from device.classifier.interpreter import Interpreter
from device.classifier.preprocess import resize_field
from device.classifier.views import VIEWS
from device.images import find_images, read_image
from device.settings import Settings

ROUNDS = 30


def time_findings(settings: Settings, classifier: Classifier) -> dict[str, Any]:
    """`invoke_ms` of one view on one thread, `views_ms` of a whole finding of one field, and a rate.

    `classify_per_s` is the rate of `dermapoint classify` over the folder of frames, in pictures a
    second, decoding included.
    """
    single = Interpreter(load_bundle(settings.bundle).model, cores=1)
    paths = list(find_images(settings.frames))
    field = resize_field(read_image(paths[0]))
    tensor = single.quantize(field)
    invoke, views, folder = time_in_turn(
        ROUNDS,
        lambda: single.invoke(tensor),
        lambda: classifier.classify([field]),
        lambda: _classify(paths, classifier),
    )
    return {
        "invoke_ms": invoke,
        "views_ms": views,
        "classify_per_s": round(1000 * len(paths) / folder["p50"], 1),
    }


def compare_with_limit(figures: dict[str, Any]) -> str:
    """How near findings come to the limit: the views' invokes on one thread each, shared by all cores."""
    limit = VIEWS * figures["invoke_ms"]["p50"] / (os.cpu_count() or 1)
    rate = figures["classify_per_s"] * limit / 1000
    return (
        f"A finding takes {figures['views_ms']['p50'] / limit:.2f} times its limit, "
        f"{VIEWS} one-thread invokes shared by all cores ({limit:.1f} ms), "
        f"and {figures['finding_ms']['p50'] / limit:.2f} times while frames are written; "
        f"`classify` does {rate:.2f} of the pictures that the limit allows."
    )


def _classify(paths: list[Path], classifier: Classifier) -> None:
    deque(classify_files(paths, classifier), maxlen=0)
