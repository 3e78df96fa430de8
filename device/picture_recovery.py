"""Examinations made anew from pictures whose records are lost: what isn't known of them stays unknown."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from device.classifier import Classifier
from device.classifier.preprocess import resize_field
from device.errors import DermapointError, ImageError
from device.examination import BurstFrame, Examination, Quality, Source
from device.optics import Optics
from device.quality import choose, measure
from device.records import Records

log = logging.getLogger(__name__)


class PictureRecovery:
    """Brings pictures back, one examination after the other; `left` are those still to come.

    The finding is made anew, by the classifier and the calibration of now. Whom they show and what the
    device said then isn't known, and of the date only what the id says, by a clock that nobody vouches for.
    """

    def __init__(
        self, records: Records, classifier: Classifier, optics: Callable[[], Optics] = Optics
    ) -> None:
        self._records, self._classifier, self._optics = records, classifier, optics
        self._one_at_a_time = threading.Lock()
        self.left = 0

    def begin(self) -> None:
        """Bring all of them back in the background, after a recovery that is under way."""
        threading.Thread(target=self._recover_quietly, name="picture recovery", daemon=True).start()

    def recover(self) -> list[str]:
        """Bring all of them back; the ids of those that came. What can't be read stays where it is.

        Raises RecordsError when the records can't be read or the card refuses: those that came stay.
        """
        came = []
        with self._one_at_a_time:
            found = self._records.recovery.find_ids_of_pictures()
            try:
                for number, examination_id in enumerate(found):
                    self.left = len(found) - number
                    examination = self._judge(examination_id)
                    if examination:
                        self._records.recovery.adopt(examination)
                        came.append(examination_id)
            finally:
                self.left = 0
        return came

    def _recover_quietly(self) -> None:
        try:
            log.info("%d examinations came back from their pictures", len(self.recover()))
        except DermapointError as error:
            log.error("%s", error)

    def _judge(self, examination_id: str) -> Examination | None:
        """The examination of the frames that can be read; None when none can."""
        optics = self._optics()
        fields, frames = {}, []
        for number in self._records.recovery.frames_of(examination_id):
            try:
                pixels = self._records.pixels(examination_id, number)
            except ImageError as error:
                log.warning("%s", error)
            else:
                fields[number] = optics.correct_field(resize_field(pixels))
        if not fields:
            return None
        qualities = {number: measure(field) for number, field in fields.items()}
        numbers = list(qualities)
        selected, advice = choose(list(qualities.values()))
        chosen = [numbers[place] for place in selected]
        for number in range(max(numbers) + 1):
            # Of one that can't be read nothing is known; its place in the burst stays.
            frames.append(BurstFrame(qualities.get(number, Quality({})), used=number in chosen))
        return Examination(
            id=examination_id,
            taken_at=_moment_of(examination_id),
            finding=self._classifier.classify([fields[number] for number in chosen], advice),
            frames=tuple(frames),
            best=chosen[0],
            optics=optics.name,
            source=Source.RECOVERED,
            # Whether it was set is lost with the record.
            clock_set=False,
        )


def _moment_of(examination_id: str) -> datetime:
    """When the examination of this id was taken, by the clock of then; 1970 where the id doesn't say."""
    try:
        return datetime.strptime(examination_id.partition("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
