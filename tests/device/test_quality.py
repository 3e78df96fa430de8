import cv2
import numpy as np
import pytest

from device.classifier.preprocess import resize_field
from device.examination import Quality
from device.images import find_images, read_image
from device.quality import choose, focus_level, hint, measure, measures
from device.words import say
from tests.conftest import FRAMES


@pytest.mark.parametrize("path", list(find_images(FRAMES)), ids=lambda path: path.stem)
def test_real_frames_are_fit(path):
    assert measure(resize_field(read_image(path))).fit


def tinted(field):
    """Bluer than the bluest of the cameras that the bounds were found on."""
    return np.clip(field * [0.3, 1.0, 1.8], 0, 255).astype(np.uint8)


def drawn_out(field):
    return cv2.filter2D(field, -1, np.full((1, 25), 1 / 25, np.float32))


def with_reflections(field):
    spoilt = field.copy()
    for place in range(20, 224, 40):
        cv2.circle(spoilt, (place, 224 - place), 14, (255, 255, 255), -1)
    return spoilt


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda field: np.zeros_like(field), "dark"),
        (lambda field: (field * 0.15).astype(np.uint8), "dark"),
        (lambda field: np.full_like(field, 255), "bright"),
        (lambda field: np.clip(field.astype(int) + 150, 0, 255).astype(np.uint8), "bright"),
        (lambda field: cv2.GaussianBlur(field, (0, 0), 8), "Not sharp"),
        (drawn_out, "hold still"),
        (with_reflections, "Reflections"),
        (tinted, "colours"),
    ],
    ids=["black", "dark", "white", "bright", "blurred", "moved", "reflections", "cast"],
)
def test_spoilt_frames_get_one_sentence_of_advice(field, spoil, word):
    quality = measure(spoil(field))
    assert len(quality.advice) == 1
    assert word in say(quality.advice[0])


def test_measures_are_in_their_units(field):
    white, black = (measure(np.full_like(field, level)).measures for level in (255, 0))
    assert (white["brightness"], white["blown out"], white["drowned"]) == (1, 1, 0)
    assert (black["brightness"], black["blown out"], black["drowned"]) == (0, 0, 1)


def test_detail_falls_with_blur_and_least_detail_with_motion_in_any_direction(field):
    luma = cv2.cvtColor(field, cv2.COLOR_RGB2GRAY).astype(np.float32)
    blurred = [measures.detail(cv2.GaussianBlur(luma, (0, 0), sigma)) for sigma in (0.5, 1, 2, 4)]
    assert [measures.detail(luma), *blurred] == sorted([measures.detail(luma), *blurred], reverse=True)
    for line in (np.full((1, 15), 1 / 15), np.full((15, 1), 1 / 15), np.eye(11) / 11):
        moved = cv2.filter2D(luma, -1, line.astype(np.float32))
        assert measures.least_detail(moved) < measures.least_detail(luma) - 0.5


def skin_with_a_spot(x, y, radius):
    field = np.full((224, 224, 3), (210, 160, 140), np.uint8)
    cv2.circle(field, (x, y), radius, (110, 60, 50), -1)
    return field


def test_framing_finds_the_lesion_where_it_is():
    framing = measures.framing(skin_with_a_spot(112, 112, 40))
    assert framing.area == pytest.approx(np.pi * 40**2 / 224**2, rel=0.05)
    assert framing.cut == 0
    assert framing.off_centre < 0.02
    aside = measures.framing(skin_with_a_spot(200, 112, 40))
    assert aside.off_centre == pytest.approx(80 / 112, abs=0.1)
    assert aside.cut > 0.05


def test_the_framing_is_hinted_at_and_no_reason_to_refuse(field):
    assert "middle" in say(hint(measure(skin_with_a_spot(200, 200, 30))))
    assert "beyond" in say(hint(measure(skin_with_a_spot(112, 112, 150))))
    assert hint(measure(skin_with_a_spot(112, 112, 40))) is None


def quality(least_detail, *advice):
    return Quality({"least detail": least_detail}, advice)


def test_the_sharpest_fit_frames_are_chosen_best_first():
    chosen = choose([quality(1.0), quality(0.5), quality(1.1), quality(2.0, "Too bright.")])
    assert chosen == ((2, 0), ())


def test_a_burst_without_a_fit_frame_says_why_of_its_sharpest():
    assert choose([quality(0.1, "Not sharp."), quality(0.3, "Too dark.")]) == ((1, 0), ("Too dark.",))


def test_the_focus_bar_is_full_for_a_usual_picture_and_empty_for_a_refused_one(field):
    assert focus_level(quality(9.0)) == 1
    assert focus_level(quality(-9.0)) == 0
    levels = [focus_level(measure(cv2.GaussianBlur(field, (0, 0), sigma))) for sigma in (0.1, 1, 2, 5)]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] > levels[-1]
