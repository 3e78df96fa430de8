"""What a lesion may look like tomorrow: turned, nearer, in other light, less sharp.

Keras layers that take and give batches of network inputs, float32, -1 to 1,
shape (batch, 224, 224, 3). Every layer draws afresh for each picture.
"""

import math
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from device.classifier.preprocess import INPUT_SIDE

Change = Callable[[Any, Any], tuple[Any, Any]]
"""From a batch of images and targets to another."""


def augmentation(seed: int, strength: float = 1.0) -> keras.Sequential:
    """The layers that training pictures go through; none depends on the class.

    `strength` scales every reach but that of turning: 0 only turns and mirrors.
    """
    return keras.Sequential(
        [
            RandomView(seed, strength),
            RandomSoftness(seed + 1, strength),
            RandomLight(seed + 2, strength),
        ],
        name="augmentation",
    )


class _Random(keras.layers.Layer):
    """A layer with a source of draws; `strength` scales how far they reach."""

    def __init__(self, seed: int, strength: float = 1.0) -> None:
        super().__init__()
        self.draws = keras.random.SeedGenerator(seed)
        self.strength = strength

    def draw(self, shape: tuple[Any, ...], low: float, high: float) -> Any:
        """Uniform between `low` and `high`."""
        return keras.random.uniform(shape, low, high, seed=self.draws)

    def reach(self, shape: tuple[Any, ...], far: float) -> Any:
        """Uniform between -`far` and `far`, times the strength."""
        return self.draw(shape, -far * self.strength, far * self.strength)


class RandomView(_Random):
    """Another hold of the camera: any angle, mirrored or not, nearer or farther, off centre.

    One affine map for all, so that a picture is interpolated once: up to 1.35 times nearer,
    moved by up to 8 % of the side.
    """

    def call(self, images: Any) -> Any:
        """Map each picture by its own draw; what comes into view from outside is mirrored."""
        count = (ops.shape(images)[0],)
        near = math.log(1.35)
        angle = self.draw(count, -math.pi, math.pi)
        mirror = ops.sign(self.draw(count, -1, 1))
        # The map goes from the new picture to the old: a factor under 1 comes nearer.
        nearing = self.draw(count, -near * self.strength, near / 2 * self.strength)
        stretch = self.reach(count, near / 4)
        wide, high = ops.exp(nearing + stretch) * mirror, ops.exp(nearing - stretch)
        a0, a1 = ops.cos(angle) * wide, -ops.sin(angle) * high
        b0, b1 = ops.sin(angle) * wide, ops.cos(angle) * high
        centre, move = (INPUT_SIDE - 1) / 2, 0.08 * INPUT_SIDE
        a2 = centre - centre * (a0 + a1) + self.reach(count, move)
        b2 = centre - centre * (b0 + b1) + self.reach(count, move)
        zero = ops.zeros_like(angle)
        transform = ops.stack([a0, a1, a2, b0, b1, b2, zero, zero], axis=1)
        return ops.image.affine_transform(images, transform, interpolation="bilinear", fill_mode="reflect")


class RandomSoftness(_Random):
    """Another focus: each picture keeps a random share of its fine detail.

    HAM10000's sources differ in sharpness, and so do its classes; without this a
    network may learn the source instead of the lesion.
    """

    def call(self, images: Any) -> Any:
        """Blend half of the pictures with their 3 x 3 mean."""
        count = (ops.shape(images)[0], 1, 1, 1)
        soft = ops.average_pool(images, 3, strides=1, padding="same")
        return images + ops.relu(self.reach(count, 1)) * (soft - images)


class RandomLight(_Random):
    """Another lamp and white balance: contrast, brightness, and a gain for each colour."""

    def call(self, images: Any) -> Any:
        """Scale colours from black, then stretch from the middle and move, then clip."""
        count = (ops.shape(images)[0], 1, 1, 1)
        gain = 1 + self.reach((count[0], 1, 1, 3), 0.12)
        stretch = 1 + self.reach(count, 0.2)
        return ops.clip(((images + 1) * gain - 1) * stretch + self.reach(count, 0.15), -1, 1)


def mix_pairs(strength: float, seed: int) -> Change:
    """A function that blends each picture, and its target, with its batch's next one.

    Shares are drawn from Beta(`strength`, `strength`): mixup, Zhang et al. 2018,
    arXiv:1710.09412, eq. 1.
    """
    draws = keras.random.SeedGenerator(seed + 4)

    def mix(images: Any, targets: Any) -> tuple[Any, Any]:
        drawn = keras.random.beta((ops.shape(images)[0],), strength, strength, seed=draws)
        # The picture itself keeps the larger share: else one picture could fill two places.
        share = ops.maximum(drawn, 1 - drawn)
        return _blend(images, ops.reshape(share, (-1, 1, 1, 1))), _blend(targets, ops.reshape(share, (-1, 1)))

    return mix


def cut_pairs(strength: float, seed: int) -> Change:
    """A function that pastes a rectangle of its batch's next picture into each, and mixes targets by area.

    CutMix, Yun et al. 2019, arXiv:1905.04899, eq. 1 and 2, with areas drawn from
    Beta(`strength`, `strength`); half of the pictures stay whole.
    """
    draws = keras.random.SeedGenerator(seed + 5)

    def cut(images: Any, targets: Any) -> tuple[Any, Any]:
        count, side = ops.shape(images)[0], images.shape[1]
        area = keras.random.beta((count,), strength, strength, seed=draws)
        whole = keras.random.uniform((count,), seed=draws) < 0.5
        half = ops.where(whole, 0.0, ops.sqrt(area) / 2)
        places = (ops.arange(side, dtype="float32") + 0.5) / side
        centres = keras.random.uniform((2, count, 1), seed=draws)
        down, along = (
            ops.cast(ops.abs(places - centres[axis]) < half[:, None], "float32") for axis in (0, 1)
        )
        kept = 1 - down[:, :, None, None] * along[:, None, :, None]
        return _blend(images, kept), _blend(targets, ops.mean(kept, axis=(1, 2, 3))[:, None])

    return cut


def _blend(values: Any, share: Any) -> Any:
    return share * values + (1 - share) * tf.roll(values, 1, 0)
