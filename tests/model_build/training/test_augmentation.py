import keras
import numpy as np
import pytest
import tensorflow as tf

from model_build.training import augmentation
from model_build.training.augmentation import (
    RandomCompression,
    RandomLight,
    RandomRing,
    RandomSoftness,
    RandomView,
    warp,
)

LAYERS = (RandomView, RandomLight, RandomRing, RandomSoftness, RandomCompression)


@pytest.fixture(scope="module")
def pictures(field):
    return np.stack([field] * 8).astype(np.float32) / np.float32(255)


@pytest.fixture(scope="module")
def field():
    smooth = np.random.default_rng(1).uniform(40, 220, (8, 8, 3)).repeat(8, 0).repeat(8, 1)
    # Not along the blocks of JPEG.
    return np.roll(smooth.astype(np.uint8), 3, axis=(0, 1))


def turned(angle):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    return np.tile(turn, (8, 1, 1))


def test_pictures_keep_shape_and_range_and_each_is_drawn_afresh(pictures):
    changed = np.array(augmentation.augmentation(seed=1)(pictures, training=True))
    assert changed.shape == pictures.shape
    assert 0 <= changed.min() <= changed.max() <= 1
    assert len({each.tobytes() for each in changed}) == len(pictures)
    again = np.array(augmentation.augmentation(seed=1)(pictures, training=True))
    assert (again == changed).all()


@pytest.mark.parametrize("layer", LAYERS[1:])
def test_without_strength_nothing_but_turning_changes_a_picture(pictures, layer):
    assert np.array(layer(3, 0.0)(pictures)) == pytest.approx(pictures, abs=2e-3)


@pytest.mark.parametrize("layer", LAYERS)
def test_each_layer_changes_some_of_its_pictures(pictures, layer):
    changed = [np.array(layer(seed)(pictures)) for seed in range(3)]
    assert max(np.abs(each - pictures).max() for each in changed) > 0.01


def test_a_warp_by_nothing_is_the_picture_and_a_quarter_turn_is_exact(pictures):
    still = np.zeros((8, 2), np.float32)
    assert np.array(warp(pictures, turned(0), still)) == pytest.approx(pictures, abs=1e-5)
    quarter = np.array(warp(pictures, turned(np.pi / 2), still))
    assert any(np.abs(quarter - np.rot90(pictures, count, (1, 2))).max() < 1e-4 for count in (1, 3))


def test_what_comes_into_view_from_outside_is_mirrored(pictures):
    moved = np.array(warp(pictures, turned(0), np.tile(np.float32([1, 0]), (8, 1))))
    assert moved[:, :, 32:] == pytest.approx(moved[:, :, 31::-1], abs=1e-5)


def test_the_ring_darkens_corners_and_not_the_middle(pictures):
    bright = np.ones_like(pictures)
    shown = np.concatenate([np.array(RandomRing(seed)(bright)) for seed in range(20)])
    assert shown[:, 28:36, 28:36].min() > 0.95
    assert shown[:, 0, 0].min() < 0.4


def test_compression_keeps_flat_colours_and_loses_fine_stripes():
    flat = np.full((24, 64, 64, 3), 0.5, np.float32)
    stripes = flat + 0.1 * (np.indices((64, 64)).sum(axis=0) % 2 - 0.5)[None, :, :, None].astype(np.float32)
    assert np.array(RandomCompression(2)(flat)) == pytest.approx(flat, abs=0.03)
    left = np.array(RandomCompression(2)(stripes)).std(axis=(1, 2, 3))
    # At the highest quality they stay, at the lowest they go.
    assert left.min() < 0.8 * stripes[0].std() < left.max()


def test_the_work_stays_in_single_precision_under_another_policy(pictures):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        layer = RandomLight(1)
    finally:
        keras.config.set_dtype_policy("float32")
    assert keras.backend.standardize_dtype(layer(pictures).dtype) == "float32"


@pytest.mark.parametrize("layer", LAYERS[:3])
def test_compiled_it_changes_what_it_changes_step_by_step(pictures, layer):
    at_once, by_step = layer(4), layer(4)
    assert np.array(at_once(pictures)) == pytest.approx(
        np.array(by_step.change(pictures, **by_step.drawn(pictures))), abs=1e-4
    )


def test_a_warp_is_that_of_tensorflows_own_kernel(pictures):
    random = np.random.default_rng(6)
    matrix = random.normal(0, 0.8, (8, 2, 2)).astype(np.float32)
    shift = random.uniform(-0.2, 0.2, (8, 2)).astype(np.float32)
    side = pictures.shape[1]
    # Its places are pixels from 0, ours run from -1 to 1 over the side.
    offset = (matrix.sum(axis=2) * (1 / side - 1) + shift + 1) * side / 2 - 0.5
    maps = np.concatenate([matrix, offset[:, :, None]], axis=2).reshape(8, 6)
    wanted = tf.raw_ops.ImageProjectiveTransformV3(
        images=pictures,
        transforms=np.pad(maps, ((0, 0), (0, 2))),
        output_shape=[side, side],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="REFLECT",
    )
    assert np.array(warp(pictures, matrix, shift)) == pytest.approx(np.array(wanted), abs=1e-3)


@pytest.mark.parametrize("wide", [0.0, 1.0])
def test_softness_blends_with_the_mean_around_or_with_the_mean_of_means(pictures, wide):
    each = np.ones((8, 1, 1, 1), np.float32)
    layer = RandomSoftness(1)
    layer.drawn = lambda images: {
        "wide": wide * each,
        "amount": each,
        "deviation": 0 * each,
        "grain": 0 * pictures[:1],
    }
    soft = np.array(layer(pictures))
    wanted = keras.ops.average_pool(pictures, 3, strides=1, padding="same")
    if wide:
        wanted = keras.ops.average_pool(wanted, 3, strides=1, padding="same")
    assert soft[:, 2:-2, 2:-2] == pytest.approx(np.array(wanted)[:, 2:-2, 2:-2], abs=1e-5)


def test_grain_deviates_as_drawn_and_each_batch_has_its_own(pictures):
    layer = RandomSoftness(1)
    grain = [np.array(layer.drawn(pictures)["grain"]) for _ in range(2)]
    assert np.abs(grain[0] - grain[1]).mean() > 0.5
    assert grain[0].std() == pytest.approx(1, abs=0.05)
    deviations = np.concatenate([np.array(layer.drawn(pictures)["deviation"]).ravel() for _ in range(50)])
    assert (deviations > 0).mean() == pytest.approx(0.3, abs=0.08)
    assert deviations.max() == pytest.approx(0.03, abs=0.002)


def test_compression_rounds_the_cosine_transform_of_each_block(pictures):
    quality = np.linspace(30, 95, 8, dtype=np.float32).reshape(8, 1, 1, 1)
    layer = RandomCompression(1)
    squeezed = np.array(layer.change(pictures, quality=quality, compressed=np.ones_like(quality)))
    scale = np.where(quality < 50, 50 / quality, 2 - quality / 50)
    for picture, shown, factor in zip(pictures, squeezed, scale, strict=True):
        block = picture[8:16, 24:32]
        waves = np.einsum("ui,ijc,vj->uvc", layer.basis, block, layer.basis)
        steps = augmentation._JPEG_STEPS[:, :, None] / 255 * factor
        left = np.einsum("ui,uvc,vj->ijc", layer.basis, np.round(waves / steps) * steps, layer.basis)
        assert shown[8:16, 24:32] == pytest.approx(left.clip(0, 1), abs=1e-3)
