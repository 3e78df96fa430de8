"""Pictures that show no lesion and need no camera: text, colours, noise, patterns, bare skin, a finger.

Each function draws one 4:3 RGB picture, uint8, shape `SHAPE`, from its source of draws.
"""

from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from device.classifier.preprocess import resize_field

SHAPE = (240, 320, 3)
_HEIGHT, _WIDTH = SHAPE[:2]
_LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789    .,:-"))
_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
)

Picture = NDArray[np.uint8]
Canvas = NDArray[np.floating[Any]]


def text(random: Generator) -> Picture:
    """A page, a label or a screen: lines of letters on paper of any colour."""
    paper, ink = (random.uniform(low, high, 3) for low, high in ((150, 255), (0, 110)))
    if random.random() < 0.3:
        paper, ink = ink, paper
    canvas = np.ascontiguousarray(np.broadcast_to(paper, SHAPE), np.uint8)
    font, size = random.choice(_FONTS), random.uniform(0.3, 2.5)
    for base in np.arange(10, _HEIGHT + 60, 34 * size):
        line = "".join(random.choice(_LETTERS, 60))
        cv2.putText(
            canvas, line, (-20, int(base)), int(font), size, ink.tolist(), max(1, round(size)), cv2.LINE_AA
        )
    return _finish(_turn(canvas.astype(np.float32), random.uniform(-25, 25)), random, blur=1.0)


def plain(random: Generator) -> Picture:
    """A wall, a table or a cloth: one colour, a little brighter on one side."""
    return _finish(_colour(random.uniform(0, 255, 3)) * _slope(random, 0.3), random, blur=1.0)


def noise(random: Generator) -> Picture:
    """Nothing but noise, from single pixels to clouds, grey or coloured."""
    cell = int(random.choice([1, 1, 2, 4, 12, 40]))
    size = (_HEIGHT // cell + 2, _WIDTH // cell + 2, int(random.choice([1, 3])))
    coarse = random.normal(random.uniform(60, 190), random.uniform(15, 80), size).astype(np.float32)
    fine = cv2.resize(coarse, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_CUBIC).reshape(_HEIGHT, _WIDTH, -1)
    return _finish(np.broadcast_to(fine, SHAPE) * random.uniform(0.8, 1.2, 3), random)


def pattern(random: Generator) -> Picture:
    """A weave, tiles or stripes."""
    down, across = np.mgrid[:_HEIGHT, :_WIDTH].astype(np.float32)
    period, angle = random.uniform(4, 60), random.uniform(0, np.pi)
    along = np.cos(angle) * across + np.sin(angle) * down
    aside = -np.sin(angle) * across + np.cos(angle) * down
    wave = np.sin(2 * np.pi * along / period)
    if random.random() < 0.6:
        wave = wave * np.sin(2 * np.pi * aside / (period * random.uniform(0.5, 2)))
    if random.random() < 0.5:
        wave = np.sign(wave)
    share = (wave[..., None] + 1) / 2
    first, second = random.uniform(0, 255, (2, 3))
    return _finish((share * first + (1 - share) * second) * _slope(random, 0.3), random, blur=1.5)


def skin(random: Generator) -> Picture:
    """Bare skin of any tone, with its unevenness and now and then a few hairs, but no lesion."""
    canvas = _colour(_skin_tone(random)) * _slope(random, 0.25)
    canvas = canvas + _clouds(random, int(random.integers(6, 60))) * random.uniform(0, 5)
    for _ in range(int(random.choice([0, 0, 3, 10]))):
        start, end = random.uniform(0, _WIDTH, (2, 2)).astype(int)
        cv2.line(canvas, start.tolist(), end.tolist(), (60, 45, 40), 1, cv2.LINE_AA)
    return _finish(canvas, random, blur=1.5)


def finger(random: Generator) -> Picture:
    """A finger or a palm on the lens: far out of focus, lit through or dark, creases across."""
    red = _skin_tone(random) * np.array([1.1, random.uniform(0.35, 0.9), random.uniform(0.3, 0.9)])
    canvas = _colour(red) * _slope(random, 0.8) * random.uniform(0.4, 1.3)
    for _ in range(int(random.integers(0, 4))):
        height, tilt = random.uniform(0, _HEIGHT), random.uniform(-60, 60)
        ends = (-10, int(height - tilt)), (_WIDTH + 10, int(height + tilt))
        shade = (_skin_tone(random) * random.uniform(0.3, 0.9)).tolist()
        cv2.line(canvas, *ends, shade, int(random.integers(2, 40)), cv2.LINE_AA)
    return _finish(_blur(canvas, random.uniform(4, 25)), random)


def dark(random: Generator) -> Picture:
    """The lens cap, or a lamp that is off: black, with the sensor's own noise."""
    return _finish(_colour(random.uniform(0, 25, 3)) * _slope(random, 0.8), random)


RENDERED: dict[str, Callable[[Generator], Picture]] = {
    "text": text,
    "plain colour": plain,
    "noise": noise,
    "pattern": pattern,
    "bare skin": skin,
    "finger on the lens": finger,
    "black": dark,
}


def draw_rendered(each: int, random: Generator) -> Iterator[tuple[str, Picture]]:
    """`each` pictures of every kind as fields, uint8, shape (each, 224, 224, 3), with the kind's name."""
    for kind, draw in RENDERED.items():
        yield kind, np.stack([resize_field(draw(random)) for _ in range(each)])


def _skin_tone(random: Generator) -> NDArray[np.float64]:
    """A colour within the range of human skin in CIELAB, as RGB, 0 to 255.

    Lightness 25 to 75, redness 5 to 20, yellowness 8 to 25 hold the measured range: Xiao et
    al. 2017, Skin Res. Technol. 23, 21, doi:10.1111/srt.12295 (rounded outwards).
    """
    lab = random.uniform((25, 5, 8), (75, 20, 25)).astype(np.float32)
    return np.asarray(cv2.cvtColor(lab.reshape(1, 1, 3), cv2.COLOR_LAB2RGB)[0, 0] * 255.0, np.float64)


def _colour(rgb: NDArray[np.float64]) -> Canvas:
    return np.ascontiguousarray(np.broadcast_to(rgb, SHAPE), np.float32)


def _slope(random: Generator, most: float) -> Canvas:
    """Light that falls off to one side: factors around 1, shape (height, width, 1)."""
    down, across = np.mgrid[-1 : 1 : _HEIGHT * 1j, -1 : 1 : _WIDTH * 1j]
    angle, strength = random.uniform(0, 2 * np.pi), random.uniform(0, most)
    return np.asarray(1 + strength * (np.cos(angle) * across + np.sin(angle) * down), np.float32)[..., None]


def _clouds(random: Generator, cell: int) -> Canvas:
    coarse = random.normal(size=(_HEIGHT // cell + 2, _WIDTH // cell + 2)).astype(np.float32)
    fine = cv2.resize(coarse, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.asarray(fine, np.float32)[..., None]


def _turn(canvas: Canvas, degrees: float) -> Canvas:
    turn = cv2.getRotationMatrix2D((_WIDTH / 2, _HEIGHT / 2), degrees, 1.3)
    turned = cv2.warpAffine(canvas, turn, (_WIDTH, _HEIGHT), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(turned, np.float32)


def _blur(canvas: Canvas, sigma: float) -> Canvas:
    return np.asarray(cv2.GaussianBlur(canvas, (0, 0), sigma), np.float32)


def _finish(canvas: Canvas, random: Generator, blur: float = 0.0) -> Picture:
    """Up to `blur` pixels of blur, then a sensor's noise."""
    if blur:
        canvas = _blur(canvas, random.uniform(0.01, blur))
    grain = random.normal(0, random.uniform(0, 5), SHAPE)
    return np.clip(canvas + grain, 0, 255).astype(np.uint8)
