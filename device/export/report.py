"""The PDF letter to a dermatologist: a page A4 an examination, and at last room for the answer."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import BinaryIO

import cv2
import numpy as np

from device import __version__
from device.errors import ExportError, ImageError
from device.examination import Source, Triage, day_known
from device.export.formats import Shortfall, Task
from device.export.items import Item, Picture
from device.export.pen import LEFT, RIGHT, TOP, Pen
from device.export.typefaces import UNPRINTABLE
from device.images import MOST_KEPT_PIXELS, encode_jpeg
from device.images.decoder import Decoder
from device.records import signature
from device.records.consents import Consent
from device.records.values import Diagnosis
from device.serialization import NOT_A_DEVICE
from device.words import ENGLISH, figures, probability, say
from device.words.marks import N_

_TITLE = N_("Report of an examination with Dermapoint")
_NOT_A_DIAGNOSIS = N_(
    "This is not a diagnosis. The device can be wrong, and it must never be the reason not to see a doctor."
)
_KINDS = N_("The device knows %(count)s kinds of lesion and nothing else.")
_MADE_BY = N_("Made by model %(model)s, Dermapoint %(version)s; examination %(id)s.")
_SCALE = N_("Each tick is 1 mm; the bar is %(length)s mm long.")
_NO_SCALE = N_("The picture shows no scale: the lens was not calibrated.")
_FOREIGN = N_("The picture doesn't look like a dermatoscope picture of a lesion.")
_NONE_OF_THEM = N_("None of these kinds")
_NO_DATE = N_("not known: the clock of the device was not set")
_UPLOADED = N_(
    "uploaded, of another camera: its colours, scale and time are not known, and the finding is less certain"
)
_RECOVERED = N_("brought back from its pictures after its record was lost, and judged anew")
_FIT = N_("good enough to judge")
_OVERRIDDEN = N_("judged in spite of advice to take it again")
_BEFORE = N_("What the device said before the diagnosis was confirmed")
_UNPRINTED = N_("Letters that this device has no font for stand as %(sign)s.")
_ANSWER = N_("Answer of the dermatologist")
_FINDING_AND_PROCEDURE = N_("Finding, and what is to be done")
_PLACE_AND_DATE = N_("Place and date")
_SIGNATURE = N_("Name, signature and stamp")
_CONSENT_BY = N_("Given by %(by)s on %(day)s")
_CONSENT_NO_DATE = N_("Given by %(by)s on a day that is not known: the clock of the device was not set")
_ON_PAPER = N_("signed on paper")
_WITHDRAWN = N_("withdrawn on %(day)s")

_ORIGINS = {Source.UPLOAD: _UPLOADED, Source.RECOVERED: _RECOVERED}
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
    _RECOVERED,
    N_("Confirmed diagnosis"),
    N_("Confirmed by"),
    N_("Confirmed on"),
    N_("In words"),
    N_("Look at it again"),
    N_("Notes"),
    N_("Not said"),
    N_("What the device says"),
    N_("Can't be ruled out"),
    N_("Picture quality"),
    N_("The lesion"),
    N_("Where it is"),
    N_("Consent"),
    N_("No consent is kept on this device."),
    _NONE_OF_THEM,
    _FIT,
    _NO_DATE,
    _OVERRIDDEN,
    _NO_SCALE,
    _SCALE,
    _FOREIGN,
    _MADE_BY,
    _BEFORE,
    _UNPRINTED,
    _ANSWER,
    _FINDING_AND_PROCEDURE,
    _PLACE_AND_DATE,
    _SIGNATURE,
    _CONSENT_BY,
    _CONSENT_NO_DATE,
    _ON_PAPER,
    _WITHDRAWN,
    NOT_A_DEVICE,
    _NOT_A_DIAGNOSIS,
    _KINDS,
)
"""Every text of a report that isn't a class, triage, site, sex, method or reason: the keys of its words."""

_PICTURE, _LEAST, _OVERVIEW = 80.0, 40.0, 60.0
"""Millimetres: the picture's greatest height and the least that it is made smaller to, and the overview's
greatest width."""
_GAP = 6.0
_BELOW = 96.0
"""What the scale, the finding and its bars take."""
_MOST_BARS, _BAR = 7, 5.0
"""The likeliest, as long as there is room on the page."""
_WIDEST, _QUALITY = 1600, 90
"""Pixels, so that it is printed at more than 300 an inch, and JPEG quality."""
_SCALE_MM = 10
_ANSWER_LEAST, _ANSWER_MOST, _SIGNED = 22.0, 90.0, 45.0
"""Millimetres: the room for the answer on each lesion, and for the signature below all."""


def write_pages(items: Iterable[Item], target: BinaryIO, task: Task) -> Shortfall:
    """The format pdf; a damaged picture is said in an error, and a letter without a font on its page."""
    return write_report(items, target, task.order.words, task.order.language)


def write_report(
    items: Iterable[Item], target: BinaryIO, words: Mapping[str, str], language: str = ENGLISH
) -> Shortfall:
    """Write it in a language; what `words` doesn't hold is said in English."""
    with Decoder(MOST_KEPT_PIXELS) as decoder:
        letter = _Letter(words, language, decoder)
        with closing(letter.pen):
            written = [letter.examination(item) for item in items]
            letter.answer(written)
            letter.pen.save(target)
    faces = letter.pen.typefaces
    return Shortfall(packages=tuple(sorted(faces.packages)), unprinted=bool(faces.packages or faces.unknown))


class _Letter:
    """The pages, from first to last."""

    def __init__(self, words: Mapping[str, str], language: str, decoder: Decoder) -> None:
        self.words, self.language, self.decoder = words, language, decoder
        self.pen = Pen(self._say(_TITLE), f"Dermapoint {__version__}", language, self._foot)
        self.made_by = ""

    def examination(self, item: Item) -> Item:
        """The page of one examination, and more where much is said of it."""
        model, finding = item.examination.finding.model, item.examination.finding
        made_by = self._say(_MADE_BY, model=model, version=__version__, id=item.examination.id)
        self.pen.add_page()
        # The foot is drawn when the next page begins.
        self.made_by = f"{made_by} {self._say(_KINDS, count=len(finding.classes.named))}"
        self.pen.y = TOP
        self.pen.paragraph(self._say(_TITLE), 16, bold=True)
        self.pen.ln(2)
        self._about(item)
        if item.lesion and item.lesion.diagnosis:
            self._diagnosis(item.lesion.diagnosis)
        self._pictures(item)
        self._finding(item)
        return item

    def answer(self, items: list[Item]) -> None:
        """The last page: who consented to this, and room for each lesion's answer."""
        self.pen.add_page()
        self.made_by = ""
        self.pen.paragraph(self._say(_TITLE), 16, bold=True)
        for person in {item.person.id: item.person for item in items if item.person}.values():
            consents = next(item.consents for item in items if item.person and item.person.id == person.id)
            self._consents(person.pseudonym, consents)
        self.pen.heading(self._say(_ANSWER))
        each = (self.pen.room - _SIGNED) / max(1, len(items))
        for item in items:
            if self.pen.room < _ANSWER_LEAST:
                self.pen.add_page()
            below = float(self.pen.y) + min(max(each, _ANSWER_LEAST), _ANSWER_MOST) - 5
            self.pen.paragraph(f"{self._whom(item)}: {self._say(_FINDING_AND_PROCEDURE)}", 9)
            self.pen.y = below
            self.pen.line(LEFT, below, RIGHT, below)
            self.pen.ln(5)
        if self.pen.room < _SIGNED - 10:
            self.pen.add_page()
        self.pen.ln(18)
        top, half = float(self.pen.y), (RIGHT - LEFT) / 2 - 5
        self.pen.rule(LEFT, half, self._say(_PLACE_AND_DATE))
        self.pen.y = top
        self.pen.rule(RIGHT - half, half, self._say(_SIGNATURE))

    def _say(self, key: str, **values: object) -> str:
        text = self.words.get(key, key)
        return text % values if values else text

    def _whom(self, item: Item) -> str:
        person = item.person.pseudonym if item.person else ""
        lesion = item.lesion.label if item.lesion else ""
        site = self._say(f"site {item.lesion.region}") if item.lesion and item.lesion.region else ""
        day = figures.day(item.taken_at.date(), self.language) if item.taken_at else ""
        return ", ".join(part for part in (person, lesion, site, day) if part)

    def _about(self, item: Item) -> None:
        lesion, person = item.lesion, item.person
        said = self._say("Not said")
        rows = [("Person", person.pseudonym if person else said)]
        if person and person.name:
            rows.append(("Name", person.name))
        rows += [
            ("Age", said if item.age is None else str(item.age)),
            ("Sex", self._say(f"sex {person.sex}") if person and person.sex else said),
            ("Skin type (Fitzpatrick)", str(person.skin_type) if person and person.skin_type else said),
            ("Site", self._site(item)),
        ]
        if lesion and lesion.label:
            rows.append(("Lesion", lesion.label))
        taken = f"{figures.moment(item.taken_at, self.language)} UTC" if item.taken_at else ""
        uploaded = item.examination.source is Source.UPLOAD
        # When it came is all that is known of an uploaded one.
        rows.append(("Uploaded" if uploaded else "Taken", taken or self._say(_NO_DATE)))
        if origin := _ORIGINS.get(item.examination.source):
            rows.append(("Picture", self._say(origin)))
        if item.line.due_day:
            rows.append(("Look at it again", figures.day(item.line.due_day, self.language)))
        notes = "\n".join(text for text in (lesion.notes if lesion else "", item.line.notes) if text)
        if notes:
            rows.append(("Notes", notes))
        for title, value in rows:
            self.pen.pair(self._say(title), value)

    def _site(self, item: Item) -> str:
        site = item.lesion and item.lesion.site
        if not site:
            return self._say("Not said")
        return f"{self._say(f'site {site.key}')} ({site.general})"

    def _diagnosis(self, known: Diagnosis) -> None:
        """What is known goes before what the device thought."""
        self.pen.heading(self._say("Confirmed diagnosis"), 14)
        self.pen.paragraph(self._say(f"class {known.label}"), 12, bold=True)
        self.pen.pair(self._say("Confirmed by"), self._say(f"method {known.confirmed_by.value}"))
        day = figures.day(known.confirmed_on, self.language) if known.confirmed_on else self._say("Not said")
        self.pen.pair(self._say("Confirmed on"), day)
        if known.in_words:
            self.pen.pair(self._say("In words"), known.in_words)

    def _pictures(self, item: Item) -> None:
        """The lesion, and beside it where it is on the body, when that was taken."""
        best = self._for_print(item.best, item.examination.id)
        beside = self._for_print(item.overview, item.examination.id) if item.overview else None
        self.pen.ln(2)
        if self.pen.room < _LEAST + 12:
            self.pen.add_page()
        room = max(_LEAST, min(_PICTURE, self.pen.room - _BELOW))
        wide = RIGHT - LEFT - (_OVERVIEW + _GAP if beside else 0)
        width, height = _within(best[1], wide, room)
        self.pen.picture(best[0], LEFT, width, height, self._say("The lesion"))
        if beside:
            across, down = _within(beside[1], _OVERVIEW, room)
            self.pen.picture(beside[0], LEFT + width + _GAP, across, down, self._say("Where it is"))
            height = max(height, down)
        self.pen.y = float(self.pen.y) + height + 2
        if item.width_mm:
            self.pen.ruler(_SCALE_MM, width / item.width_mm)
            self.pen.paragraph(self._say(_SCALE, length=_SCALE_MM), 8)
        else:
            self.pen.paragraph(self._say(_NO_SCALE), 8)

    def _finding(self, item: Item) -> None:
        examination, finding = item.examination, item.examination.finding
        known = item.lesion and item.lesion.diagnosis
        self.pen.heading(self._say(_BEFORE if known else "What the device says"))
        for heading, advice in finding.next_steps:
            self.pen.paragraph(say(heading, self.language), 10 if known else 14, bold=not known)
            self.pen.paragraph(say(advice, self.language))
        for reason in finding.reasons:
            self.pen.paragraph(say(reason, self.language))
        quality = [say(advice, self.language) for advice in examination.quality.advice]
        verdict = self._say(_OVERRIDDEN if examination.overridden else _FIT)
        self.pen.ln(1)
        self.pen.pair(self._say("Picture quality"), " ".join(quality) or verdict)
        if finding.foreign:
            self.pen.paragraph(self._say(_FOREIGN))
        elif finding.triage is not Triage.RETAKE:
            named = ", ".join(self._say(f"class {label}") for label in finding.prediction_set)
            self.pen.pair(self._say("Can't be ruled out"), named)
            self._bars(item)

    def _bars(self, item: Item) -> None:
        finding = item.examination.finding
        for label, share in finding.likeliest(_MOST_BARS):
            if self.pen.room < _BAR:
                break
            self.pen.bar(self._say(f"class {label}"), share, probability(share, self.language))
        if finding.beside:
            self.pen.pair(self._say(_NONE_OF_THEM), probability(sum(finding.beside.values()), self.language))

    def _consents(self, pseudonym: str, consents: tuple[Consent, ...]) -> None:
        self.pen.heading(f"{self._say('Consent')}: {pseudonym}")
        if not consents:
            self.pen.paragraph(self._say("No consent is kept on this device."))
        for consent in consents:
            said = [self._say(_CONSENT_NO_DATE, by=consent.by)]
            if day_known(consent.given_at):
                day = figures.day(consent.given_at.date(), self.language)
                said = [self._say(_CONSENT_BY, by=consent.by, day=day)]
            if not consent.signature:
                said.append(self._say(_ON_PAPER))
            if consent.withdrawn_at:
                withdrawn = figures.day(consent.withdrawn_at.date(), self.language)
                said.append(self._say(_WITHDRAWN, day=withdrawn))
            self.pen.paragraph(", ".join(said), bold=bool(consent.withdrawn_at))
            self.pen.paragraph(consent.text, 9)
            if consent.signature:
                self._sign(consent.signature)
            self.pen.ln(2)

    def _sign(self, path: str) -> None:
        if self.pen.room < 20:
            self.pen.add_page()
        strokes = [
            [(x / signature.WIDTH, y / signature.HEIGHT) for x, y in stroke]
            for stroke in signature.read_strokes(path)
        ]
        self.pen.strokes(strokes, LEFT, 54, 18)

    def _foot(self, pen: Pen) -> None:
        """Below every page: what this isn't."""
        pen.y = pen.h - 27
        pen.line(LEFT, pen.y, RIGHT, pen.y)
        pen.ln(1.5)
        pen.paragraph(f"{self._say(NOT_A_DEVICE)} {self._say(_NOT_A_DIAGNOSIS)}", 9, bold=True)
        if pen.typefaces.packages or pen.typefaces.unknown:
            pen.paragraph(self._say(_UNPRINTED, sign=UNPRINTABLE), 8)
        pen.paragraph(self.made_by, 7)

    def _for_print(self, picture: Picture, examination: str) -> tuple[bytes, tuple[int, int]]:
        """A JPEG no wider than `_WIDEST`, without what its file said beside, and its width and height."""
        data = picture.read()
        if data is None:
            raise ExportError("picture_of_examination_damaged", id=examination)
        try:
            pixels = self.decoder.decode(data, picture.path.name)
        except ImageError as error:
            raise ExportError("picture_of_examination_damaged", id=examination) from error
        height, width = pixels.shape[:2]
        if width > _WIDEST:
            height, width = max(1, round(_WIDEST * height / width)), _WIDEST
            pixels = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        return encode_jpeg(pixels, _QUALITY), (width, height)


def _within(size: tuple[int, int], width: float, height: float) -> tuple[float, float]:
    share = min(width / size[0], height / size[1])
    return size[0] * share, size[1] * share
