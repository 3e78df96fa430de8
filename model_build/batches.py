"""Batches of pictures: drawn by class and augmented for training, plain for validation."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from keras import ops
from numpy.typing import NDArray

from device.classifier.preprocess import scale_field
from device.examination import CLASSES
from model_build.augment import Change, augmentation
from model_build.overlays import overlay


def training_batches(
    fields: NDArray[np.uint8],
    labels: NDArray[np.int64],
    members: NDArray[np.int64],
    prior: NDArray[np.float64],
    *,
    batch: int,
    side: int,
    strength: float,
    seed: int,
    overlays: float = 0.0,
    changes: Sequence[Change] = (),
) -> tf.data.Dataset:
    """Endless augmented batches in which class c makes up the share `prior[c]`.

    Inputs are float32 (batch, side, side, 3), -1 to 1; targets are shares of the classes,
    float32 (batch, 7). Hair lies over the share `overlays` of the pictures, `strength` is that of
    the augmentation, and last come the `changes`, one after the other.
    """
    augment = augmentation(seed, strength)
    random = np.random.default_rng(seed)

    def dress(shown: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.stack([overlay(field, random, overlays) for field in shown]) if overlays else shown

    batches = (
        tf.data.Dataset.from_generator(
            lambda: _endless(labels, members, prior, seed), output_signature=tf.TensorSpec((), tf.int64)
        )
        .batch(batch, drop_remainder=True)
        .map(_loader(fields, labels, dress))
        .map(lambda images, targets: (shrink(augment(images, training=True), side), targets))
    )
    for change in changes:
        batches = batches.map(change)
    return batches.prefetch(4)


def plain_batches(
    fields: NDArray[np.uint8],
    labels: NDArray[np.int64],
    members: NDArray[np.int64],
    *,
    batch: int,
    side: int,
) -> tf.data.Dataset:
    """The pictures `members` as they are, once, in order."""
    return (
        tf.data.Dataset.from_tensor_slices(members)
        .batch(batch)
        .map(_loader(fields, labels))
        .map(lambda images, targets: (shrink(images, side), targets))
        .prefetch(2)
    )


def shrink(images: Any, side: int) -> Any:
    """`images` (batch, height, width, 3) at `side` x `side`, antialiased; as they are when they fit."""
    if images.shape[1] == side:
        return images
    return ops.image.resize(images, (side, side), interpolation="bilinear", antialias=True)


def _loader(
    fields: NDArray[np.uint8],
    labels: NDArray[np.int64],
    dress: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] = lambda shown: shown,
) -> Any:
    def read(indices: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return scale_field(dress(fields[indices])), np.eye(len(CLASSES), dtype=np.float32)[labels[indices]]

    def load(indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images, targets = tf.numpy_function(read, [indices], (tf.float32, tf.float32))
        images.set_shape((indices.shape[0], *fields.shape[1:]))
        targets.set_shape((indices.shape[0], len(CLASSES)))
        return images, targets

    return load


def _endless(
    labels: NDArray[np.int64], members: NDArray[np.int64], prior: NDArray[np.float64], seed: int
) -> Iterator[int]:
    """Indices without end; within a class every picture comes once before any comes again."""
    random = np.random.default_rng(seed)
    decks: dict[int, list[int]] = {}
    while True:
        label = int(random.choice(len(prior), p=prior))
        if not decks.get(label):
            decks[label] = random.permutation(members[labels[members] == label]).tolist()
        yield decks[label].pop()
