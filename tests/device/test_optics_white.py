import cv2
import numpy as np
import pytest

from device.errors import CalibrationError
from device.images import find_images, read_image
from device.optics import OpticsStore
from device.optics.white import GRID, MOST_GAIN, measure_white
from tests.conftest import FRAMES

HEIGHT, WIDTH = 450, 600


def shading(vignette=0.4, cast=(1.0, 0.9, 0.8), lean=0.0):
    """What lens and lamp leave of the light, in pixel values, shape (450, 600, 3)."""
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    even = (1 - vignette * (x**2 + y**2) / 2) * (1 + lean * x)
    return even[..., None] * np.array(cast)


def card(shade, level=220.0, noise=3.0, seed=0):
    rng = np.random.default_rng(seed)
    return np.clip(level * shade + rng.normal(0, noise, shade.shape), 0, 255).astype(np.uint8)


def test_the_card_itself_becomes_even_and_neutral():
    shade = shading(lean=0.1)
    gains = measure_white([card(shade, seed=seed, level=200) for seed in range(3)])
    assert gains.shape == (*GRID, 3)
    assert gains.min() == pytest.approx(1, abs=0.01)
    flat = cv2.resize(gains, (WIDTH, HEIGHT)) * shade
    assert flat.std() / flat.mean() < 0.01


def test_dust_and_texture_do_not_enter():
    shade = shading()
    clean = card(shade)
    dusty = clean.copy()
    rng = np.random.default_rng(1)
    for x, y in rng.integers(20, 430, (15, 2)):
        cv2.circle(dusty, (int(x), int(y)), 5, (70, 60, 50), -1)
    dusty = cv2.add(dusty, np.tile(np.array([[0, 4], [4, 0]], np.uint8), (225, 300))[..., None].repeat(3, 2))
    np.testing.assert_allclose(measure_white([dusty]), measure_white([clean]), rtol=0.02)


def test_real_pictures_come_back_from_a_vignette_and_a_cast(tmp_path, picture):
    shade = shading()
    spoiled = (picture * shade).astype(np.uint8)
    store = OpticsStore(tmp_path)
    store.save(measure_white([card(shade)]), (WIDTH, HEIGHT))
    corrected = store.current().correct(spoiled)
    before = np.abs(spoiled.astype(int) - picture).mean()
    after = np.abs(corrected.astype(int) - picture).mean()
    assert after < before / 15


def test_black_corners_outside_the_lens_get_no_more_than_its_rim():
    shade = shading(vignette=0.2)
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    shade[(x * 4 / 3) ** 2 + y**2 > 1.3**2] = 0.02
    gains = measure_white([card(shade)])
    assert gains.max() < 1.25 * 1.3
    middle = gains[8:16, 10:22] * cv2.resize(shading(vignette=0.2), GRID[::-1])[8:16, 10:22]
    assert middle.std() / middle.mean() < 0.01


def spotted():
    picture = card(shading())
    cv2.circle(picture, (300, 220), 90, (120, 80, 60), -1)
    return picture


def striped():
    picture = card(shading())
    picture[:, ::8] //= 2
    picture[:, 1::8] //= 2
    return picture


@pytest.mark.parametrize(
    ("picture", "word"),
    [
        (card(shading(), level=45), "too dark"),
        (np.zeros((450, 600, 3), np.uint8), "too dark"),
        (np.full((450, 600, 3), 255, np.uint8), "blown out"),
        (card(shading(), level=270), "blown out"),
        (card(shading(cast=(1, 0.8, 0.6))), "too strong a cast"),
        (card(shading(vignette=0.75)), "too unevenly"),
        (spotted(), "not a plain card"),
        (striped(), "not a plain card"),
        (np.random.default_rng(0).integers(0, 255, (450, 600, 3), np.uint8), "not a plain card"),
        (np.full((100, 100, 3), 200, np.uint8), "too small"),
    ],
)
def test_what_is_no_white_card_is_told_in_one_sentence(picture, word):
    with pytest.raises(CalibrationError, match=word):
        measure_white([picture])


def test_light_that_changes_between_the_pictures_is_told():
    with pytest.raises(CalibrationError, match="changed between"):
        measure_white([card(shading()), card(shading(), level=180)])
    with pytest.raises(CalibrationError, match="at least one"):
        measure_white([])


def test_no_picture_of_skin_passes_for_a_card():
    for path in find_images(FRAMES):
        with pytest.raises(CalibrationError):
            measure_white([read_image(path)])


def test_no_gain_is_larger_than_can_be_kept():
    gains = measure_white([card(shading(vignette=0.45, cast=(1, 0.9, 0.75)))])
    assert 1.8 < gains.max() <= MOST_GAIN
