"""Balanced accuracy when the picture gets worse: what the step `robustness` measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import pyplot

from model_build.errors import BuildError
from model_build.plots import save
from model_build.workspace import read_json

KEPT = 0.9
"""The share of its clean value that balanced accuracy should keep at the middle strength."""
_FAMILIES = {"camera": "another camera", "fault": "a fault of the picture"}
_COLUMNS = 4


@dataclass(frozen=True)
class Perturbation:
    """One way to spoil a picture, at strengths 1 to 5."""

    name: str
    family: str
    balanced_accuracy: tuple[float, ...]
    refused: tuple[float, ...]


@dataclass(frozen=True)
class Robustness:
    """`clean` is the balanced accuracy of the same `pictures` unspoilt, 0 to 1."""

    clean: float
    pictures: int
    perturbations: tuple[Perturbation, ...]


def read_robustness(path: Path) -> Robustness:
    """Read what `robustness` wrote; raises BuildError when it is not that."""
    try:
        return _parse(read_json(path))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BuildError(
            f"{path}: can't be read ({error!r}); delete it and run `dermapoint-build robustness` again"
        ) from None


def _parse(stored: Mapping[str, Any]) -> Robustness:
    if not stored["perturbations"]:
        raise ValueError("no perturbation in it")
    return Robustness(
        float(stored["clean"]),
        int(stored["pictures"]),
        tuple(
            Perturbation(name, each["family"], tuple(each["balanced_accuracy"]), tuple(each["refused"]))
            for name, each in sorted(stored["perturbations"].items(), key=lambda item: item[1]["family"])
        ),
    )


def tabulate(robustness: Robustness) -> tuple[list[str], list[list[str]]]:
    """Head and rows of a table: balanced accuracy at each strength, and what is kept at the middle one."""
    strengths = max(len(each.balanced_accuracy) for each in robustness.perturbations)
    head = ["perturbation", "family", *(str(s + 1) for s in range(strengths)), "kept at the middle"]
    head.append("refused at the strongest")
    rows = [
        [
            each.name,
            _FAMILIES.get(each.family, each.family),
            *(f"{value:.3f}" for value in each.balanced_accuracy),
            f"{kept(each, robustness.clean):.0%}",
            f"{each.refused[-1]:.0%}",
        ]
        for each in robustness.perturbations
    ]
    return head, rows


def kept(perturbation: Perturbation, clean: float) -> float:
    """The share of the clean balanced accuracy that is left at the middle strength."""
    return perturbation.balanced_accuracy[len(perturbation.balanced_accuracy) // 2] / clean


def draw_robustness(robustness: Robustness, path: Path) -> None:
    """One small panel a perturbation: balanced accuracy and share refused, by strength."""
    rows = -(-len(robustness.perturbations) // _COLUMNS)
    figure, grid = pyplot.subplots(
        rows,
        _COLUMNS,
        figsize=(11, 2.5 * rows + 0.6),
        layout="constrained",
        sharex=True,
        sharey=True,
        squeeze=False,
    )
    for axes, each in zip(grid.flat, robustness.perturbations, strict=False):
        strengths = np.arange(1, len(each.balanced_accuracy) + 1)
        colour = "#08519c" if each.family == "camera" else "#a63603"
        axes.plot(strengths, each.balanced_accuracy, "o-", color=colour, label="balanced accuracy")
        axes.axhline(robustness.clean, color="grey", linestyle="--", linewidth=1, label="clean")
        axes.axhline(KEPT * robustness.clean, color="grey", linestyle=":", linewidth=1, label="90 % of clean")
        axes.plot(strengths, each.refused, ".-", color="#969696", label="refused by the device")
        axes.set(ylim=(-0.03, 1), xticks=strengths, title=each.name)
        axes.tick_params(labelbottom=True)
        axes.title.set_fontsize(10)
        axes.grid(alpha=0.3)
    for axes in grid.flat[len(robustness.perturbations) :]:
        axes.set_visible(False)
    figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4, fontsize=9)
    figure.supxlabel("strength")
    figure.supylabel("balanced accuracy; share refused")
    save(figure, path)
