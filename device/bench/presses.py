"""Times presses on a simulated camera, part by part, without a daemon."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from device.announcer import Announcer
from device.bench.timing import WARM_UPS, Percentiles, percentiles
from device.camera import open_camera
from device.camera.base import Wishes
from device.camera.ring import FrameRing
from device.camera.runner import CameraRunner
from device.classifier import Classifier
from device.examination import Frame
from device.examiner import Examiner
from device.records import Records
from device.settings import Settings

PRESSES = 20
SENSOR = "imx477"
"""The HQ Camera's sensor, which gives the largest frames."""

SETTLE_SECONDS = 3.0
_NAMES = ("finding_ms", "save_ms", "last_frame_to_lamp_ms", "press_to_lamp_ms")


class _Watched:
    """The runner's bursts, and when the last frame of one was handed over."""

    def __init__(self, runner: CameraRunner) -> None:
        self._runner, self.last_at = runner, 0.0

    def burst(self, count: int, anew: bool = False) -> Iterator[Frame]:
        for frame in self._runner.burst(count, anew):
            self.last_at = time.perf_counter()
            yield frame


def time_presses(classifier: Classifier, settings: Settings) -> dict[str, Percentiles]:
    """`finding_ms` from the last frame in hand to the finding, `save_ms` from there until it is safe.

    `last_frame_to_lamp_ms` is both together, and `press_to_lamp_ms` has the burst's own time too: the light
    is on, as while someone aims, and the sensor as fast as the view.
    """
    simulated = Settings(camera="simulated", simulated_sensor=SENSOR, frames=settings.frames)
    wishes, ring = Wishes(simulated.frame_rate), FrameRing()
    runner = CameraRunner(lambda: open_camera(simulated), ring, lambda name: wishes)
    camera = _Watched(runner)
    times: dict[str, list[float]] = {name: [] for name in _NAMES}
    runner.start()
    with tempfile.TemporaryDirectory() as folder:
        records = Records(Path(folder))
        examiner = Examiner(camera, classifier, records, Announcer())
        ring.newest(SETTLE_SECONDS)
        time.sleep(SETTLE_SECONDS)
        for press in range(PRESSES + WARM_UPS):
            start = time.perf_counter()
            parts = examiner.press().timings_ms
            end = time.perf_counter()
            taken = (parts["finding"], parts["save"], 1000 * (end - camera.last_at), 1000 * (end - start))
            if press >= WARM_UPS:
                for name, value in zip(_NAMES, taken, strict=True):
                    times[name].append(value)
        records.close()
    runner.stop()
    return {name: percentiles(values) for name, values in times.items()}
