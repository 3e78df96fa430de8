import math
import re

import cv2
import numpy as np
import pytest

from device.errors import CalibrationError
from device.images import read_image
from device.optics import target
from device.optics.checkerboard import find_squares
from device.optics.ruler import find_ticks
from device.optics.scale import Scale, find_scale, scale_from_points
from tests.conftest import FRAMES

PRINT_PER_MM = 20


@pytest.fixture(scope="module")
def sheet():
    """The target as a printer would put it on paper."""
    width, height = (round(side * PRINT_PER_MM) for side in target.PAGE)
    paper = np.full((height, width), 255, np.uint8)
    for shape in target.shapes():
        if isinstance(shape, target.Rectangle):
            left, top, across, down = (
                round(each * PRINT_PER_MM) for each in (shape.x, shape.y, shape.width, shape.height)
            )
            paper[top : top + down, left : left + across] = 0
    return paper


def look(sheet, x_mm, y_mm, width_mm, degrees, blur=1.5):
    """A view of the sheet through a lens: turned, blurred, shaded, tinted, with noise; 800 x 600."""
    factor = 800 / width_mm / PRINT_PER_MM
    turn = cv2.getRotationMatrix2D((x_mm * PRINT_PER_MM, y_mm * PRINT_PER_MM), degrees, factor)
    turn[:, 2] += (400 - x_mm * PRINT_PER_MM, 300 - y_mm * PRINT_PER_MM)
    view = cv2.warpAffine(sheet, turn, (800, 600), borderValue=255).astype(np.float32)
    view = cv2.GaussianBlur(30 + 0.75 * view, (0, 0), blur)
    y, x = np.mgrid[-1:1:600j, -1:1:800j]
    view *= 1 - 0.4 * (x**2 + y**2) / 2
    noise = np.random.default_rng(0).normal(0, 5, (600, 800, 3))
    return np.clip(view[..., None] * (1, 0.9, 0.8) + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("width_mm", "degrees"), [(10, 30), (16, 0), (16, 117), (35, 62)])
def test_the_printed_board_tells_the_scale_at_any_angle(sheet, width_mm, degrees):
    scale = find_scale(look(sheet, 50, 110, width_mm, degrees))
    assert scale.width_mm == pytest.approx(width_mm, rel=0.004)
    assert scale.method == "checkerboard of 1 mm"


@pytest.mark.parametrize(("width_mm", "degrees"), [(12, 0), (20, 33), (30, 140)])
def test_the_printed_ruler_tells_the_scale_at_any_angle(sheet, width_mm, degrees):
    scale = find_scale(look(sheet, 70, 158, width_mm, degrees))
    assert scale.width_mm == pytest.approx(width_mm, rel=0.012)
    assert scale.method == "ruler of 1 mm"


def test_a_ruler_is_found_along_the_edge_of_a_real_picture(picture):
    picture = picture.copy()
    for tick in range(14):
        x = 22 + tick * 40
        cv2.line(picture, (x, 20), (x + 2, 70 if tick % 5 == 0 else 50), (40, 30, 30), 2, cv2.LINE_AA)
    assert find_ticks(picture).spacing == pytest.approx(40, rel=0.01)


def test_another_spacing_is_taken_at_its_word(sheet):
    picture = look(sheet, 50, 110, 16, 20)
    assert find_scale(picture, 0.5).width_mm == pytest.approx(8, rel=0.01)
    with pytest.raises(CalibrationError, match="160 mm wide"):
        find_scale(picture, 10)
    for bad in (0, -1, math.nan, math.inf):
        with pytest.raises(CalibrationError, match="no meaning"):
            find_scale(picture, bad)


@pytest.mark.parametrize("name", ["ISIC_0024310.jpg", "first", "last"])
def test_skin_is_no_ruler(name):
    paths = sorted(FRAMES.glob("*.jpg"))
    path = {"first": paths[0], "last": paths[-1]}.get(name, FRAMES / name)
    with pytest.raises(CalibrationError, match="no checkerboard and no ruler"):
        find_scale(read_image(path))


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_empty_view_is_no_ruler(level):
    picture = np.full((300, 400, 3), level, np.uint8)
    assert find_squares(picture) is None
    assert find_ticks(picture) is None


@pytest.mark.parametrize("shape", [(1, 1, 3), (9, 500, 3), (40, 30, 3)])
def test_a_tiny_picture_is_no_ruler(shape):
    with pytest.raises(CalibrationError, match="no ruler"):
        find_scale(np.random.default_rng(0).integers(0, 255, shape, np.uint8))


def test_two_points_tell_the_scale():
    scale = scale_from_points(800, (100, 100), (400, 500), 10)
    assert scale.width_mm == pytest.approx(16)
    with pytest.raises(CalibrationError, match="too close"):
        scale_from_points(800, (100, 100), (110, 100), 10)
    with pytest.raises(CalibrationError, match=r"0\.8 mm wide"):
        scale_from_points(800, (0, 0), (500, 0), 0.5)
    with pytest.raises(CalibrationError, match="mm wide"):
        Scale(math.nan, "x")


def test_the_target_is_written_in_millimetres(tmp_path):
    for name in ("target.svg", "target.pdf"):
        target.write_target(tmp_path / name)
    svg = (tmp_path / "target.svg").read_text()
    assert 'width="210mm" height="279mm" viewBox="0 0 210 279"' in svg
    assert svg.count('width="1" height="1"') == target.BOARD[0] * target.BOARD[1] / 2
    assert "150 mm" in svg
    assert "not a medical device" in svg


def test_the_pdf_holds_together(tmp_path):
    data = target.to_pdf()
    assert data.startswith(b"%PDF-1.4")
    start = int(re.search(rb"startxref\n(\d+)", data)[1])
    assert data[start:].startswith(b"xref")
    for number, place in enumerate(re.findall(rb"(\d{10}) 00000 n", data), 1):
        assert data[int(place) :].startswith(b"%d 0 obj" % number)
    length, rest = re.search(rb"/Length (\d+) >>\nstream\n(.*)", data, re.DOTALL).groups()
    assert rest[int(length) :].startswith(b"\nendstream")
    assert b"150.0000 0.2000 re f" in data


def test_a_target_of_another_kind_is_refused(tmp_path):
    with pytest.raises(CalibrationError, match=r"ends in \.pdf or \.svg"):
        target.write_target(tmp_path / "target.docx")
    with pytest.raises(CalibrationError, match="can't be written"):
        target.write_target(tmp_path / "none" / "target.pdf")
