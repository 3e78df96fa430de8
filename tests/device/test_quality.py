import cv2
import numpy as np
import pytest

from device.classifier.preprocess import resize_field
from device.images import find_images, read_image
from device.quality import measure
from tests.conftest import FRAMES


@pytest.mark.parametrize("path", list(find_images(FRAMES)), ids=lambda path: path.stem)
def test_real_frames_are_fit(path):
    assert measure(resize_field(read_image(path))).fit


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda field: np.zeros_like(field), "dark"),
        (lambda field: (field * 0.15).astype(np.uint8), "dark"),
        (lambda field: np.full_like(field, 255), "bright"),
        (lambda field: np.clip(field.astype(int) + 150, 0, 255).astype(np.uint8), "bright"),
        (lambda field: np.full_like(field, 128), "sharp"),
        (lambda field: cv2.GaussianBlur(field, (0, 0), 8), "sharp"),
    ],
    ids=["black", "dark", "white", "bright", "plain", "blurred"],
)
def test_spoilt_frames_get_one_sentence_of_advice(field, spoil, word):
    quality = measure(spoil(field))
    assert not quality.fit
    assert len(quality.advice) == 1
    assert word in quality.advice[0]


def test_figures_are_in_their_units(field):
    quality = measure(np.full_like(field, 255))
    assert quality.brightness == pytest.approx(1)
    assert quality.clipped == 1
    assert quality.sharpness == 0
