import cv2
import numpy as np
import pytest

from device.classifier.preprocess import resize_field
from device.images import encode_jpeg, read_image
from model_build import twins
from tests.conftest import FRAMES

PATHS = sorted(FRAMES.glob("*.jpg"))


def crop(pixels):
    return pixels[40:400, 60:540]


def turn(pixels):
    return np.rot90(pixels, 2)


def recolour(pixels):
    return np.clip(pixels * [0.8, 1.1, 1.25] + 8, 0, 255).astype(np.uint8)


def shift(pixels):
    return cv2.warpAffine(
        pixels, np.float32([[1, 0, 24], [0, 1, 12]]), (600, 450), borderMode=cv2.BORDER_REFLECT
    )


def compress(pixels):
    return cv2.imdecode(np.frombuffer(encode_jpeg(pixels, 40), np.uint8), cv2.IMREAD_COLOR_RGB)


def zoom_out(pixels):
    """The same in a lens's circle, as another camera sees it."""
    small = np.zeros_like(pixels)
    small[45:405, 60:540] = cv2.resize(pixels, (480, 360), interpolation=cv2.INTER_AREA)
    circle = cv2.circle(np.zeros((450, 600), np.uint8), (300, 225), 180, 1, -1)
    return small * circle[..., np.newaxis]


@pytest.fixture(scope="module")
def originals():
    return [read_image(path) for path in PATHS]


@pytest.fixture(scope="module")
def fields(originals):
    return [resize_field(pixels) for pixels in originals]


@pytest.mark.parametrize("change", [crop, turn, recolour, shift, compress, zoom_out])
def test_skin_is_known_again_however_it_was_published(originals, fields, change):
    changed = [resize_field(np.ascontiguousarray(change(pixels))) for pixels in originals[:8]]
    pairs = twins.find_pairs([*fields, *changed], range(len(fields) + 8))
    right = {(place, len(fields) + place) for place in range(8)}
    assert set(pairs) <= right
    assert len(pairs) >= 7


def test_different_lesions_are_no_twins(fields):
    assert twins.find_pairs(fields, range(len(fields))) == []


def test_lens_circles_are_no_twins(originals):
    circles = [resize_field(zoom_out(pixels)) for pixels in originals]
    assert twins.find_pairs(circles, range(len(circles))) == []


def test_pictures_of_one_group_are_no_find(fields):
    assert twins.find_pairs([fields[0], fields[0]], [4, 4]) == []


def test_a_picture_without_any_structure_is_no_ones_twin(fields):
    grey = np.full_like(fields[0], 128)
    assert twins.find_pairs([grey, grey, fields[0]], [0, 1, 2]) == []


def test_known_pairs_are_counted_in_either_order():
    assert twins.share_found([(1, 2), (4, 3), (5, 6)], [(2, 1), (3, 4), (7, 8)]) == 2
