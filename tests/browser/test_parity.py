"""What the page says is what the device says, for pictures of every kind and size."""

import shutil

import cv2
import numpy as np
import pytest

from browser.vectors import vector
from device.images import find_images, read_image
from tests.conftest import FRAMES
from tools.parity import WORKER, ask_browser, differences, serve_folder
from tools.parity.pictures import draw_pictures

SIZES = [(600, 450), (2028, 1520), (1024, 768), (500, 375), (1280, 720), (720, 1280), (449, 449), (448, 336)]
SMALL = [(299, 224), (300, 225), (224, 224), (225, 225), (100, 80), (3, 7), (2, 1), (1, 1)]


def compare(page, folder, pictures, classifier):
    """The pictures that are judged otherwise, with what differs."""
    shutil.copy(WORKER, folder)
    names = [f"picture_{number}.png" for number in range(len(pictures))]
    for name, pixels in zip(names, pictures, strict=True):
        cv2.imwrite(str(folder / name), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    with serve_folder(folder) as address:
        answers = ask_browser(page, address, names)
    found = {
        name: differences(vector(pixels, classifier), answer["vector"])
        for name, pixels, answer in zip(names, pictures, answers, strict=True)
    }
    return {name: apart for name, apart in found.items() if apart}


@pytest.fixture
def page(chromium):
    page = chromium.new_page()
    yield page
    page.close()


def test_pictures_of_any_size_become_the_very_same_fields(page, static_site, classifier):
    random = np.random.default_rng(0)
    frame = read_image(FRAMES / "ISIC_0024312.jpg")
    pictures = [cv2.resize(frame, size, interpolation=cv2.INTER_CUBIC) for size in (*SIZES, *SMALL)]
    pictures += [random.integers(0, 256, (*size[::-1], 3)).astype(np.uint8) for size in (*SIZES[2:], *SMALL)]
    assert compare(page, static_site, pictures, classifier) == {}


def test_a_jpeg_is_decoded_as_on_the_device(page, static_site, classifier):
    shutil.copy(WORKER, static_site)
    paths = list(find_images(FRAMES))[:8]
    for path in paths:
        shutil.copy(path, static_site)
    with serve_folder(static_site) as address:
        answers = ask_browser(page, address, [path.name for path in paths])
    for path, answer in zip(paths, answers, strict=True):
        assert differences(vector(read_image(path), classifier), answer["vector"]) == [], path.name


@pytest.mark.parametrize("part", range(5))
def test_500_pictures_sound_and_faulty_are_judged_as_on_the_device(page, static_site, classifier, part):
    pictures = draw_pictures(list(find_images(FRAMES)), 500)[part::5]
    assert compare(page, static_site, pictures, classifier) == {}
