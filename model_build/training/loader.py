"""Batches for any Keras backend: uint8 pictures at the size that is trained, and their targets."""

from collections.abc import Callable

import cv2
import keras
import numpy as np
from numpy.typing import NDArray

from model_build.training.sampling import Indices

Batch = tuple[NDArray[np.uint8], NDArray[np.float32]]


class Batches(keras.utils.PyDataset):
    """The batches of one epoch; `show` goes to another.

    `choose` gives the indices of an epoch's pictures, and `wanted` the targets of some of them.
    Of every batch this takes the part of `process` among `processes`.
    """

    def __init__(
        self,
        fields: NDArray[np.uint8],
        choose: Callable[[int], Indices],
        wanted: Callable[[Indices], NDArray[np.float32]],
        *,
        batch: int,
        process: int = 0,
        processes: int = 1,
        workers: int = 2,
    ) -> None:
        super().__init__(workers=workers, max_queue_size=4 * workers)
        self._fields, self._choose, self._wanted = fields, choose, wanted
        self._batch, self._part = batch, slice(process, None, processes)
        self.show(0)

    def show(self, epoch: int) -> None:
        """Go to the pictures of `epoch`."""
        self._chosen = self._choose(epoch)

    def __len__(self) -> int:
        return len(self._chosen) // self._batch

    def __getitem__(self, number: int) -> Batch:
        chosen = self._chosen[number * self._batch : (number + 1) * self._batch][self._part]
        return self._fields[chosen], self._wanted(chosen)


def at_side(fields: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """`fields` (pictures, height, width, 3) at `side` x `side`, by areas; as they are when they fit."""
    if fields.shape[1] == side:
        return fields
    smaller = np.empty((len(fields), side, side, 3), np.uint8)
    for number, field in enumerate(fields):
        cv2.resize(field, (side, side), dst=smaller[number], interpolation=cv2.INTER_AREA)
    return smaller
