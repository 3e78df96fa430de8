"""One row a group, one panel a figure, each with its interval."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib import pyplot
from matplotlib.axes import Axes

from model_build.metrics import Interval
from model_build.plots import save
from model_build.report.groups import Group

FEW = 10
"""With fewer pictures than this behind a figure, its point is hollow."""


def draw_groups(groups: Sequence[Group], title: str, path: Path) -> None:
    """Balanced accuracy, accuracy, sensitivity and specificity of each group with 95 % intervals."""
    figure, panels = pyplot.subplots(
        1, 4, figsize=(12, 1.6 + 0.36 * len(groups)), layout="constrained", sharey=True
    )
    places = range(len(groups))
    for place, group in zip(places, groups, strict=True):
        if group.malignant:
            panels[2].text(0, place, f"{group.malignant} malignant", **_NOTE)
    for axes, (name, lacking), found in zip(panels, _PANELS, _gather(groups), strict=True):
        for place, (figure_of, pictures) in zip(places, found, strict=True):
            _draw_point(axes, place, figure_of, pictures, lacking)
        axes.set(xlim=(-0.04, 1.04), xticks=(0, 0.25, 0.5, 0.75, 1), title=name)
        axes.xaxis.set_major_formatter("{x:g}")
        axes.grid(axis="x", alpha=0.3)
    labels = [f"{group.name} ({group.pictures})" for group in groups]
    panels[0].set(yticks=places, yticklabels=labels, ylim=(len(groups) - 0.5, -0.5))
    figure.suptitle(title)
    save(figure, path)


# Each with what is said of a group that has no such figure.
_PANELS = (
    ("balanced accuracy", "too few of a class"),
    ("accuracy", "none of a class"),
    ("sensitivity at refer", "none malignant"),
    ("specificity at refer", "none benign"),
)


def _gather(groups: Sequence[Group]) -> list[list[tuple[Interval | None, int]]]:
    return [
        [(g.balanced_accuracy, g.named) for g in groups],
        [(g.accuracy, g.named) for g in groups],
        [(g.sensitivity, g.malignant) for g in groups],
        [(g.specificity, g.pictures - g.malignant) for g in groups],
    ]


def _draw_point(axes: Axes, place: int, figure: Interval | None, pictures: int, lacking: str) -> None:
    if figure is None:
        axes.text(0, place, lacking, **_NOTE)
        return
    low, high = figure["low"], figure["high"]
    if low is not None and high is not None:
        axes.plot([low, high], [place, place], color="#6baed6", linewidth=3, solid_capstyle="butt")
    face = "white" if pictures < FEW else "#08519c"
    axes.plot(figure["value"], place, "o", color="#08519c", markerfacecolor=face)


_NOTE: dict[str, Any] = {"va": "center", "fontsize": 8, "color": "#666"}
