import numpy as np
import pytest

from device.errors import ImageError
from device.images import encode_jpeg, find_images, read_image
from tests.conftest import FRAMES

GOOD = FRAMES / "ISIC_0024310.jpg"


def test_colours_come_red_first(tmp_path):
    red = np.zeros((32, 32, 3), np.uint8)
    red[..., 0] = 255
    (tmp_path / "red.jpg").write_bytes(encode_jpeg(red, 95))
    assert read_image(tmp_path / "red.jpg")[16, 16].argmax() == 0


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (GOOD.read_bytes()[:20000], "truncated"),
        (b"", "not a JPEG"),
        (b"hello, this is no picture", "not a JPEG"),
        (b"\xff\xd8" + b"rubbish" * 100 + b"\xff\xd9", "damaged"),
    ],
    ids=["cut", "empty", "text", "rubbish"],
)
def test_a_bad_file_is_named_with_its_fault(tmp_path, data, word):
    path = tmp_path / "bad.jpg"
    path.write_bytes(data)
    with pytest.raises(ImageError, match=word) as caught:
        read_image(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ImageError, match=r"nowhere\.jpg: can't be read"):
        read_image(tmp_path / "nowhere.jpg")


def test_pictures_are_found_anywhere_below_a_folder(tmp_path):
    for name in ("b.JPG", "deep/er/a.png", "notes.txt", "deep/c.jpeg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [path.name for path in find_images(tmp_path)] == ["b.JPG", "c.jpeg", "a.png"]
