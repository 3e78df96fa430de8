"""What a lesion may look like tomorrow: turned, nearer, under other light, by another camera.

Keras layers on batches of pictures, float32, 0 to 1, shape (batch, side, side, 3). Each draws
afresh for each picture, works at whatever side it is given, and runs where the network runs, on
any Keras backend. None depends on the class or the source of a picture.
"""

import math
from functools import partial
from typing import Any

import keras
import numpy as np
from keras import ops

_LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in brightness: ITU-R BT.601."""


def augmentation(seed: int, strength: float = 1.0) -> keras.Sequential:
    """The layers that training pictures go through, in the order in which a camera works.

    `strength` scales every reach but that of turning: 0 only turns and mirrors.
    """
    layers = [RandomView, RandomLight, RandomRing, RandomSoftness, RandomCompression]
    return keras.Sequential(
        [layer(seed + number, strength) for number, layer in enumerate(layers)], name="augmentation"
    )


class _Random(keras.layers.Layer):
    """A layer with a source of draws; `strength` scales how far they reach."""

    def __init__(self, seed: int, strength: float = 1.0) -> None:
        # Half precision would show in the colours.
        super().__init__(dtype="float32")
        self.draws = keras.random.SeedGenerator(seed)
        self.strength = strength

    def draw(self, shape: tuple[Any, ...], low: float = 0.0, high: float = 1.0) -> Any:
        """Uniform between `low` and `high`."""
        return keras.random.uniform(shape, low, high, seed=self.draws)

    def reach(self, shape: tuple[Any, ...], far: float) -> Any:
        """Uniform between -`far` and `far`, times the strength."""
        return self.draw(shape, -far * self.strength, far * self.strength)

    def happens(self, count: Any, share: float) -> Any:
        """1 for a `share` of the pictures, times the strength, 0 for the others: (count, 1, 1, 1)."""
        return ops.cast(self.draw((count, 1, 1, 1)) < share * self.strength, "float32")


class RandomView(_Random):
    """Another hold of the camera: any angle, mirrored or not, nearer or farther, off centre.

    One affine map for all, so that a picture is interpolated once: up to 1.5 times nearer or
    1.2 times farther, since dermatoscopes differ in magnification, and moved by up to 8 % of the
    side.
    """

    def call(self, images: Any) -> Any:
        """Map each picture by its own draw; what comes into view from outside is mirrored."""
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
        return warp(images, ops.reshape(matrix, (-1, 2, 2)), self.reach((count, 2), 0.16))


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
    pixel = partial(ops.take, ops.reshape(images, (-1, channels)), axis=0)
    start = (ops.arange(ops.shape(images)[0], dtype="int32") * (side * side))[:, None] + row * side + column
    right, lower = part[:, 0, :, None], part[:, 1, :, None]
    upper = pixel(start) * (1 - right) + pixel(start + 1) * right
    below = pixel(start + side) * (1 - right) + pixel(start + side + 1) * right
    return ops.reshape(upper * (1 - lower) + below * lower, (-1, side, side, channels))


def _mirror(places: Any) -> Any:
    """Places beyond -1 or 1 thrown back inside."""
    return ops.abs(ops.mod(places - 1, 4.0) - 2) - 1


class RandomLight(_Random):
    """Another lamp, sensor and picture processing: white balance, exposure, gamma, contrast, saturation.

    The reach of white balance and exposure is that of pictures which HAM10000 and another archive
    both hold: 0.3 and 0.35 stops, with a quarter as much again for cameras that neither has seen.
    """

    def call(self, images: Any) -> Any:
        """Gains of red and blue against green and of all, a power, a stretch, and less or more colour."""
        count = ops.shape(images)[0]
        red, blue = self.reach((count, 1, 1, 1), 0.38), self.reach((count, 1, 1, 1), 0.38)
        stops = ops.concatenate([red, ops.zeros_like(red), blue], axis=-1) + self.reach((count, 1, 1, 1), 0.4)
        images = ops.clip(images * 2.0**stops, 0.0, 1.0)
        images = (images + 1e-4) ** ops.exp(self.reach((count, 1, 1, 1), 0.3))
        images = 0.5 + (images - 0.5) * (1 + self.reach((count, 1, 1, 1), 0.2))
        grey = ops.sum(images * ops.convert_to_tensor(_LUMA, "float32"), axis=-1, keepdims=True)
        images = grey + (images - grey) * (1 + self.reach((count, 1, 1, 1), 0.25))
        return ops.clip(images, 0.0, 1.0)


class RandomRing(_Random):
    """The dark rim that many dermatoscopes leave around a round field; a tenth of the pictures get one."""

    def call(self, images: Any) -> Any:
        """Darken what lies outside a circle of random size, place, softness and darkness."""
        count, side = ops.shape(images)[0], images.shape[1]
        places = ops.reshape((ops.arange(side, dtype="float32") + 0.5) * (2 / side) - 1, (1, side, 1, 1))
        across = ops.reshape(places, (1, 1, side, 1)) - self.reach((count, 1, 1, 1), 0.08)
        down = places - self.reach((count, 1, 1, 1), 0.08)
        radius, width = self.draw((count, 1, 1, 1), 0.95, 1.3), self.draw((count, 1, 1, 1), 0.01, 0.1)
        outside = ops.sigmoid((ops.sqrt(across**2 + down**2) - radius) / width)
        return images * (1 - outside * self.happens(count, 0.1) * self.draw((count, 1, 1, 1), 0.6, 1.0))


class RandomSoftness(_Random):
    """Another focus, resolution and sharpening, and the grain of a small sensor.

    Sources differ in sharpness, and so do their classes; without this a network may learn the
    source instead of the lesion.
    """

    def call(self, images: Any) -> Any:
        """Blend with a 3 x 3 or 5 x 5 mean, or away from it, and add grain to some."""
        count = ops.shape(images)[0]
        wide = self.happens(count, 0.3)
        soft = ops.average_pool(images, 3, strides=1, padding="same")
        soft = soft + wide * (ops.average_pool(soft, 3, strides=1, padding="same") - soft)
        images = images + self.draw((count, 1, 1, 1), -0.5 * self.strength, 1.0 * self.strength) * (
            soft - images
        )
        grain = self.happens(count, 0.3) * self.draw((count, 1, 1, 1), 0.0, 0.03)
        return ops.clip(images + grain * keras.random.normal(ops.shape(images), seed=self.draws), 0.0, 1.0)


class RandomCompression(_Random):
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

    def call(self, images: Any) -> Any:
        """Quantize some pictures; the side must be a multiple of 8."""
        count, side = ops.shape(images)[0], images.shape[1]
        blocks = side // 8
        quality = self.draw((count, 1, 1, 1, 1), 30, 95)
        factor = ops.where(quality < 50, 50 / quality, 2 - quality / 50)
        steps = ops.convert_to_tensor(np.repeat(_JPEG_STEPS, 3, axis=1)[None, None, :, None] / 255)
        steps = steps * factor
        basis = ops.convert_to_tensor(self.basis)
        shown = ops.reshape(images, (-1, blocks, 8, blocks, 8, 3))
        waves = ops.einsum("ui,bnimjc,vj->bnumvc", basis, shown, basis)
        # Frequency and channel as one axis: TensorFlow broadcasts over five axes at most.
        waves = ops.reshape(waves, (-1, blocks, 8, blocks, 24))
        waves = ops.reshape(ops.round(waves / steps) * steps, (-1, blocks, 8, blocks, 8, 3))
        back = ops.reshape(ops.einsum("ui,bnumvc,vj->bnimjc", basis, waves, basis), ops.shape(images))
        return ops.clip(images + self.happens(count, 0.5) * (back - images), 0.0, 1.0)


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
