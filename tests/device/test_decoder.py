"""Pictures from elsewhere: whatever their files say, the device keeps its memory and its time."""

import os
import resource
import shutil
import struct
import threading
import time
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from device import cli
from device.errors import ImageError
from device.images import MOST_KEPT_PIXELS, MOST_PIXELS, decode_image, decoder, encode_jpeg, find_images
from device.images.decoder import Decoder
from device.images.head import check_picture
from tests.conftest import FRAMES, ROOT
from tests.support import says

INPUTS = ROOT.parent / "shared" / "inputs"
GOOD = (FRAMES / "ISIC_0024310.jpg").read_bytes()


def png(width, height, rows=b""):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def progressive(width, height):
    _, data = cv2.imencode(".jpg", np.zeros((height, width, 3), np.uint8), [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])
    return data.tobytes()


BAD = {
    "empty.jpg": b"",
    "text.jpg": b"hello, this is no picture",
    "start.jpg": b"\xff\xd8",
    "cut.jpg": GOOD[:20000],
    "cut in the head.jpg": GOOD[:100],
    "no scan.jpg": b"\xff\xd8\xff\xd9",
    "rubbish.jpg": b"\xff\xd8" + b"rubbish" * 100 + b"\xff\xd9",
    "no pixels.jpg": says(GOOD, 0, 0),
    "16000.jpg": says(GOOD, 16000, 16000),
    "largest.jpg": says(GOOD, 65535, 65535),
    "40000.png": png(40000, 40000),
    "no pixels.png": png(0, 5),
    "most.png": png(2**31 - 1, 2**31 - 1),
    "cut.png": png(64, 64, bytes(64 * 193))[:-20],
    "short of rows.png": png(64, 64, b"\0" * 10),
    "signature.png": b"\x89PNG\r\n\x1a\n",
    "webp.jpg": b"RIFF\x10\0\0\0WEBPVP8 ",
    "tiff.jpg": b"II*\0" + bytes(100),
    "end of a length.jpg": b"\xff\xd8\xff\xe0\x00\x01\xff\xd9",
}


@pytest.fixture(scope="module")
def bounded():
    with Decoder() as bounded:
        yield bounded


@pytest.fixture
def folder(tmp_path):
    for name, data in BAD.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_a_small_jpeg_that_says_16000_x_16000_takes_neither_memory_nor_time(bounded):
    data = says(encode_jpeg(np.full((512, 512, 3), 90, np.uint8), 90), 16000, 16000)
    assert len(data) < 59_000
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    for decode in (decode_image, bounded.decode):
        with pytest.raises(ImageError, match="16000 x 16000 pixels"):
            decode(data, "picture")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_a_sentence_and_the_next_picture_is_read(bounded, folder, name):
    with pytest.raises(ImageError) as caught:
        bounded.read(folder / name)
    assert str(caught.value).startswith(str(folder / name))
    assert len(str(caught.value).splitlines()) == 1
    assert (bounded.decode(GOOD, "") == decode_image(GOOD, "")).all()


@pytest.mark.parametrize("name", ["cut.jpg", "cut in the head.jpg", "cut.png", "start.jpg", "signature.png"])
def test_what_was_cut_is_called_truncated(folder, name):
    with pytest.raises(ImageError, match="truncated"):
        check_picture(BAD[name], name, MOST_PIXELS)


@pytest.mark.parametrize(
    "behind", [b"\0\0\0\x18ftypmp42" + bytes(5000), b"SEFT", b"\xff\xd8 another \xff\xd9"]
)
def test_what_phones_write_behind_a_picture_is_passed_over(behind):
    assert (decode_image(GOOD + behind, "phone") == decode_image(GOOD, "plain")).all()


def test_a_thumbnail_in_the_head_is_not_the_end_of_a_cut_picture():
    small = encode_jpeg(np.zeros((16, 16, 3), np.uint8), 50)
    segment = b"\xff\xe1" + struct.pack(">H", 2 + len(small)) + small
    whole = GOOD[:2] + segment + GOOD[2:]
    check_picture(whole, "whole", MOST_PIXELS)
    with pytest.raises(ImageError, match="truncated"):
        check_picture(whole[: len(segment) + 9000], "cut", MOST_PIXELS)


@pytest.mark.parametrize(("reduced", "shape"), [(1, (450, 600, 3)), (4, (113, 150, 3))])
def test_the_process_decodes_as_this_one_does(bounded, reduced, shape):
    decoded = bounded.decode(GOOD, "good", reduced)
    assert decoded.shape == shape
    assert (decoded == decode_image(GOOD, "good", reduced=reduced)).all()


@pytest.mark.parametrize("data", [says(progressive(64, 64), 16000, 16000), png(16000, 16000, bytes(10**6))])
def test_a_picture_that_unfolds_beyond_its_memory_ends_with_a_sentence(monkeypatch, data):
    # As if its size were not looked at first.
    monkeypatch.setattr(decoder, "check_picture", lambda *_: None)
    with Decoder(most_pixels=10**6) as small:
        with pytest.raises(ImageError, match="damaged"):
            small.decode(data, "bomb")
        assert small.decode(GOOD, "good").shape == (450, 600, 3)
        most = Path(f"/proc/{small._process.pid}/status").read_text().split("VmPeak:")[1].split()[0]
        assert int(most) < 16000 * 16000 * 3 // 1024


def test_a_picture_that_takes_too_long_is_given_up(monkeypatch, bounded):
    monkeypatch.setattr(decoder, "PICTURE_SECONDS", 0.0)
    with pytest.raises(ImageError, match="memory or time"):
        bounded.decode(png(7000, 7000, bytes(7000 * 21001)), "slow")
    monkeypatch.undo()
    assert bounded.decode(GOOD, "good").size


def test_a_decoder_that_the_kernel_ended_starts_again(bounded):
    bounded.decode(GOOD, "good")
    bounded._process.kill()
    bounded._process.wait(10)
    assert bounded.decode(GOOD, "good").size


def test_a_decoder_gives_its_memory_back_when_nothing_comes(monkeypatch):
    monkeypatch.setattr(decoder, "IDLE_SECONDS", 0.01)
    idle = Decoder()
    idle.decode(GOOD, "good")
    deadline = time.monotonic() + 20
    while idle._process and time.monotonic() < deadline:
        time.sleep(0.01)
    assert idle._process is None


def test_threads_share_a_decoder(bounded):
    read = []
    threads = [threading.Thread(target=lambda: read.append(bounded.decode(GOOD, "good"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [each.shape for each in read] == [(450, 600, 3)] * 4


def test_what_the_cameras_make_may_be_kept():
    assert 4056 * 3040 < MOST_KEPT_PIXELS < MOST_PIXELS


def test_pictures_of_macos_and_hidden_ones_are_passed_over_in_folders(tmp_path):
    shutil.copy(INPUTS / "13_appledouble._ISIC.jpg", tmp_path / "._x.jpg")
    for name in ("x.jpg", ".hidden.png"):
        (tmp_path / name).write_bytes(GOOD)
    assert [path.name for path in find_images(tmp_path)] == ["x.jpg"]


def test_classify_goes_on_after_any_bad_file(folder, capsys):
    os.mkfifo(folder / "pipe.jpg")
    (folder / "good.jpg").write_bytes(GOOD)
    (folder / "two\nlines\x1b[2J.jpg").write_bytes(GOOD)
    Path(os.fsdecode(os.fsencode(folder) + b"/latin\xff.jpg")).write_bytes(b"")
    assert cli.main(["classify", str(folder), str(folder / "pipe.jpg"), str(folder / "nowhere.jpg")]) == 1
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert len(lines) == len(BAD) + 2 + 1 + 2 + 1
    assert sum(": error: " in line for line in lines) == len(BAD) + 3
    assert "\x1b" not in out
    assert "pipe.jpg: is no file" in out


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (2, 3), (224, 224)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_pictures_of_any_shape_and_shade_have_an_answer(tmp_path, capsys, size, level):
    (tmp_path / "odd.png").write_bytes(
        cv2.imencode(".png", np.full((*size, 3), level, np.uint8))[1].tobytes()
    )
    assert cli.main(["classify", str(tmp_path)]) == 0
    assert "odd.png: " in capsys.readouterr().out


@pytest.mark.parametrize("name", [*BAD, "nowhere.jpg", ".", "odd.png", "good.jpg"])
@pytest.mark.parametrize("kind", ["white", "scale"])
def test_calibrate_ends_with_a_sentence_after_any_bad_file(folder, tmp_path_factory, capsys, kind, name):
    (folder / "odd.png").write_bytes(png(1, 1, bytes(4)))
    (folder / "good.jpg").write_bytes(GOOD)
    state = tmp_path_factory.mktemp("state")
    assert cli.main(["calibrate", kind, str(folder / name), "--state", str(state)]) == 2
    output = capsys.readouterr().err.strip()
    assert output.startswith("dermapoint: ")
    assert len(output.splitlines()) == 1


def test_the_files_that_broke_something_do_as_they_should(capsys):
    assert cli.main(["classify", *map(str, sorted(INPUTS.glob("*.[jp][pn]g")))]) == 1
    out = capsys.readouterr().out.splitlines()
    output = {Path(line.split(":")[0]).name: line for line in out}
    assert "truncated" in output["08_truncated.jpg"]
    assert "40000 x 40000" in output["12_png_40000x40000.png"]
    assert not any("error" in output[name] for name in ("09_motion_photo.jpg", "10_samsung_trailer.jpg"))
