"""Two examinations of one lesion, beside each other and one over the other, and what has changed."""

from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus

import cv2
import numpy as np
from flask import Response, render_template, request

from device.access import Role
from device.access.actions import Action
from device.classifier.preprocess import crop_field
from device.compare import COLOUR_NOISE, SIZE_NOISE, Comparison, compare
from device.compare.alignment import lay_over
from device.compare.measures import Measures
from device.compare.picture import HEIGHT, WIDTH, to_picture
from device.examination import Examination
from device.images import RGBImage, encode_jpeg
from device.records import Query, Records
from device.records.values import Lesion, Line
from device.serialization import NOT_A_DEVICE
from device.web.audit import concerns
from device.web.examinations.find import is_id
from device.web.people import schemas
from device.web.people.find import find_lesion
from device.web.refusal import refuse
from device.web.routing import Operation, Room
from device.web.services import services

SHOWN = (2 * WIDTH, 2 * HEIGHT)
"""Width and height of the pictures on the page."""
_QUALITY = 85
_OFFERED = 60
"""Examinations to choose from, besides the two that are shown."""
_KEPT = 8
"""Comparisons that aren't made again when their pictures are asked for, or their page once more."""


@dataclass(frozen=True)
class Pair:
    """Two examinations of a lesion, the earlier first, and their comparison."""

    first: Examination
    second: Examination
    lines: tuple[Line, Line]
    widths_mm: tuple[float | None, float | None]
    found: Comparison

    def millimetres(self, number: int) -> tuple[float, float] | None:
        """Longest diameter and area of the first (0) or second (1), mm and mm²; None: not known."""
        measures, width = (self.found.first, self.found.second)[number], self.widths_mm[number]
        if self.found.at_odds or not (measures and measures.sized and width):
            return None
        return measures.diameter * width, measures.area * width * width * HEIGHT / WIDTH


room = Room("compare", __name__)


@lru_cache(_KEPT)
def _found(records: Records, first: str, second: str, scale: float | None) -> Comparison:
    return compare(to_picture(_field(records, first)), to_picture(_field(records, second)), scale)


def pair(lesion: Lesion) -> Pair:
    """The two examinations of `lesion` that the address names, compared."""
    records, field_width_mm = services().records, services().optics.field_width_mm
    # By number: the clock may have been wrong at either time.
    lines = sorted((_named(records, lesion, name) for name in ("first", "second")), key=_number)
    first, second = (_examination(records, line) for line in lines)
    if first.id == second.id:
        refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "choose_two")
    widths = field_width_mm(first.optics), field_width_mm(second.optics)
    scale = widths[1] / widths[0] if widths[0] and widths[1] else None
    return Pair(first, second, (lines[0], lines[1]), widths, _found(records, first.id, second.id, scale))


@room.get("/lesions/<lesion_id>/compare", role=Role.VIEWER, audit=Action.SAW_LESION)
def page(lesion_id: str) -> str:
    """Both beside each other, with what has changed."""
    records = services().records
    lesion = find_lesion(records, lesion_id)
    both = pair(lesion)
    newest = records.search(Query(lesion=lesion.id), _OFFERED)
    concerns(*(line.id for line in (*both.lines, *newest)))
    return render_template(
        "people/compare.html",
        lesion=lesion,
        pair=both,
        lines=sorted({*newest, *both.lines}, key=_number, reverse=True),
        size=(WIDTH, HEIGHT),
        colour_noise=COLOUR_NOISE,
        size_noise=SIZE_NOISE,
    )


@room.get(
    "/lesions/<lesion_id>/compare/<any(first, second, over):which>.jpg",
    role=Role.VIEWER,
    audit=Action.SAW_PICTURE,
)
def picture(lesion_id: str, which: str) -> Response:
    """The first, the second, or the second laid over the first, as JPEG."""
    records = services().records
    both = pair(find_lesion(records, lesion_id))
    concerns(both.first.id, both.second.id)
    pixels = _shown(records, (both.first if which == "first" else both.second).id)
    if which == "over":
        if both.found.alignment is None:
            refuse(HTTPStatus.NOT_FOUND, "not_laid_over")
        pixels = lay_over(pixels, both.found.alignment)
    return Response(encode_jpeg(pixels, _QUALITY), mimetype="image/jpeg")


@room.get(
    "/api/v1/lesions/<lesion_id>/comparison",
    role=Role.VIEWER,
    audit=Action.SAW_LESION,
    api=Operation(
        schemas.Comparison, query=schemas.ComparisonQuery, problems=(HTTPStatus.UNPROCESSABLE_ENTITY,)
    ),
)
def comparison(lesion_id: str) -> schemas.Comparison:
    """Two examinations of a lesion: how one lies over the other, and what has changed."""
    records = services().records
    both = pair(find_lesion(records, lesion_id))
    laid = both.found.alignment
    concerns(both.first.id, both.second.id)
    return {
        "first": _to_json(both.first, both.found.first, both.millimetres(0)),
        "second": _to_json(both.second, both.found.second, both.millimetres(1)),
        "alignment": None
        if laid is None
        else {
            "degrees": laid.degrees,
            "scale": laid.scale,
            "seen_scale": laid.seen,
            "points": laid.points,
        },
        "at_odds": both.found.at_odds,
        "looks_different": both.found.looks_different,
        "grown": both.found.grown,
        "size_noise": SIZE_NOISE,
        "colour_difference": both.found.colour,
        "colour_noise": COLOUR_NOISE,
        "notice": NOT_A_DEVICE,
    }


def _named(records: Records, lesion: Lesion, name: str) -> Line:
    """The one that the address names as `name`; where it names none, the oldest as first, else the newest."""
    wanted = request.args.get(name)
    if not wanted:
        lines = records.search(Query(lesion=lesion.id), 2, oldest_first=name == "first")
        if len(lines) < 2:
            refuse(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "comparison_needs_two",
            )
        return lines[0]
    known = records.search(Query(id=wanted, lesion=lesion.id), 1) if is_id(wanted) else []
    if not known:
        refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "not_of_this_lesion", name=name)
    return known[0]


def _number(line: Line) -> int:
    return line.number


def _examination(records: Records, line: Line) -> Examination:
    found = records.get(line.id)
    if found is None:
        refuse(HTTPStatus.NOT_FOUND, "examination_gone")
    return found


def _field(records: Records, examination_id: str) -> RGBImage:
    examination = records.get(examination_id)
    number = examination.best if examination else 0
    if not records.image_path(examination_id, number).is_file():
        refuse(HTTPStatus.NOT_FOUND, "picture_gone")
    return crop_field(records.pixels(examination_id, number))


def _shown(records: Records, examination_id: str) -> RGBImage:
    field = _field(records, examination_id)
    return np.asarray(cv2.resize(field, SHOWN, interpolation=cv2.INTER_AREA), np.uint8)


def _to_json(
    examination: Examination, measures: Measures | None, millimetres: tuple[float, float] | None
) -> schemas.Compared:
    diameter, area = millimetres or (None, None)
    return {
        "id": examination.id,
        "taken_at": examination.taken_at.isoformat(),
        "model": examination.finding.model,
        "triage": examination.finding.triage.value,
        "diameter_mm": diameter,
        "area_mm2": area,
        "colour": _colour(measures),
        "outline": [[x / WIDTH, y / HEIGHT] for x, y in measures.border] if measures else None,
    }


def _colour(measures: Measures | None) -> schemas.Colour | None:
    if measures is None:
        return None
    lightness, red, yellow = measures.colour
    return {"lightness": lightness, "red": red, "yellow": yellow}
