"""Two pictures of a lesion: laid over each other, outlined and measured."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import device
from device.compare import COLOUR_NOISE, SIZE_NOISE, compare
from device.compare.alignment import Alignment, align, lay_over
from device.compare.measures import measure
from device.compare.outline import Outline, outline
from device.compare.picture import HEIGHT, WIDTH, to_picture
from device.images import read_image

FRAMES = sorted((Path(device.__file__).parent / "shipped/frames").glob("*.jpg"))


def picture(number):
    return to_picture(read_image(FRAMES[number]))


def moved(pixels, degrees=0.0, scale=1.0, across=0.0, down=0.0):
    """The picture as another look at the same skin would show it."""
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, scale)
    matrix[:, 2] += across, down
    return cv2.warpAffine(pixels, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)


@pytest.mark.parametrize("number", range(0, 12, 3))
@pytest.mark.parametrize(("degrees", "scale"), [(0, 1), (25, 1), (-100, 0.9), (180, 1.2)])
def test_another_look_is_laid_over_the_first(number, degrees, scale):
    first = picture(number)
    found = align(first, moved(first, degrees, scale, 20, -12))
    assert found
    assert found.scale == pytest.approx(1 / scale, rel=0.02)
    assert (found.degrees - degrees + 180) % 360 - 180 == pytest.approx(0, abs=1)
    laid = lay_over(moved(first, degrees, scale, 20, -12), found)
    inner = np.s_[100:-100, 140:-140]
    assert np.abs(laid[inner].astype(float) - first[inner]).mean() < 8


def test_other_lesions_are_not_laid_over_each_other():
    assert [align(picture(n), picture(n + 1)) for n in range(0, 16, 2)] == [None] * 8


@pytest.mark.parametrize("number", [2, 6, 10])
def test_two_plainly_different_lesions_look_different_and_another_look_at_one_does_not(number):
    first = picture(number)
    assert compare(first, picture(number + 1), None).looks_different
    assert not compare(first, moved(first, 25, 0.9, 20, -12), None).looks_different
    # Nothing that could be told apart says nothing.
    assert not compare(first, np.full_like(first, 200), None).looks_different


def test_at_the_lenses_scale_nothing_is_enlarged_and_the_middle_stays():
    first = picture(3)
    found = align(first, moved(first, scale=1.25), scale=1.0)
    assert found.scale == pytest.approx(1)
    middle = found.matrix @ [WIDTH / 2, HEIGHT / 2, 1]
    assert middle == pytest.approx([WIDTH / 2, HEIGHT / 2], abs=15)


@pytest.mark.parametrize(("zoomed", "reported"), [(1.15, True), (2.0, False)])
def test_a_scale_that_the_skin_belies_tells_no_growth(zoomed, reported):
    first = picture(3)
    found = compare(first, moved(first, scale=zoomed), scale=1.0)
    assert found.alignment.seen == pytest.approx(1 / zoomed, rel=0.02)
    assert found.at_odds is not reported
    assert reported or found.grown is None
    assert not compare(first, moved(first, scale=zoomed), scale=1 / zoomed).at_odds


@pytest.mark.parametrize("level", [0, 127, 255])
def test_where_there_is_nothing_nothing_is_found(level):
    blank = np.full((HEIGHT, WIDTH, 3), level, np.uint8)
    found = compare(blank, picture(0), 1.0)
    assert (found.first, found.alignment, found.grown, found.colour) == (None, None, None, None)


def drawn(radius, skin=(215, 170, 150), lesion=(110, 70, 60), centre=(WIDTH // 2, HEIGHT // 2), seed=1):
    """A round lesion on skin, both with a little grain."""
    pixels = np.full((HEIGHT, WIDTH, 3), skin, np.uint8)
    cv2.circle(pixels, centre, radius, lesion, cv2.FILLED)
    grain = np.random.default_rng(seed).normal(0, 3, pixels.shape)
    return np.clip(cv2.GaussianBlur(pixels, (0, 0), 2) + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("radius", [30, 60, 120])
def test_a_round_lesion_measures_what_it_is(radius):
    pixels = drawn(radius)
    found = measure(pixels, outline(pixels))
    assert found.sized
    assert found.diameter == pytest.approx(2 * radius / WIDTH, rel=0.08)
    assert found.area == pytest.approx(np.pi * radius**2 / WIDTH / HEIGHT, rel=0.15)
    assert found.colour[0] < -20


def test_growth_is_told_at_the_lenses_scale():
    assert compare(drawn(50), drawn(80), 1.0).grown == pytest.approx(0.6, abs=0.05)
    # Twice the width of skin in the second picture: the same pixels are twice the lesion.
    assert compare(drawn(50), drawn(50, seed=2), 2.0).grown == pytest.approx(1.0, abs=0.01)
    assert compare(drawn(50), drawn(80), None).grown is None


def test_light_is_no_change_of_colour_and_colour_is():
    first = drawn(60)
    darker = np.asarray(first * 0.85, np.uint8)
    assert compare(first, darker, None).colour < COLOUR_NOISE
    assert compare(first, drawn(60, lesion=(60, 60, 90)), None).colour > COLOUR_NOISE


def test_what_reaches_beyond_the_picture_has_no_size():
    found = measure(drawn(90), Outline(np.ones((HEIGHT, WIDTH), np.uint8), whole=False, steady=True))
    assert not found.sized
    cut = outline(drawn(90, centre=(WIDTH // 2, 30)))
    assert cut
    assert not cut.whole
    assert compare(drawn(60), drawn(90, centre=(WIDTH // 2, 30)), 1.0).grown is None


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["noise", "blobs", "stripes"]))
def test_rubbish_is_answered(seed, kind):
    chance = np.random.default_rng(seed)
    noise = chance.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    pixels = {
        "noise": noise,
        "blobs": cv2.GaussianBlur(noise, (0, 0), float(chance.uniform(2, 40))),
        "stripes": np.repeat(noise[:, :1], WIDTH, axis=1),
    }[kind]
    found = compare(pixels, drawn(40), 1.0)
    assert found.grown is None or found.grown > -1


def test_the_limits_are_those_of_the_document():
    text = (Path(device.__file__).parents[1] / "docs/compare.md").read_text()
    assert f"{SIZE_NOISE:.0%}" in text
    assert f"{COLOUR_NOISE:g}" in text


def test_an_alignment_tells_its_turn():
    turn = cv2.getRotationMatrix2D((0, 0), 30, 2)
    assert Alignment(turn, 20, 2).scale == pytest.approx(2)
    assert Alignment(turn, 20, 2).degrees == pytest.approx(-30)
