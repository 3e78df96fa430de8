"""The pictures that the steps leave behind."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from numpy.typing import NDArray

from device.examination import CLASSES
from model_build.split import PARTS, Row

matplotlib.use("Agg")
from matplotlib import pyplot


def class_distribution(rows: Sequence[Row], path: Path) -> None:
    """Pictures per class and part, on a logarithmic axis: nv outnumbers df 58 to 1."""
    figure, axes = pyplot.subplots(figsize=(8, 4.5), layout="constrained")
    places = np.arange(len(CLASSES))
    for offset, part in enumerate(PARTS):
        counts = Counter(row.label for row in rows if row.part == part)
        heights = [counts[label] for label in CLASSES]
        bars = axes.bar(places + (offset - 1) * 0.28, heights, 0.27, label=part)
        axes.bar_label(bars, fontsize=7)
    axes.set(
        yscale="log", xticks=places, xticklabels=CLASSES, ylabel="pictures", title="HAM10000, split by lesion"
    )
    axes.legend()
    save(figure, path)


def learning_curves(history: dict[str, NDArray[Any]], stage_ends: Iterable[int], path: Path) -> None:
    """Loss and accuracies by epoch; after each of the epochs `stage_ends` a new stage begins."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    epochs = np.arange(1, len(history["loss"]) + 1)
    left.plot(epochs, history["loss"], label="training")
    left.plot(epochs, history["val_loss"], label="validation")
    left.set(xlabel="epoch", ylabel="loss", title="Loss")
    for name, label in (("balanced_accuracy", "balanced accuracy"), ("top3", "top-3 accuracy")):
        (line,) = right.plot(epochs, history["val_" + name], label=f"{label}, validation")
        right.plot(epochs, history[name], ":", color=line.get_color(), label=f"{label}, training")
    right.set(xlabel="epoch", ylim=(0, 1), title="Accuracy")
    for axes in (left, right):
        for end in stage_ends:
            axes.axvline(end + 0.5, color="grey", linewidth=0.8, linestyle="--")
        axes.legend()
    save(figure, path)


def confusion_matrix(counts: NDArray[np.int64], path: Path) -> None:
    """Rows are the true class, columns the model's; shade is the share of the row."""
    rates = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure, axes = pyplot.subplots(figsize=(6, 5.2), layout="constrained")
    image = axes.imshow(rates, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        shade = "white" if rates[row, column] > 0.5 else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=shade)
    places = np.arange(len(CLASSES))
    axes.set(xticks=places, xticklabels=CLASSES, yticks=places, yticklabels=CLASSES)
    axes.set(xlabel="the model says", ylabel="it is", title="Held-out pictures, INT8")
    figure.colorbar(image, label="share of the true class")
    save(figure, path)


def save(figure: Any, path: Path) -> None:
    """Write a figure as PNG on white ground and let go of it."""
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
