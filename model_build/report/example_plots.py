"""Pictures beside what the network looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from matplotlib import pyplot
from numpy.typing import NDArray

from device.images.overlay import overlay_png
from model_build.plots import save

_ACROSS = 2
_SIZE = (320, 240)


@dataclass(frozen=True)
class Example:
    """A picture, uint8 (224, 224, 3), its saliency (7, 7) and what stands above it."""

    field: NDArray[np.uint8]
    saliency: NDArray[np.float32]
    title: str


def lay_over(field: NDArray[np.uint8], saliency: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The picture as the device shows it: 4:3, shape (240, 320, 3), the saliency over it."""
    picture = cv2.resize(field, _SIZE, interpolation=cv2.INTER_AREA)
    layer = np.asarray(cv2.imdecode(np.frombuffer(overlay_png(saliency), np.uint8), cv2.IMREAD_UNCHANGED))
    opacity = layer[..., 3:] / 255
    return np.asarray(np.rint(picture * (1 - opacity) + layer[..., 2::-1] * opacity), np.uint8)


def draw_examples(examples: Sequence[Example], path: Path) -> None:
    """Two examples a row, each as picture and picture with overlay."""
    rows = -(-len(examples) // _ACROSS)
    figure, grid = pyplot.subplots(
        rows, 2 * _ACROSS, figsize=(9, 1.95 * rows), layout="constrained", squeeze=False
    )
    for axes in grid.flat:
        axes.set_axis_off()
    for number, example in enumerate(examples):
        row, column = divmod(number, _ACROSS)
        plain, overlaid = grid[row, 2 * column : 2 * column + 2]
        plain.imshow(cv2.resize(example.field, _SIZE, interpolation=cv2.INTER_AREA))
        overlaid.imshow(lay_over(example.field, example.saliency))
        plain.set_title(example.title, fontsize=8, loc="left")
    save(figure, path)
