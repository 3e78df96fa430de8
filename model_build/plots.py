"""The pictures that the steps leave behind."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import matplotlib
import numpy as np
from numpy.typing import NDArray

matplotlib.use("Agg")
from matplotlib import pyplot


def class_distribution(
    counts: Mapping[str, Mapping[str, int]], codes: Sequence[str], what: str, path: Path
) -> None:
    """Pictures per label, a bar for each of `counts`; `what` says what they are. The axis is logarithmic.

    The `codes` come first, in their order.
    """
    labels = list(dict.fromkeys(label for each in counts.values() for label in each))
    labels.sort(key=lambda label: (codes.index(label) if label in codes else len(codes), label))
    figure, axes = pyplot.subplots(figsize=(1.4 * len(labels) + 2, 4.5), layout="constrained")
    places = np.arange(len(labels))
    width = 0.85 / len(counts)
    for number, (name, count) in enumerate(sorted(counts.items())):
        offset = (number - (len(counts) - 1) / 2) * width
        bars = axes.bar(places + offset, [count.get(label, 0) for label in labels], 0.95 * width, label=name)
        axes.bar_label(bars, [str(count[label]) if label in count else "" for label in labels], fontsize=6)
    axes.set(yscale="log", ylim=(0.6, None), xticks=places, xticklabels=labels, ylabel="pictures")
    axes.set_title(f"Pictures by class and {what}")
    figure.legend(loc="outside right upper")
    save(figure, path)


def learning_curves(history: dict[str, NDArray[Any]], stage_ends: Iterable[int], path: Path) -> None:
    """Loss by epoch; after each of the epochs `stage_ends` a new stage begins."""
    figure, axes = pyplot.subplots(figsize=(6, 4.5), layout="constrained")
    epochs = np.arange(1, len(history["loss"]) + 1)
    axes.plot(epochs, history["loss"], label="training, augmented pictures")
    axes.set(xlabel="epoch", ylabel="loss", title="Loss", ylim=(0, None))
    for end in stage_ends:
        axes.axvline(end + 0.5, color="grey", linewidth=0.8, linestyle="--")
    axes.legend()
    save(figure, path)


def confusion_matrix(counts: NDArray[np.int64], codes: Sequence[str], path: Path) -> None:
    """Rows are the true class, columns the model's; shade is the share of the row."""
    rates = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure, axes = pyplot.subplots(figsize=(6, 5.2), layout="constrained")
    image = axes.imshow(rates, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        shade = "white" if rates[row, column] > 0.5 else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=shade)
    places = np.arange(len(codes))
    axes.set(xticks=places, yticks=places, yticklabels=codes)
    axes.set_xticklabels(codes, rotation=45, ha="right")
    axes.set(xlabel="the model says", ylabel="it is", title="Held-out pictures, INT8")
    figure.colorbar(image, label="share of the true class")
    save(figure, path)


def write_png(pixels: NDArray[np.uint8], path: Path) -> None:
    """Write an RGB picture as PNG. Raises OSError, as on a full disk, where OpenCV itself says nothing."""
    _, content = cv2.imencode(".png", pixels[..., ::-1])
    path.write_bytes(content.tobytes())


def save(figure: Any, path: Path) -> None:
    """Write a figure as PNG on white ground and let go of it."""
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
