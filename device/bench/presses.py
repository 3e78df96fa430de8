"""Times presses with large frames, part by part, without a daemon."""

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from device.announcer import Announcer
from device.bench.timing import WARM_UPS, Percentiles, percentiles
from device.classifier import Classifier
from device.examination import Frame
from device.examiner import Examiner
from device.images import RGBImage
from device.records import Records

PRESSES = 40
FRAME_RATE = 30.0
_NAMES = ("finding_ms", "save_ms", "last_frame_to_lamp_ms", "press_to_lamp_ms")


class _PacedCamera:
    """Bursts of one frame at a camera's pace, and when the last of them was handed over."""

    def __init__(self, pixels: RGBImage) -> None:
        self._pixels, self.last_at = pixels, 0.0

    def burst(self, count: int, anew: bool = False) -> Iterator[Frame]:
        for sequence in range(count):
            time.sleep(1 / FRAME_RATE)
            self.last_at = time.perf_counter()
            yield Frame(self._pixels, datetime.now(UTC), sequence)


def time_presses(classifier: Classifier, pixels: RGBImage) -> dict[str, Percentiles]:
    """`finding_ms` from the last frame in hand to the finding, `save_ms` from there until it is safe.

    `last_frame_to_lamp_ms` is both together, and `press_to_lamp_ms` has the burst's own time too.
    """
    camera = _PacedCamera(pixels)
    times: dict[str, list[float]] = {name: [] for name in _NAMES}
    with tempfile.TemporaryDirectory() as folder:
        records = Records(Path(folder))
        examiner = Examiner(camera, classifier, records, Announcer())
        for press in range(PRESSES + WARM_UPS):
            start = time.perf_counter()
            told = examiner.press().timings_ms
            end = time.perf_counter()
            taken = (told["finding"], told["save"], 1000 * (end - camera.last_at), 1000 * (end - start))
            if press >= WARM_UPS:
                for name, value in zip(_NAMES, taken, strict=True):
                    times[name].append(value)
        records.close()
    return {name: percentiles(values) for name, values in times.items()}
