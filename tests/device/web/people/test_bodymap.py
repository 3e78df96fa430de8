import re
from itertools import pairwise

import pytest

from device.records.sites import REGIONS
from device.records.values import Lesion
from device.web.people.bodymap import REGION_TITLES, VIEWS, marks
from device.web.people.bodymap.outlines import OUTLINE

AREAS = [(view.name, area) for view in VIEWS for area in view.areas]


def corners(path):
    return [tuple(map(float, pair)) for pair in re.findall(r"([-\d.]+) ([-\d.]+)", path)]


def holds(points, x, y):
    """True when a polygon holds a point: an odd number of its edges lies to the right of it."""
    inside = False
    for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            inside = not inside
    return inside


def middle(key):
    left, top, width, height = REGIONS[key].box
    return (left + width / 2) * 200, (top + height / 2) * 400


def test_every_region_is_drawn_once_on_its_view_and_has_a_title_of_its_own():
    assert sorted(area.key for _, area in AREAS) == sorted(REGIONS)
    assert all(REGIONS[area.key].view == view for view, area in AREAS)
    assert REGION_TITLES.keys() == REGIONS.keys()
    assert len(set(REGION_TITLES.values())) == len(REGIONS)


@pytest.mark.parametrize(("view", "area"), AREAS, ids=lambda each: getattr(each, "key", each))
def test_a_region_is_drawn_where_the_records_say_it_lies(view, area):
    x, y = middle(area.key)
    assert holds(corners(area.path), x, y)
    # What is drawn later lies on top: nothing may cover it.
    of_view = [each for name, each in AREAS if name == view]
    for later in of_view[of_view.index(area) + 1 :]:
        assert not holds(corners(later.path), x, y), later.key


def test_left_is_the_persons_left():
    for view, sign in (("front", 1), ("back", -1)):
        [area] = [
            each for name, each in AREAS if name == view and each.key.endswith(("left-ear", "left-calf"))
        ]
        assert all((x - 100) * sign >= 0 for x, _ in corners(area.path))


def test_a_mark_lies_in_its_region_and_several_stand_apart():
    regions = ["left-forearm", "", "upper-back", "upper-back", "upper-back"]
    placed = marks(Lesion(str(number), "p", region=region) for number, region in enumerate(regions, 1))
    assert [(mark.number, mark.view) for mark in placed] == [
        (1, "front"),
        (3, "back"),
        (4, "back"),
        (5, "back"),
    ]
    assert (placed[0].x, placed[0].y) == pytest.approx(middle("left-forearm"))
    heights = sorted(mark.y for mark in placed[1:])
    assert all(lower - upper >= 20 for upper, lower in pairwise(heights))


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_the_regions_leave_no_gap(view):
    outline = [(100 + x, y) for x, y in OUTLINE]
    # Off the round numbers, where points would lie on an edge.
    grid = [(x + 0.37, y + 0.41) for x in range(100, 200) for y in range(400)]
    inside = [point for point in grid if holds(outline, *point)]
    assert len(inside) > 8000
    areas = [corners(area.path) for area in view.areas]
    assert [point for point in inside if not any(holds(area, *point) for area in areas)] == []


def test_the_outline_is_whole_and_inside_the_picture():
    for view in VIEWS:
        points = corners(view.outline)
        assert view.outline.startswith("M")
        assert view.outline.endswith("Z")
        assert all(0 <= x <= 200 and -4 <= y <= 404 for x, y in points)
