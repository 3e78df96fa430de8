"""The report's plots of curves and matrices: one function a plot, arrays and a path in, a PNG out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import pyplot
from matplotlib.axes import Axes
from numpy.typing import NDArray

from device.classes import Classes
from model_build.plots import save
from model_build.report.numbers import Bins, Curve, Triage


def confusion(counts: NDArray[np.int64], codes: Sequence[str], title: str, path: Path) -> None:
    """Counts (left) and shares of the true class (right); rows are the truth, columns the answer."""
    rates = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure, both = pyplot.subplots(1, 2, figsize=(11, 5.2), layout="constrained", sharey=True)
    places = np.arange(len(codes))
    for axes, texts, name in ((both[0], counts, "pictures"), (both[1], rates, "share of the true class")):
        axes.imshow(rates, cmap="Blues", vmin=0, vmax=1)
        for (row, column), value in np.ndenumerate(texts):
            shade = "white" if rates[row, column] > 0.5 else "black"
            text = f"{value:.2f}" if texts is rates else str(value)
            axes.text(column, row, text, ha="center", va="center", color=shade)
        axes.set(xticks=places, xlabel="the model says", title=name)
        axes.set_xticklabels(codes, rotation=45, ha="right")
    both[0].set(yticks=places, yticklabels=codes, ylabel="it is")
    figure.suptitle(title)
    save(figure, path)


def roc(curves: Mapping[str, Curve], classes: Classes, path: Path) -> None:
    """One curve a name, one against the rest; its area in the legend."""
    figure, axes = pyplot.subplots(figsize=(7, 6), layout="constrained")
    for name, curve in curves.items():
        axes.plot(curve.x, curve.y, label=f"{name}, AUROC {curve.area:.3f}", **_style(name, classes))
    axes.plot([0, 1], [0, 1], ":", color="grey", label="chance")
    axes.set(
        xlabel="false alarms (1 - specificity)",
        ylabel="found (sensitivity)",
        title="ROC, one class against the rest",
    )
    _unit_square(axes)
    axes.legend(loc="lower right")
    save(figure, path)


def precision_recall(
    curves: Mapping[str, Curve], shares: Mapping[str, float], classes: Classes, path: Path
) -> None:
    """One curve a name; in the legend the average precision, and what guessing would reach (`shares`)."""
    figure, axes = pyplot.subplots(figsize=(7, 6), layout="constrained")
    for name, curve in curves.items():
        label = f"{name}, {curve.area:.2f} (by chance {shares[name]:.2f})"
        axes.plot(curve.x, curve.y, label=label, **_style(name, classes))
    axes.set(xlabel="recall", ylabel="precision", title="Precision and recall, one class against the rest")
    _unit_square(axes)
    axes.legend(title="average precision", loc="lower left", fontsize="small")
    save(figure, path)


def reliability(bins: Bins, error: float, path: Path) -> None:
    """How often the answer is right against how sure it is, over a histogram of how sure it is."""
    figure, (above, below) = pyplot.subplots(
        2, 1, figsize=(7, 7), layout="constrained", sharex=True, height_ratios=(3, 1)
    )
    middles, width = (bins.edges[:-1] + bins.edges[1:]) / 2, bins.edges[1] - bins.edges[0]
    filled = bins.counts > 0
    above.bar(middles[filled], bins.right[filled], width, color="#9ecae1", edgecolor="white")
    above.plot(bins.sure[filled], bins.right[filled], "o", color="#08519c", label="mean of each bin")
    above.plot([0, 1], [0, 1], ":", color="grey", label="as sure as it is right")
    above.set(
        ylim=(0, 1),
        ylabel="share of right answers",
        title=f"Reliability: expected calibration error {error:.3f}",
    )
    above.legend(loc="upper left")
    bars = below.bar(middles, bins.counts, width, color="#9ecae1", edgecolor="white")
    below.bar_label(bars, [str(count) if count else "" for count in bins.counts], fontsize=7)
    below.margins(y=0.2)
    below.set(xlim=(0, 1), xlabel="largest probability", ylabel="pictures")
    save(figure, path)


def risk_coverage(curve: Curve, kept: float, path: Path) -> None:
    """The error rate among the pictures kept; `kept` is the share that a class is named of."""
    figure, axes = pyplot.subplots(figsize=(7, 4.5), layout="constrained")
    axes.plot(curve.x, curve.y, color="#08519c")
    axes.axvline(kept, color="grey", linestyle="--", label=f"the device names a class of {kept:.1%}")
    axes.set(
        xlim=(0, 1.01),
        ylim=(0, None),
        xlabel="share of pictures kept, the surest first",
        ylabel="share of wrong answers among them",
        title="Risk against coverage",
    )
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left")
    save(figure, path)


def triage(along: Triage, refer_at: float, chosen: Triage, path: Path) -> None:
    """Sensitivity and specificity along the threshold; `chosen` holds the one point at `refer_at`."""
    figure, axes = pyplot.subplots(figsize=(7, 4.5), layout="constrained")
    for name, values, at in (
        ("sensitivity: malignant lesions referred by it", along.sensitivity, chosen.sensitivity[0]),
        ("specificity: benign lesions not referred by it", along.specificity, chosen.specificity[0]),
    ):
        (line,) = axes.plot(along.thresholds, values, label=f"{name}, {at:.3f} at the chosen one")
        axes.plot(refer_at, at, "o", color=line.get_color())
    axes.axvline(refer_at, color="grey", linestyle="--", label=f"the chosen threshold, {refer_at:.3f}")
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="refer from this malignancy probability on", title="Triage")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower center", fontsize="small")
    save(figure, path)


def _style(name: str, classes: Classes) -> dict[str, Any]:
    if name not in classes.codes:
        return {"color": "black", "linewidth": 2}
    # Colour isn't all that tells them apart: the malignant are solid.
    style = "-" if name in classes.malignant else "--"
    return {"color": f"C{classes.codes.index(name)}", "linestyle": style}


def _unit_square(axes: Axes) -> None:
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    axes.grid(alpha=0.3)
