"""The body map as a drawing: what to paint for each region, and where a person's lesions go on it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from device.records.sites import REGIONS
from device.records.values import Lesion
from device.web.people.bodymap.outlines import BACK, BACK_LINES, FRONT, FRONT_LINES, OUTLINE, Points
from device.web.people.bodymap.titles import REGION_TITLES
from device.words.marks import N_

__all__ = ["REGION_TITLES", "VIEWS", "Area", "Mark", "View", "marks"]

WIDTH, HEIGHT = 200, 400
"""Units of the drawing; the records' boxes are fractions of these."""

_MIDDLE = WIDTH / 2
_APART = 20
"""From one mark to the next in the same region."""


@dataclass(frozen=True)
class Area:
    """A region as it is drawn: its key, and its edge as SVG path data."""

    key: str
    path: str


@dataclass(frozen=True)
class View:
    """One side of the body, `front` or `back`: its outline, its regions, and lines that are no region."""

    name: str
    title: str
    outline: str
    areas: tuple[Area, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Mark:
    """A lesion's place on a view: its number among the person's lesions, and where it goes."""

    number: int
    lesion: Lesion
    view: str
    x: float
    y: float


def marks(lesions: Iterable[Lesion]) -> list[Mark]:
    """A mark for each lesion whose region is known; several in a region stand side by side."""
    placed, seen = [], Counter[str]()
    for number, lesion in enumerate(lesions, 1):
        if lesion.site is None:
            continue
        left, top, width, height = lesion.site.box
        x, y = (left + width / 2) * WIDTH, (top + height / 2) * HEIGHT
        # 0, 1, -1, 2, -2 and on, so that the first one stays in the middle.
        rank = seen[lesion.region]
        seen[lesion.region] += 1
        step = (rank + 1) // 2 * (1 if rank % 2 else -1)
        placed.append(Mark(number, lesion, lesion.site.view, round(x, 1), round(y + _APART * step, 1)))
    return placed


def _mirrored(points: Points) -> Points:
    return tuple((-x, y) for x, y in points)


def _straight(points: Points) -> str:
    return "M" + "L".join(f"{_MIDDLE + x:g} {y:g}" for x, y in points)


def _smooth(points: Points, closed: bool) -> str:
    """A curve through the points: Catmull and Rom's (1974), as cubic Bézier segments."""
    count = len(points)

    def at(index: int) -> tuple[float, float]:
        return points[index % count] if closed else points[min(max(index, 0), count - 1)]

    data = f"M{_MIDDLE + points[0][0]:g} {points[0][1]:g}"
    for index in range(count if closed else count - 1):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = (at(index + offset) for offset in (-1, 0, 1, 2))
        handles = (x1 + (x2 - x0) / 6, y1 + (y2 - y0) / 6, x2 - (x3 - x1) / 6, y2 - (y3 - y1) / 6, x2, y2)
        first, second, third = (
            f"{_MIDDLE + x:.1f} {y:.1f}" for x, y in zip(handles[::2], handles[1::2], strict=True)
        )
        data += f"C{first} {second} {third}"
    return data + ("Z" if closed else "")


def _view(name: str, title: str, shapes: Mapping[str, Points], lines: tuple[Points, ...]) -> View:
    areas = []
    for key, points in shapes.items():
        if key in REGIONS:
            areas.append(Area(key, _straight((*points, *_mirrored(points)[::-1])) + "Z"))
        else:
            # The half on the left as one looks at it: from the front, that is the person's right.
            near, far = ("right", "left") if name == "front" else ("left", "right")
            areas.append(Area(f"{near}-{key}", _straight(_mirrored(points)) + "Z"))
            areas.append(Area(f"{far}-{key}", _straight(points) + "Z"))
    # The mouth lies on the face: what is inside another comes after it.
    outline = (*OUTLINE, *_mirrored(OUTLINE[1:-1])[::-1])
    both = [line for half in lines for line in (half, _mirrored(half))]
    return View(
        name, title, _smooth(outline, closed=True), tuple(areas), tuple(_smooth(line, False) for line in both)
    )


VIEWS = (_view("front", N_("Front"), FRONT, FRONT_LINES), _view("back", N_("Back"), BACK, BACK_LINES))
"""The body from both sides."""
