"""The PDF report: a page A4 an examination, fit to go with a letter to a dermatologist."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO

import cv2
import numpy as np

from device import __version__
from device.errors import ExportError
from device.examination import Triage
from device.export.items import Item
from device.export.jpeg import jpeg_size
from device.images import decode_image, encode_jpeg
from device.serialization import NOT_A_DEVICE

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

MOST_PAGES = 20
"""All of a PDF is built in memory, and nobody reads a longer letter."""

_TITLE = "Report of an examination with Dermapoint"
_NOT_A_DIAGNOSIS = (
    "This is not a diagnosis. It knows seven kinds of lesion and nothing else, it can be wrong, "
    "and it must never be the reason not to see a doctor."
)
_MADE_BY = "Made by model %(model)s, Dermapoint %(version)s; examination %(id)s."
_SCALE = "Each tick is 1 mm; the bar is %(length)s mm long."
_NO_SCALE = "The picture shows no scale: the lens was not calibrated."
_FOREIGN = "The picture doesn't look like a dermatoscope picture of a lesion."
_FIT = "good enough to judge"
_OVERRIDDEN = "judged in spite of advice to take it again"

TEXTS = (
    _TITLE,
    "Person",
    "Name",
    "Age",
    "Sex",
    "Skin type (Fitzpatrick)",
    "Site",
    "Lesion",
    "Taken",
    "Confirmed diagnosis",
    "Notes",
    "Not said",
    "What the device says",
    "Can't be ruled out",
    "Picture quality",
    _FIT,
    _OVERRIDDEN,
    _NO_SCALE,
    _SCALE,
    _FOREIGN,
    _MADE_BY,
    NOT_A_DEVICE,
    _NOT_A_DIAGNOSIS,
)
"""Every text of a report that isn't a class, triage, site, sex or reason, as the keys of its words."""

_FONTS = Path(__file__).parent / "fonts"
_TEXT, _BOLD = "DejaVuSans", "DejaVuSans-Bold"
_MM = 72 / 25.4
"""Points in a millimetre: PDF's unit is 1/72 inch (ISO 32000-1, 8.3.2.3)."""
_WIDTH, _HEIGHT = 210 * _MM, 297 * _MM
_LEFT, _RIGHT, _TOP, _FOOT = 20 * _MM, _WIDTH - 20 * _MM, _HEIGHT - 18 * _MM, 12 * _MM
_PICTURE = 85 * _MM
"""The picture's greatest height; less where much is said above it."""
_BELOW = 104 * _MM
"""What the scale, the finding and seven bars take."""
_WIDEST, _QUALITY = 1600, 90
"""Pixels, so that it is printed at more than 300 an inch, and JPEG quality."""
_SCALE_MM = 10
_MOST_LINES = 6


def write_report(items: Iterable[Item], target: BinaryIO, words: Mapping[str, str]) -> None:
    """Write it; what `words` doesn't hold is said in English.

    Raises ExportError when there are more than `MOST_PAGES`.
    """
    from reportlab import rl_config
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    # Pictures as the bytes that they are, without a wrapping of text around them.
    rl_config.useA85 = 0
    for name in (_TEXT, _BOLD):
        pdfmetrics.registerFont(TTFont(name, str(_FONTS / f"{name}.ttf")))
    canvas = Canvas(target, (_WIDTH, _HEIGHT), pageCompression=1, initialFontName=_TEXT)
    canvas.setTitle(words.get(_TITLE, _TITLE))
    canvas.setAuthor(f"Dermapoint {__version__}")
    with TemporaryDirectory() as room:
        for number, item in enumerate(items):
            if number == MOST_PAGES:
                raise too_long()
            _Page(canvas, item, words, Path(room)).draw()
            canvas.showPage()
    canvas.save()


def too_long() -> ExportError:
    """What a longer report is refused with."""
    return ExportError(f"a report has at most {MOST_PAGES} examinations; choose fewer, or another format")


class _Page:
    """One examination, from the top of a page to its foot; `y` is where the pen is."""

    def __init__(self, canvas: "Canvas", item: Item, words: Mapping[str, str], room: Path) -> None:
        self.canvas, self.item, self.words, self.room = canvas, item, words, room
        self.y = _TOP

    def draw(self) -> None:
        self._line(self._say(_TITLE), _BOLD, 16, 9)
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
            ("Taken", f"{item.line.taken_at:%Y-%m-%d %H:%M} UTC"),
        ]
        if lesion and lesion.label:
            rows.insert(-1, ("Lesion", lesion.label))
        if lesion and lesion.diagnosis:
            told = lesion.diagnosis
            rows.append(("Confirmed diagnosis", told.in_words or self._say(f"class {told.label}")))
        notes = "\n".join(text for text in (lesion.notes if lesion else "", item.line.notes) if text)
        if notes:
            rows.append(("Notes", notes))
        for title, value in rows:
            self._pair(self._say(title), value)
        self.y -= 3 * _MM

    def _site(self) -> str:
        site = self.item.lesion and self.item.lesion.site
        if not site:
            return self._say("Not said")
        return f"{self._say(f'site {site.key}')} ({site.general})"

    def _picture(self) -> None:
        data = self.item.best.read()
        if data is None:
            raise ExportError(
                f"the picture of examination {self.item.examination.id} is damaged; leave it out, "
                "or restore it from a backup"
            )
        picture = self.room / f"{self.item.examination.id}.jpg"
        picture.write_bytes(_for_print(data))
        wide, high = jpeg_size(picture) or (4, 3)
        room = max(30 * _MM, min(_PICTURE, self.y - _FOOT - 16 * _MM - _BELOW))
        share = min(room / high, (_RIGHT - _LEFT) / wide)
        width, height = wide * share, high * share
        self.y -= height
        # By its path: the JPEG goes into the report as it is, and isn't decoded.
        self.canvas.drawImage(str(picture), _LEFT, self.y, width, height)
        picture.unlink()
        self.y -= 2 * _MM
        if self.item.width_mm:
            self._scale(width / self.item.width_mm)
            self._line(self._say(_SCALE, length=_SCALE_MM), _TEXT, 8, 6)
        else:
            self._line(self._say(_NO_SCALE), _TEXT, 8, 6)

    def _scale(self, points_per_mm: float) -> None:
        canvas, top = self.canvas, self.y
        for tick in range(_SCALE_MM + 1):
            length = (3 if tick % 5 == 0 else 1.8) * _MM
            x = _LEFT + tick * points_per_mm
            canvas.line(x, top, x, top - length)
        canvas.line(_LEFT, top, _LEFT + _SCALE_MM * points_per_mm, top)
        self.y -= 7 * _MM

    def _finding(self) -> None:
        examination = self.item.examination
        finding = examination.finding
        self._line(self._say("What the device says"), _BOLD, 12, 6)
        triage = finding.triage.value
        self._line(self._say(f"triage {triage}"), _BOLD, 14, 6)
        self._wrapped(self._say(f"advice {triage}"), 10)
        for reason in finding.reasons:
            self._wrapped(self._say(reason), 10)
        quality = examination.quality.advice or (_OVERRIDDEN if examination.overridden else _FIT,)
        self._pair(self._say("Picture quality"), " ".join(map(self._say, quality)))
        if finding.foreign:
            self._wrapped(self._say(_FOREIGN), 10)
        elif finding.triage is not Triage.RETAKE:
            named = ", ".join(self._say(f"class {label}") for label in finding.prediction_set)
            self._pair(self._say("Can't be ruled out"), named)
            self._bars()

    def _bars(self) -> None:
        canvas = self.canvas
        start, full = _LEFT + 62 * _MM, 70 * _MM
        for label, share in self.item.examination.finding.likeliest(7):
            self._put(_LEFT, self._say(f"class {label}"), _TEXT, 9)
            canvas.setFillGray(0.88)
            canvas.rect(start, self.y - 0.5, full, 7, stroke=0, fill=1)
            canvas.setFillGray(0.25)
            canvas.rect(start, self.y - 0.5, full * share, 7, stroke=0, fill=1)
            canvas.setFillGray(0)
            self._put(start + full + 4 * _MM, _percent(share), _TEXT, 9)
            self.y -= 4.6 * _MM

    def _foot(self) -> None:
        made = self._say(
            _MADE_BY,
            model=self.item.examination.finding.model,
            version=__version__,
            id=self.item.examination.id,
        )
        self.y = _FOOT + 16 * _MM
        self.canvas.line(_LEFT, self.y + 4.5 * _MM, _RIGHT, self.y + 4.5 * _MM)
        self._wrapped(self._say(NOT_A_DEVICE), 9, _BOLD)
        self._wrapped(self._say(_NOT_A_DIAGNOSIS), 9, _BOLD)
        self._wrapped(made, 8)

    def _pair(self, title: str, value: str) -> None:
        self._put(_LEFT, title, _BOLD, 10)
        self._wrapped(value, 10, indent=50 * _MM)

    def _wrapped(self, text: str, size: float, font: str = _TEXT, indent: float = 0) -> None:
        from reportlab.lib.utils import simpleSplit

        lines = simpleSplit(text, font, size, _RIGHT - _LEFT - indent)[:_MOST_LINES] or [""]
        for line in lines:
            self._put(_LEFT + indent, line, font, size)
            self.y -= size * 1.35
        self.y -= 1

    def _line(self, text: str, font: str, size: float, down_mm: float) -> None:
        self._put(_LEFT, text, font, size, drop=True)
        self.y -= down_mm * _MM

    def _put(self, x: float, text: str, font: str, size: float, drop: bool = False) -> None:
        if drop:
            self.y -= size * 0.2
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, self.y, text)


def _for_print(data: bytes) -> bytes:
    """A JPEG no wider than `_WIDEST`; what is, is made narrower, or a letter weighs many megabytes."""
    pixels = decode_image(data, "the picture")
    height, width = pixels.shape[:2]
    if width <= _WIDEST:
        return data
    size = (_WIDEST, max(1, round(_WIDEST * height / width)))
    return encode_jpeg(np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8), _QUALITY)


def _percent(share: float) -> str:
    """In whole percent, and never 0 or 100: nothing is certain."""
    return "<1 %" if share < 0.01 else ">99 %" if share > 0.99 else f"{100 * share:.0f} %"
