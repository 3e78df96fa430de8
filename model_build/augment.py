"""What a lesion may look like tomorrow: turned, nearer, in other light, less sharp.

Keras layers that take and give batches of network inputs, float32, -1 to 1,
shape (batch, 224, 224, 3). Every layer draws afresh for each picture.
"""

import math
from typing import Any

import keras
from keras import ops

from device.classifier.preprocess import INPUT_SIDE


def augmentation(seed: int) -> keras.Sequential:
    """The layers that training pictures go through; none depends on the class."""
    return keras.Sequential(
        [RandomView(seed=seed), RandomSoftness(seed=seed + 1), RandomLight(seed=seed + 2)],
        name="augmentation",
    )


class RandomView(keras.layers.Layer):
    """Another hold of the camera: any angle, mirrored or not, nearer or farther, off centre.

    One affine map for all, so that a picture is interpolated once. `zoom` is the largest
    factor of nearing, `shift` the largest move as a share of the side.
    """

    def __init__(self, zoom: float = 1.35, shift: float = 0.08, seed: int = 0) -> None:
        super().__init__()
        self.zoom, self.shift = zoom, shift
        self.draws = keras.random.SeedGenerator(seed)

    def call(self, images: Any) -> Any:
        """Map each picture by its own draw; what comes into view from outside is mirrored."""
        count = (ops.shape(images)[0],)
        reach = math.log(self.zoom)
        angle = self._draw(count, -math.pi, math.pi)
        mirror = ops.sign(self._draw(count, -1, 1))
        # The map goes from the new picture to the old: a factor under 1 comes nearer.
        nearing = self._draw(count, -reach, reach / 2)
        stretch = self._draw(count, -reach / 4, reach / 4)
        wide, high = ops.exp(nearing + stretch) * mirror, ops.exp(nearing - stretch)
        a0, a1 = ops.cos(angle) * wide, -ops.sin(angle) * high
        b0, b1 = ops.sin(angle) * wide, ops.cos(angle) * high
        centre, move = (INPUT_SIDE - 1) / 2, self.shift * INPUT_SIDE
        a2 = centre - centre * (a0 + a1) + self._draw(count, -move, move)
        b2 = centre - centre * (b0 + b1) + self._draw(count, -move, move)
        zero = ops.zeros_like(angle)
        transform = ops.stack([a0, a1, a2, b0, b1, b2, zero, zero], axis=1)
        return ops.image.affine_transform(images, transform, interpolation="bilinear", fill_mode="reflect")

    def _draw(self, count: tuple[Any, ...], low: float, high: float) -> Any:
        return keras.random.uniform(count, low, high, seed=self.draws)


class RandomSoftness(keras.layers.Layer):
    """Another focus: each picture keeps a random share of its fine detail.

    HAM10000's sources differ in sharpness, and so do its classes; without this a
    network may learn the source instead of the lesion.
    """

    def __init__(self, strength: float = 1.0, seed: int = 0) -> None:
        super().__init__()
        self.strength = strength
        self.draws = keras.random.SeedGenerator(seed)

    def call(self, images: Any) -> Any:
        """Blend half of the pictures with their 3 x 3 mean."""
        count = (ops.shape(images)[0], 1, 1, 1)
        share = ops.relu(keras.random.uniform(count, -self.strength, self.strength, seed=self.draws))
        soft = ops.average_pool(images, 3, strides=1, padding="same")
        return images + share * (soft - images)


class RandomLight(keras.layers.Layer):
    """Another lamp and white balance: contrast, brightness, and a gain for each colour."""

    def __init__(
        self, gain: float = 0.12, brightness: float = 0.15, contrast: float = 0.2, seed: int = 0
    ) -> None:
        super().__init__()
        self.gain, self.brightness, self.contrast = gain, brightness, contrast
        self.draws = keras.random.SeedGenerator(seed)

    def call(self, images: Any) -> Any:
        """Scale colours from black, then stretch from the middle and move, then clip."""
        count = ops.shape(images)[0]
        gain = 1 + keras.random.uniform((count, 1, 1, 3), -self.gain, self.gain, seed=self.draws)
        stretch = 1 + keras.random.uniform((count, 1, 1, 1), -self.contrast, self.contrast, seed=self.draws)
        move = keras.random.uniform((count, 1, 1, 1), -self.brightness, self.brightness, seed=self.draws)
        lit = ((images + 1) * gain - 1) * stretch + move
        return ops.clip(lit, -1, 1)
