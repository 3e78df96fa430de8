"""The PDF report: a page A4 an examination, fit to go with a letter to a dermatologist."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import cv2
import numpy as np

from device import __version__
from device.errors import ExportError
from device.examination import Source, Triage
from device.export.formats import Task
from device.export.items import Item
from device.export.pen import BOLD, FOOT, LEFT, MM, RIGHT, TEXT, Pen
from device.images import MOST_KEPT_PIXELS, encode_jpeg
from device.images.decoder import Decoder
from device.images.head import jpeg_size
from device.serialization import NOT_A_DEVICE
from device.words import ENGLISH, probability, say
from device.words.marks import N_

_TITLE = N_("Report of an examination with Dermapoint")
_NOT_A_DIAGNOSIS = N_(
    "This is not a diagnosis. The device knows %(count)s kinds of lesion and nothing else, it can be wrong, "
    "and it must never be the reason not to see a doctor."
)
_MADE_BY = N_("Made by model %(model)s, Dermapoint %(version)s; examination %(id)s.")
_SCALE = N_("Each tick is 1 mm; the bar is %(length)s mm long.")
_NO_SCALE = N_("The picture shows no scale: the lens was not calibrated.")
_FOREIGN = N_("The picture doesn't look like a dermatoscope picture of a lesion.")
_NONE_OF_THEM = N_("None of these kinds")
_NO_DATE = N_("not known: the clock of the device was not set")
_UPLOADED = N_(
    "uploaded, of another camera: its colours, scale and time are not known, and the finding is less certain"
)
_FIT = N_("good enough to judge")
_OVERRIDDEN = N_("judged in spite of advice to take it again")

TEXTS = (
    _TITLE,
    N_("Person"),
    N_("Name"),
    N_("Age"),
    N_("Sex"),
    N_("Skin type (Fitzpatrick)"),
    N_("Site"),
    N_("Lesion"),
    N_("Taken"),
    N_("Uploaded"),
    N_("Picture"),
    _UPLOADED,
    N_("Confirmed diagnosis"),
    N_("Notes"),
    N_("Not said"),
    N_("What the device says"),
    N_("Can't be ruled out"),
    N_("Picture quality"),
    _NONE_OF_THEM,
    _FIT,
    _NO_DATE,
    _OVERRIDDEN,
    _NO_SCALE,
    _SCALE,
    _FOREIGN,
    _MADE_BY,
    NOT_A_DEVICE,
    _NOT_A_DIAGNOSIS,
)
"""Every text of a report that isn't a class, triage, site, sex or reason, as the keys of its words."""

_PICTURE = 85 * MM
"""The picture's greatest height; less where much is said above it."""
_LEAST = 30 * MM
_MOST_BARS = 7
_BELOW = 104 * MM
"""What the scale, the finding and its bars take."""
_FOOT = FOOT + 16 * MM
_WIDEST, _QUALITY = 1600, 90
"""Pixels, so that it is printed at more than 300 an inch, and JPEG quality."""
_SCALE_MM = 10


def write_pages(items: Iterable[Item], target: BinaryIO, task: Task) -> list[str]:
    """The format pdf; a damaged picture is told on its page."""
    write_report(items, target, task.order.words, task.order.language)
    return []


def write_report(
    items: Iterable[Item], target: BinaryIO, words: Mapping[str, str], language: str = ENGLISH
) -> None:
    """Write it in a language; what `words` doesn't hold is said in English."""
    pen = Pen(target, words.get(_TITLE, _TITLE), f"Dermapoint {__version__}")
    with TemporaryDirectory() as room, Decoder(MOST_KEPT_PIXELS) as decoder:
        for item in items:
            with pen.page():
                _Page(pen, item, words, language, Path(room), decoder).draw()
    pen.save()


class _Page:
    """One examination, from the top of a page to its foot."""

    def __init__(
        self, pen: Pen, item: Item, words: Mapping[str, str], language: str, room: Path, decoder: Decoder
    ) -> None:
        self.pen, self.item, self.words, self.language = pen, item, words, language
        self.room, self.decoder = room, decoder

    def draw(self) -> None:
        self.pen.line(self._say(_TITLE), BOLD, 16, 9)
        self._about()
        self._picture()
        self._finding()
        self._foot()

    def _say(self, key: str, **values: object) -> str:
        text = self.words.get(key, key)
        return text % values if values else text

    def _about(self) -> None:
        item = self.item
        lesion, person = item.lesion, item.person
        said = self._say("Not said")
        rows = [("Person", person.pseudonym if person else said)]
        if person and person.name:
            rows.append(("Name", person.name))
        rows += [
            ("Age", said if item.age is None else str(item.age)),
            ("Sex", self._say(f"sex {person.sex}") if person and person.sex else said),
            ("Skin type (Fitzpatrick)", str(person.skin_type) if person and person.skin_type else said),
            ("Site", self._site()),
            ("Taken", f"{item.taken_at:%Y-%m-%d %H:%M} UTC" if item.taken_at else self._say(_NO_DATE)),
        ]
        if item.examination.source is Source.UPLOAD:
            # When it came is all that is known.
            rows[-1] = ("Uploaded", rows[-1][1])
            rows.append(("Picture", self._say(_UPLOADED)))
        if lesion and lesion.label:
            rows.insert(-1, ("Lesion", lesion.label))
        if lesion and lesion.diagnosis:
            told = lesion.diagnosis
            rows.append(("Confirmed diagnosis", told.in_words or self._say(f"class {told.label}")))
        notes = "\n".join(text for text in (lesion.notes if lesion else "", item.line.notes) if text)
        if notes:
            rows.append(("Notes", notes))
        for title, value in rows:
            self.pen.pair(self._say(title), value)
        self.pen.y -= 3 * MM

    def _site(self) -> str:
        site = self.item.lesion and self.item.lesion.site
        if not site:
            return self._say("Not said")
        return f"{self._say(f'site {site.key}')} ({site.general})"

    def _picture(self) -> None:
        data = self.item.best.read()
        if data is None:
            raise ExportError("picture_of_examination_damaged", id=self.item.examination.id)
        picture = self.room / f"{self.item.examination.id}.jpg"
        picture.write_bytes(_for_print(data, self.decoder))
        wide, high = jpeg_size(picture) or (4, 3)
        room = max(_LEAST, min(_PICTURE, self.pen.y - _FOOT - _BELOW))
        share = min(room / high, (RIGHT - LEFT) / wide)
        width, height = wide * share, high * share
        self.pen.y -= height
        # By its path: the JPEG goes into the report as it is, and isn't decoded.
        self.pen.canvas.drawImage(str(picture), LEFT, self.pen.y, width, height)
        picture.unlink()
        self.pen.y -= 2 * MM
        if self.item.width_mm:
            self.pen.ruler(_SCALE_MM, width / self.item.width_mm)
            self.pen.line(self._say(_SCALE, length=_SCALE_MM), TEXT, 8, 6)
        else:
            self.pen.line(self._say(_NO_SCALE), TEXT, 8, 6)

    def _finding(self) -> None:
        examination = self.item.examination
        finding = examination.finding
        self.pen.line(self._say("What the device says"), BOLD, 12, 6)
        for heading, advice in finding.next_steps:
            self.pen.line(say(heading, self.language), BOLD, 14, 6)
            self.pen.wrapped(say(advice, self.language), 10)
        for reason in finding.reasons:
            self.pen.wrapped(say(reason, self.language), 10)
        quality = [say(advice, self.language) for advice in examination.quality.advice]
        verdict = self._say(_OVERRIDDEN if examination.overridden else _FIT)
        self.pen.pair(self._say("Picture quality"), " ".join(quality) or verdict)
        if finding.foreign:
            self.pen.wrapped(self._say(_FOREIGN), 10)
        elif finding.triage is not Triage.RETAKE:
            named = ", ".join(self._say(f"class {label}") for label in finding.prediction_set)
            self.pen.pair(self._say("Can't be ruled out"), named)
            self._bars()

    def _bars(self) -> None:
        finding = self.item.examination.finding
        for label, share in finding.likeliest(_MOST_BARS):
            if self.pen.y > _FOOT + 6 * MM:
                self.pen.bar(self._say(f"class {label}"), share, probability(share, self.language))
        if finding.beside:
            self.pen.pair(self._say(_NONE_OF_THEM), probability(sum(finding.beside.values()), self.language))

    def _foot(self) -> None:
        made = self._say(
            _MADE_BY,
            model=self.item.examination.finding.model,
            version=__version__,
            id=self.item.examination.id,
        )
        self.pen.y = _FOOT
        self.pen.canvas.line(LEFT, self.pen.y + 4.5 * MM, RIGHT, self.pen.y + 4.5 * MM)
        self.pen.wrapped(self._say(NOT_A_DEVICE), 9, BOLD)
        count = len(self.item.examination.finding.classes.named)
        self.pen.wrapped(self._say(_NOT_A_DIAGNOSIS, count=count), 9, BOLD)
        self.pen.wrapped(made, 8)


def _for_print(data: bytes, decoder: Decoder) -> bytes:
    """A JPEG no wider than `_WIDEST`; what is, is made narrower, or a letter weighs many megabytes."""
    pixels = decoder.decode(data, "the picture")
    height, width = pixels.shape[:2]
    if width <= _WIDEST:
        return data
    size = (_WIDEST, max(1, round(_WIDEST * height / width)))
    return encode_jpeg(np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8), _QUALITY)
