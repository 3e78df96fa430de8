"""The main job: a press becomes a saved examination."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from device.announcer import Announcer, Event, fault
from device.camera.base import UNSETTLED
from device.classifier import Classifier
from device.classifier.preprocess import FieldImage, resize_field
from device.errors import BusyError, DermapointError, OverrideError
from device.examination import BurstFrame, Examination, Frame, Quality, Source, Triage
from device.images import RGBImage
from device.optics import Optics
from device.quality import choose, measure
from device.quality.settling import advise
from device.records import Records
from device.records.description import describe_examination
from device.records.draft import Draft
from device.service.priority import give_way
from device.visit import Visit, Visits

BURST = 8
"""Frames of a press: as many as the classifier has orientations, so that each is asked once."""

PATIENCE_SECONDS = 0.05
"""How long a press waits for one under way: a bouncing button is dropped, two people are told."""

_WRITERS = 2

log = logging.getLogger(__name__)


class FrameSource(Protocol):
    """Where a press gets its frames from."""

    def burst(self, count: int, anew: bool = False) -> Iterator[Frame]:
        """`count` frames as they come, with exposure and focus found `anew`. Raises CameraError."""


@dataclass(frozen=True)
class CapturedFrame:
    """What stays of a frame when it is on its way to the disk: eight in full size are 70 MB."""

    captured_at: datetime
    metadata: dict[str, Any]
    field: FieldImage
    quality: Quality
    written: Future[None]


class Examiner:
    """Takes a burst, measures, classifies the best of it, saves and only then announces.

    `optics` gives the calibration that is in force, with which the fields are corrected. The frames are
    saved as they came. `visits` says whom a press shows. With `second_reader` a finding waits for the
    examiner's own opinion. `clock_set` says whether the clock is known to be right.
    """

    def __init__(
        self,
        source: FrameSource,
        classifier: Classifier,
        records: Records,
        announcer: Announcer,
        optics: Callable[[], Optics] = Optics,
        visits: Visits | None = None,
        second_reader: bool = False,
        clock_set: Callable[[], bool | None] = lambda: None,
    ) -> None:
        self._source, self.classifier = source, classifier
        self._records, self._announcer, self._optics = records, announcer, optics
        self.visits, self.second_reader = visits or Visits(announcer), second_reader
        self._clock_set = clock_set
        self._under_way = threading.Lock()
        # What is written is wanted after the finding, and would take the cores from it.
        self._writers = ThreadPoolExecutor(_WRITERS, thread_name_prefix="writer", initializer=give_way)

    def press(self, replaces: str = "") -> Examination:
        """One examination of what the camera sees now, in the place of one of id `replaces` if given.

        It shows whom the visit is of when the press begins.
        Raises BusyError while another press is under way, CameraError without a frame,
        and RecordsError when it can't be saved; nothing is announced then but the fault.
        """
        return self._announced(lambda: self._examine(replaces))

    def take_upload(self, pixels: RGBImage) -> Examination:
        """An examination of a picture from elsewhere, marked as such; raises as `press` does."""
        return self._announced(lambda: self._examine_upload(pixels))

    def _announced(self, examine: Callable[[], Examination]) -> Examination:
        if not self._under_way.acquire(timeout=PATIENCE_SECONDS):
            raise BusyError("press_under_way")
        try:
            self._announcer.announce(Event("busy", {}))
            examination = examine()
            log.info("examination %s: %s", examination.id, examination.finding.triage)
            self.announce(examination)
            return examination
        except DermapointError as error:
            log.error("press failed: %s", error)
            self._announcer.announce(fault(error))
            raise
        finally:
            self._under_way.release()

    def retake(self) -> Examination:
        """The last examination once more, marked as taking its place; raises as `press` does.

        The last one of someone else than is being examined now stays in its place.
        """
        visit = self.visits.current
        last = next(iter(self._records.recent(1)), None)
        same = last and last.source is Source.CAMERA and (visit is None or last.person in ("", visit.person))
        return self.press(replaces=last.id if last and same else "")

    def override(self, examination_id: str) -> Examination | None:
        """The examination with its finding in spite of the advice to take it again; None without such a one.

        Raises OverrideError when there is nothing to override, or another model made the finding.
        """
        examination = self._records.get(examination_id)
        if examination is None:
            return None
        if examination.finding.triage is not Triage.RETAKE:
            raise OverrideError("nothing_to_override")
        finding = self.classifier.without_advice(examination.finding)
        examination = replace(examination, finding=finding, overridden=True)
        self._records.update(examination)
        log.info("examination %s: overridden, %s", examination.id, finding.triage)
        self.announce(examination)
        return examination

    def announce(self, examination: Examination) -> None:
        """Tell the lamp and all open pages of an examination: a new one, or what is to be seen of it now."""
        shown = self._records.lesions.of_examination(examination.id)
        payload = describe_examination(examination, shown)
        payload["withheld"] = self._records.opinions.is_withheld(examination.id)
        self._announcer.announce(Event("examination", payload))

    def _examine(self, replaces: str) -> Examination:
        visit = self.visits.prolong()
        examination_id = _new_id(datetime.now(UTC))
        with self._records.draft(examination_id) as draft:
            optics = self._optics()
            frames = self._take_burst(draft, optics)
            start = time.perf_counter()
            examination = replace(
                self._judge(examination_id, frames),
                replaces=replaces,
                optics=optics.name,
                clock_set=self._clock_set(),
            )
            timings = {"finding": _milliseconds_since(start)}
            start = time.perf_counter()
            _settle(frames)
            examination = replace(examination, timings_ms=timings)
            self._save(draft, examination, visit)
        return replace(examination, timings_ms={**timings, "save": _milliseconds_since(start)})

    def _examine_upload(self, pixels: RGBImage) -> Examination:
        visit, now = self.visits.prolong(), datetime.now(UTC)
        field = resize_field(pixels)
        quality = measure(field)
        examination = Examination(
            _new_id(now),
            now,
            self.classifier.classify([field], quality.advice),
            (BurstFrame(quality),),
            source=Source.UPLOAD,
            clock_set=self._clock_set(),
        )
        with self._records.draft(examination.id) as draft:
            draft.add(0, pixels)
            self._save(draft, examination, visit)
        return examination

    def _save(self, draft: Draft, examination: Examination, visit: Visit | None) -> None:
        finding = examination.finding
        # Where the picture is to be taken again, or shows no lesion, there is nothing to have an opinion on.
        read = finding.triage is not Triage.RETAKE and not finding.foreign
        draft.save(
            examination,
            **self._shows(visit, examination.replaces),
            withhold_finding=self.second_reader and read,
        )

    def _shows(self, visit: Visit | None, replaces: str) -> dict[str, str]:
        """The ids of person and lesion that an examination during `visit` shows."""
        if visit is None:
            return {}
        before = self._records.lesions.of_examination(replaces) if replaces else None
        again = before.id if before and before.person == visit.person else ""
        return {"person": visit.person, "lesion": visit.lesion or again}

    def _take_burst(self, draft: Draft, optics: Optics) -> list[CapturedFrame]:
        """The burst, measured frame by frame; each is written while the next is on its way."""
        frames: list[CapturedFrame] = []
        try:
            for number, frame in enumerate(self._source.burst(BURST)):
                written = self._writers.submit(draft.add, number, frame.pixels)
                field = optics.correct_field(resize_field(frame.pixels))
                quality = measure(field)
                frames.append(CapturedFrame(frame.captured_at, frame.metadata, field, quality, written))
        except DermapointError:
            _settle(frames)
            raise
        return frames

    def _judge(self, examination_id: str, frames: Sequence[CapturedFrame]) -> Examination:
        """The examination of a burst, not yet saved."""
        chosen, advice = choose([frame.quality for frame in frames])
        if advice:
            best = frames[chosen[0]]
            advice = advise(best.quality, best.metadata.get(UNSETTLED, ())) or advice
        return Examination(
            id=examination_id,
            taken_at=frames[0].captured_at,
            finding=self.classifier.classify([frames[number].field for number in chosen], advice),
            frames=tuple(
                BurstFrame(frame.quality, frame.metadata, number in chosen)
                for number, frame in enumerate(frames)
            ),
            best=chosen[0],
        )


def _new_id(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"


def _settle(frames: Sequence[CapturedFrame]) -> None:
    """Wait until every frame is written; raise RecordsError when one isn't.

    Also when all is lost: what is still being written can't be removed yet.
    """
    wait([frame.written for frame in frames])
    for frame in frames:
        frame.written.result()


def _milliseconds_since(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 2)
