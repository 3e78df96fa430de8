"""Codes are read from what the camera sees: bounded, and by a process that may end."""

import time
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from device import codes
from device.camera.ring import FrameRing
from device.codes import LONGEST_CODE, CodeReader
from device.errors import BusyError, CameraError, CodeError
from device.examination import Frame

_LEFT = [
    "0001101",
    "0011001",
    "0010011",
    "0111101",
    "0100011",
    "0110001",
    "0101111",
    "0111011",
    "0110111",
    "0001011",
]


@pytest.fixture
def ring():
    return FrameRing()


def publish(ring, code, sequence=1, size=(600, 450)):
    """Let the camera see a code (black 0, white 255) in the middle of grey skin, turned a little."""
    width, height = size
    view = np.full((height, width, 3), 150, np.uint8)
    top, left = (height - code.shape[0]) // 2, (width - code.shape[1]) // 2
    view[top : top + code.shape[0], left : left + code.shape[1]] = code[..., None]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 4, 1)
    turned = cv2.warpAffine(view, turn, (width, height), borderValue=(150, 150, 150))
    noisy = np.clip(turned + np.random.default_rng(1).normal(0, 4, turned.shape), 0, 255)
    ring.publish(Frame(np.asarray(noisy, np.uint8), datetime.now(UTC), sequence, {}))


def qr(text):
    code = cv2.QRCodeEncoder.create().encode(text)
    code = cv2.copyMakeBorder(code, 4, 4, 4, 4, cv2.BORDER_CONSTANT, value=255)
    return cv2.resize(code, (360, 360), interpolation=cv2.INTER_NEAREST)


def ean8(digits):
    """A barcode of EAN-8 (ISO/IEC 15420)."""
    left = "".join(_LEFT[int(each)] for each in digits[:4])
    right = "".join(_LEFT[int(each)].translate(str.maketrans("01", "10")) for each in digits[4:])
    bars = f"000000000101{left}01010{right}101000000000"
    row = np.array([0 if each == "1" else 255 for each in bars], np.uint8).repeat(5)
    return np.tile(row, (200, 1))


@pytest.mark.parametrize(
    ("code", "text"), [(qr("P-1 Ä"), "P-1 Ä"), (qr(" a\nb\x1b "), "ab"), (ean8("96385074"), "96385074")]
)
def test_a_code_under_the_lens_is_read(ring, code, text):
    publish(ring, code)
    assert CodeReader(ring).read() == text


def test_a_text_too_long_for_a_pseudonym_is_no_code_and_the_wait_has_an_end(ring):
    publish(ring, qr("x" * (LONGEST_CODE + 1)))
    begun = time.monotonic()
    with pytest.raises(CodeError, match="no code came into view"):
        CodeReader(ring, 0.5).read()
    assert time.monotonic() - begun < codes.SECONDS


def test_a_reader_that_dies_of_a_picture_is_no_fault_of_the_device(ring, monkeypatch):
    publish(ring, qr("P-1"))
    start = codes._start

    def start_and_kill():
        reader = start()
        reader.kill()
        return reader

    monkeypatch.setattr(codes, "_start", start_and_kill)
    with pytest.raises(CodeError):
        CodeReader(ring).read()


def test_two_do_not_read_at_once(ring):
    reader = CodeReader(ring)
    with reader._reading, pytest.raises(BusyError):
        reader.read()


def test_without_a_camera_the_sentence_is_the_cameras(ring):
    ring.fail("no camera")
    with pytest.raises(CameraError, match="no camera"):
        CodeReader(ring).read()
