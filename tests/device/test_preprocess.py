import numpy as np
import pytest

from device.classifier.preprocess import (
    INPUT_SIDE,
    crop_field,
    quantization_table,
    quantize_field,
    resize_field,
    scale_field,
)


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [(450, 600, (450, 600)), (450, 450, (338, 450)), (1080, 1920, (1080, 1440)), (1, 1, (1, 1))],
)
def test_the_field_is_the_largest_centred_4_to_3_part(height, width, expected):
    assert crop_field(np.zeros((height, width, 3), np.uint8)).shape[:2] == expected


def test_the_field_is_centred():
    frame = np.zeros((300, 800, 3), np.uint8)
    frame[:, 200:600] = 255
    assert crop_field(frame).min() == 255


@pytest.mark.parametrize(
    "size", [(1, 1), (3, 500), (224, 224), (225, 300), (450, 600), (1520, 2028), (3040, 4056)]
)
def test_any_size_becomes_the_networks(size):
    frame = np.full((*size, 3), (10, 120, 240), np.uint8)
    field = resize_field(frame)
    assert field.shape == (INPUT_SIDE, INPUT_SIDE, 3)
    assert (field == (10, 120, 240)).all()


def test_shrinking_does_not_alias():
    stripes = np.zeros((1520, 2028, 3), np.uint8)
    stripes[:, ::2] = 255
    assert abs(resize_field(stripes).astype(int) - 128).max() <= 4


def test_pixels_scale_to_minus_one_to_one():
    scaled = scale_field(np.array([0, 255], np.uint8))
    assert scaled.tolist() == [-1.0, 1.0]


def test_quantization_is_the_nearest_int8_of_the_scaled_pixel(field):
    scale, zero_point = 2 / 255, -1
    tensor = quantize_field(field, quantization_table(scale, zero_point))
    assert tensor.shape == (1, INPUT_SIDE, INPUT_SIDE, 3)
    assert tensor.dtype == np.int8
    restored = (tensor[0].astype(np.float32) - zero_point) * scale
    assert np.abs(restored - scale_field(field)).max() <= scale / 2 + 1e-6


def test_the_table_saturates_instead_of_wrapping():
    table = quantization_table(1 / 1000, 0)
    assert table[0] == -128
    assert table[255] == 127
