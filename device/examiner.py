"""The main job: a press becomes a saved examination."""

import logging
import secrets
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime

from device.announcer import Announcer, Event
from device.camera.ring import FrameRing
from device.classifier import Classifier
from device.classifier.preprocess import resize_field
from device.errors import BusyError, DermapointError
from device.examination import BurstFrame, Examination, Frame
from device.quality import measure
from device.records import Records
from device.serialization import examination_to_json

PATIENCE_SECONDS = 0.05
"""How long a press waits for one under way: a bouncing button is dropped, two people are told."""

log = logging.getLogger(__name__)


class Examiner:
    """Takes the newest frame, measures, classifies, saves and only then announces."""

    def __init__(
        self, ring: FrameRing, classifier: Classifier, records: Records, announcer: Announcer
    ) -> None:
        self._ring, self._classifier = ring, classifier
        self._records, self._announcer = records, announcer
        self._under_way = threading.Lock()

    def press(self) -> Examination:
        """One examination of what the camera sees now.

        Raises BusyError while another press is under way, CameraError without a frame,
        and RecordsError when it can't be saved; nothing is announced then but the fault.
        """
        if not self._under_way.acquire(timeout=PATIENCE_SECONDS):
            raise BusyError("another press is under way; wait for its finding")
        try:
            self._announcer.announce(Event("busy", {}))
            frame = self._ring.newest()
            examination = self._save(self.examine(frame), frame)
            log.info("examination %s: %s", examination.id, examination.finding.triage)
            self._announcer.announce(Event("examination", examination_to_json(examination)))
            return examination
        except DermapointError as error:
            log.error("press failed: %s", error)
            self._announcer.announce(Event("fault", {"detail": str(error)}))
            raise
        finally:
            self._under_way.release()

    def retake(self) -> Examination:
        """The last examination once more; raises as `press` does."""
        return self.press()

    def examine(self, frame: Frame) -> Examination:
        """The examination of `frame`, not yet saved."""
        start = time.perf_counter()
        field = resize_field(frame.pixels)
        quality = measure(field)
        finding = self._classifier.classify([field], quality.advice)
        return Examination(
            id=_new_id(frame.captured_at),
            taken_at=frame.captured_at,
            finding=finding,
            frames=(BurstFrame(quality, frame.metadata),),
            timings_ms={"finding": _milliseconds_since(start)},
        )

    def _save(self, examination: Examination, frame: Frame) -> Examination:
        start = time.perf_counter()
        self._records.save(examination, frame.pixels)
        return replace(examination, timings_ms={**examination.timings_ms, "save": _milliseconds_since(start)})


def _new_id(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"


def _milliseconds_since(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 2)
