"""What a lesion may look like tomorrow: turned, nearer, under other light, by another camera.

Keras layers on batches of pictures, float32, 0 to 1, shape (batch, side, side, 3). Each draws
afresh for each picture, works at whatever side it is given, and runs where the network runs, on
any Keras backend. None depends on the class or the source of a picture.

A layer draws first (`drawn`) and then changes pictures by what was drawn (`change`). For TensorFlow
on a CPU the change is compiled, which makes it several times faster, and the draws are not: XLA takes
a hundred times as long for random numbers there.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
from keras import ops

_LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in brightness: ITU-R BT.601."""

Drawn = dict[str, Any]
"""What a layer drew for a batch, by name; most are one number a picture, shape (batch, 1, 1, 1)."""


def augmentation(seed: int, strength: float = 1.0) -> keras.Sequential:
    """The layers that training pictures go through, in the order in which a camera works.

    `strength` scales every reach but that of turning: 0 only turns and mirrors.
    """
    layers = [RandomView, RandomLight, RandomRing, RandomSoftness, RandomCompression]
    return keras.Sequential(
        [layer(seed + number, strength) for number, layer in enumerate(layers)], name="augmentation"
    )


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, compiled by XLA for TensorFlow on a CPU; JAX compiles the whole training step by itself."""
    if keras.config.backend() != "tensorflow":
        return function
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        return function
    compiled: Callable[..., Any] = tf.function(function, jit_compile=True, autograph=False)
    return compiled


class RandomChange(keras.layers.Layer):
    """A layer with a source of draws; `strength` scales how far they reach."""

    def __init__(self, seed: int, strength: float = 1.0) -> None:
        # Half precision would show in the colours.
        super().__init__(dtype="float32")
        self.draws = keras.random.SeedGenerator(seed)
        self.strength = strength
        self._compiled_change = _compiled(self.change)

    def call(self, images: Any) -> Any:
        """Draw, and change the pictures."""
        return self._compiled_change(images, **self.drawn(images))

    def drawn(self, images: Any) -> Drawn:
        """All that is random about a batch like `images`; each layer has its own."""
        raise NotImplementedError

    def change(self, images: Any, *_: Any, **drawn: Any) -> Any:
        """`images` changed by what was drawn; each layer has its own."""
        raise NotImplementedError

    def draw(self, shape: tuple[Any, ...], low: float = 0.0, high: float = 1.0) -> Any:
        """Uniform between `low` and `high`."""
        return keras.random.uniform(shape, low, high, seed=self.draws)

    def reach(self, shape: tuple[Any, ...], far: float) -> Any:
        """Uniform between -`far` and `far`, times the strength."""
        return self.draw(shape, -far * self.strength, far * self.strength)

    def happens(self, count: Any, share: float) -> Any:
        """1 for a `share` of the pictures, times the strength, 0 for the others: (count, 1, 1, 1)."""
        return ops.cast(self.draw((count, 1, 1, 1)) < share * self.strength, "float32")


class RandomView(RandomChange):
    """Another hold of the camera: any angle, mirrored or not, nearer or farther, off centre.

    One affine map for all, so that a picture is interpolated once: up to 1.5 times nearer or
    1.2 times farther, since dermatoscopes differ in magnification, and moved by up to 8 % of the
    side.
    """

    def drawn(self, images: Any) -> Drawn:
        """The map of each picture, from the new one to the old, as `warp` takes it."""
        count = ops.shape(images)[0]
        angle = self.draw((count,), -math.pi, math.pi)
        mirror = ops.sign(self.draw((count,), -1, 1))
        # The map goes from the new picture to the old: a factor under 1 comes nearer.
        nearing = self.draw((count,), -math.log(1.5) * self.strength, math.log(1.2) * self.strength)
        stretch = self.reach((count,), math.log(1.35) / 4)
        wide, high = ops.exp(nearing + stretch) * mirror, ops.exp(nearing - stretch)
        matrix = ops.stack(
            [ops.cos(angle) * wide, -ops.sin(angle) * high, ops.sin(angle) * wide, ops.cos(angle) * high],
            axis=1,
        )
        return {"matrix": ops.reshape(matrix, (-1, 2, 2)), "shift": self.reach((count, 2), 0.16)}

    def change(self, images: Any, matrix: Any, shift: Any) -> Any:
        """Map each picture by its own draw; what comes into view from outside is mirrored."""
        return warp(images, matrix, shift)


def warp(images: Any, matrix: Any, shift: Any) -> Any:
    """Each picture sampled bilinearly at `matrix` times each place plus `shift`, mirrored outside.

    `images` (batch, side, side, channels), `matrix` (batch, 2, 2) for (across, down), `shift`
    (batch, 2); places run from -1 to 1 over the side. Keras's own affine transform interpolates
    over batch and channels too on JAX and PyTorch, which takes four times the reads.
    """
    side, channels = images.shape[1], images.shape[3]
    places = (ops.arange(side, dtype="float32") + 0.5) * (2 / side) - 1
    across, down = ops.meshgrid(places, places)
    grid = ops.stack([ops.reshape(across, (-1,)), ops.reshape(down, (-1,))])
    wanted = ops.matmul(matrix, grid) + shift[:, :, None]
    pixels = (_mirror(wanted) + 1) * (side / 2) - 0.5
    pixels = ops.clip(pixels, 0.0, side - 1.0)
    first = ops.minimum(ops.floor(pixels), side - 2.0)
    part = pixels - first
    column, row = ops.cast(first[:, 0], "int32"), ops.cast(first[:, 1], "int32")
    pixel = partial(_pixels, ops.reshape(images, (-1, side * side, channels)))
    start = row * side + column
    right, lower = part[:, 0, :, None], part[:, 1, :, None]
    upper = pixel(start) * (1 - right) + pixel(start + 1) * right
    below = pixel(start + side) * (1 - right) + pixel(start + side + 1) * right
    return ops.reshape(upper * (1 - lower) + below * lower, (-1, side, side, channels))


def _pixels(images: Any, places: Any) -> Any:
    """Of each picture (batch, pixels, channels) the pixels at its own `places` (batch, count).

    Picture by picture, so that machines that share a batch need nothing of each other.
    """
    return ops.vectorized_map(lambda each: ops.take(each[0], each[1], axis=0), (images, places))


def _mirror(places: Any) -> Any:
    """Places beyond -1 or 1 thrown back inside."""
    return ops.abs(ops.mod(places - 1, 4.0) - 2) - 1


class RandomLight(RandomChange):
    """Another lamp, sensor and picture processing: white balance, exposure, gamma, contrast, saturation.

    The reach of white balance and exposure is that of pictures which HAM10000 and another archive
    both hold: 0.3 and 0.35 stops, with a quarter as much again for cameras that neither has seen.
    """

    def drawn(self, images: Any) -> Drawn:
        """Gains (batch, 1, 1, 3) of red and blue against green and of all; a power and two factors."""
        each = (ops.shape(images)[0], 1, 1, 1)
        red, blue = self.reach(each, 0.38), self.reach(each, 0.38)
        stops = ops.concatenate([red, ops.zeros_like(red), blue], axis=-1) + self.reach(each, 0.4)
        return {
            "gains": 2.0**stops,
            "power": ops.exp(self.reach(each, 0.3)),
            "contrast": 1 + self.reach(each, 0.2),
            "saturation": 1 + self.reach(each, 0.25),
        }

    def change(self, images: Any, gains: Any, power: Any, contrast: Any, saturation: Any) -> Any:
        """Gains, then a power, a stretch about middle grey, and less or more colour."""
        images = ops.clip(images * gains, 0.0, 1.0)
        # A power by its definition: of the two functions there are vectorized forms.
        images = ops.exp(power * ops.log(images + 1e-4))
        images = 0.5 + (images - 0.5) * contrast
        grey = ops.sum(images * ops.convert_to_tensor(_LUMA, "float32"), axis=-1, keepdims=True)
        return ops.clip(grey + (images - grey) * saturation, 0.0, 1.0)


class RandomRing(RandomChange):
    """The dark rim that many dermatoscopes leave around a round field; a tenth of the pictures get one."""

    def drawn(self, images: Any) -> Drawn:
        """Place, size and softness of a circle, in halves of the side, and how dark it is outside."""
        count = ops.shape(images)[0]
        each = (count, 1, 1, 1)
        return {
            "right": self.reach(each, 0.08),
            "lower": self.reach(each, 0.08),
            "radius": self.draw(each, 0.95, 1.3),
            "width": self.draw(each, 0.01, 0.1),
            "darkness": self.happens(count, 0.1) * self.draw(each, 0.6, 1.0),
        }

    def change(self, images: Any, right: Any, lower: Any, radius: Any, width: Any, darkness: Any) -> Any:
        """Darken what lies outside the circle."""
        side = images.shape[1]
        places = (ops.arange(side, dtype="float32") + 0.5) * (2 / side) - 1
        across, down = (
            ops.reshape(places, (1, 1, side, 1)) - right,
            ops.reshape(places, (1, side, 1, 1)) - lower,
        )
        outside = ops.sigmoid((ops.sqrt(across**2 + down**2) - radius) / width)
        return images * (1 - outside * darkness)


class RandomSoftness(RandomChange):
    """Another focus, resolution and sharpening, and the grain of a small sensor.

    Sources differ in sharpness, and so do their classes; without this a network may learn the
    source instead of the lesion.
    """

    def __init__(self, seed: int, strength: float = 1.0) -> None:
        super().__init__(seed, strength)
        self._compiled_columns = _compiled(_mean_of_columns)

    def call(self, images: Any) -> Any:
        """Draw, and change the pictures: columns, then rows, apart."""
        # In one program XLA would work out the columns again for each of the five pixels of a row.
        drawn = self.drawn(images)
        columns = self._compiled_columns(images, drawn["wide"])
        return self._compiled_change(images, columns=columns, **drawn)

    def drawn(self, images: Any) -> Drawn:
        """Which mean, how far towards it or away from it, and how much grain; the grain is one for all."""
        count = ops.shape(images)[0]
        each = (count, 1, 1, 1)
        return {
            "wide": self.happens(count, 0.3),
            "amount": self.draw(each, -0.5 * self.strength, 1.0 * self.strength),
            "deviation": self.happens(count, 0.3) * self.draw(each, 0.0, 0.03),
            # No picture can know that its neighbours in the batch have the same.
            "grain": keras.random.normal((1, *images.shape[1:]), seed=self.draws),
        }

    def change(self, images: Any, columns: Any, wide: Any, amount: Any, deviation: Any, grain: Any) -> Any:
        """Blend with a 3 x 3 mean, where `wide` with the 3 x 3 mean of that, or away from it; add grain.

        `columns` are the same means of columns alone.
        """
        soft = _mean_of_rows(columns, wide)
        return ops.clip(images + amount * (soft - images) + deviation * grain, 0.0, 1.0)


def _mean_of_columns(images: Any, wide: Any) -> Any:
    """Of each pixel and those above and below; where `wide`, the mean of such means; edges go on outside."""
    side = images.shape[1]
    first, last = images[:, :1], images[:, -1:]
    more = ops.concatenate([first, first, images, last, last], axis=1)
    return _weighted([more[:, start : start + side] for start in range(5)], wide)


def _mean_of_rows(images: Any, wide: Any) -> Any:
    """The same of each pixel and those on its left and right."""
    side = images.shape[2]
    first, last = images[:, :, :1], images[:, :, -1:]
    more = ops.concatenate([first, first, images, last, last], axis=2)
    return _weighted([more[:, :, start : start + side] for start in range(5)], wide)


def _weighted(five: list[Any], wide: Any) -> Any:
    """The mean of the three in the middle, or where `wide` their mean of means: 1, 2, 3, 2 and 1 ninths."""
    outer, near = wide / 9, (1 - wide) / 3 + wide * (2 / 9)
    return outer * (five[0] + five[4]) + near * (five[1] + five[3]) + five[2] / 3


class RandomCompression(RandomChange):
    """What JPEG takes away: each 8 x 8 block's cosine transform in coarse steps, for half of the pictures.

    ITU-T T.81 (1992), annex A.3.3 for the transform and annex K.1 for the steps of brightness,
    which are used for all channels; `quality` from 30 to 95 scales them as the IJG's library does.
    """

    def __init__(self, seed: int, strength: float = 1.0) -> None:
        super().__init__(seed, strength)
        frequency, place = np.mgrid[:8, :8]
        basis = np.cos((2 * place + 1) * frequency * np.pi / 16) / 2
        basis[0] /= np.sqrt(2)
        self.basis = basis.astype(np.float32)

    def drawn(self, images: Any) -> Drawn:
        """The quality, and which pictures are compressed."""
        count = ops.shape(images)[0]
        return {"quality": self.draw((count, 1, 1, 1), 30, 95), "compressed": self.happens(count, 0.5)}

    def change(self, images: Any, quality: Any, compressed: Any) -> Any:
        """Quantize some pictures; the side must be a multiple of 8."""
        side = images.shape[1]
        blocks, row = side // 8, side * 3
        # Of a row of blocks, as it lies in memory: (8, side x 3).
        steps = np.tile(np.repeat(_JPEG_STEPS, 3, axis=1), (1, blocks)) / np.float32(255)
        steps = ops.convert_to_tensor(steps) * ops.where(quality < 50, 50 / quality, 2 - quality / 50)
        # Eight pixels of three channels lie side by side: one product transforms them without moving any.
        across, down = np.kron(self.basis, np.eye(3, dtype=np.float32)), self.basis[None]
        waves = ops.matmul(ops.reshape(images, (-1, 24)), across.T)
        waves = ops.matmul(down, ops.reshape(waves, (-1, 8, row)))
        waves = ops.round(ops.reshape(waves, (-1, blocks, 8, row)) / steps) * steps
        waves = ops.matmul(down.transpose(0, 2, 1), ops.reshape(waves, (-1, 8, row)))
        back = ops.reshape(ops.matmul(ops.reshape(waves, (-1, 24)), across), ops.shape(images))
        return ops.clip(images + compressed * (back - images), 0.0, 1.0)


_JPEG_STEPS = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    np.float32,
)
