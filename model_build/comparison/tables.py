"""The `compare` command: tables and plots of all runs that were measured."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

from device.examination import CLASSES
from model_build.errors import BuildError
from model_build.workspace import read_json

matplotlib.use("Agg")
from matplotlib import pyplot

Run = dict[str, Any]


def compare(results: Path) -> None:
    """Write `results`/README.md and a plot a group from every `results`/GROUP/*.json.

    Raises BuildError when there is none.
    """
    parts = []
    for name, group in _GROUPS.items():
        runs = read_runs(results / name)
        if runs:
            group.draw(runs, results / f"{name}.png")
            parts.append(
                f"## {group.title}\n\n{group.text}\n\n{tabulate(runs)}\n![{group.title}]({name}.png)\n"
            )
    if not parts:
        raise BuildError(f"{results}: holds no measured run; make some with `dermapoint-build measure`")
    text = "\n".join([_INTRODUCTION, *parts])
    (results / "README.md").write_text(text, encoding="utf-8")
    print(text)


def read_runs(folder: Path) -> list[Run]:
    """Every run below `folder`, best balanced accuracy first."""
    runs = [read_json(path) for path in sorted(folder.glob("*.json"))]
    return sorted(runs, key=lambda run: -_best(run)["balanced_accuracy"]["value"])


def tabulate(runs: list[Run]) -> str:
    """A Markdown table, a row a run, a column for whatever any of them measured."""
    columns = {
        "balanced accuracy, float": lambda run: _with_interval(run["float"]["balanced_accuracy"]),
        "INT8": lambda run: _with_interval(run["int8"]["balanced_accuracy"]),
        "INT8, eight views": lambda run: _with_interval(run["eight_views"]["balanced_accuracy"]),
        "macro AUROC": lambda run: f"{_best(run)['macro_auroc']['value']:.3f}",
        "INT8 agrees": lambda run: f"{run['agreement']:.1%}",
        "INT8 size": lambda run: f"{run['bytes'] / 1e6:.2f} MB",
        "time, shipped = 1": lambda run: f"{run['of_shipped']:.2f}",
    }
    shown = {name: cell for name, cell in columns.items() if any(_try(cell, run) for run in runs)}
    lines = ["| run | " + " | ".join(shown) + " |", "|---" * (len(shown) + 1) + "|"]
    lines += [f"| {run['name']} | " + " | ".join(_try(c, run) for c in shown.values()) + " |" for run in runs]
    measured_on = f"{runs[0]['part'].capitalize()} lesions, {runs[0]['pictures']} pictures"
    lines += ["", f"{measured_on}; in brackets 95 % bootstrap intervals by lesion."]
    return "\n".join(lines) + "\n"


def _draw_architectures(runs: list[Run], path: Path) -> None:
    """Balanced accuracy against time, a disc a network, its area the file's size."""
    figure, axes = pyplot.subplots(figsize=(8, 5), layout="constrained")
    for number, run in enumerate(sorted(runs, key=lambda each: float(each["of_shipped"]))):
        value = run["int8"]["balanced_accuracy"]
        reach = [[value["value"] - value["low"]], [value["high"] - value["value"]]]
        axes.errorbar(run["of_shipped"], value["value"], reach, color="0.75", zorder=1)
        axes.scatter(run["of_shipped"], value["value"], s=run["bytes"] / 1e4, alpha=0.7, zorder=2)
        label = f"{run['name']}\n{run['bytes'] / 1e6:.1f} MB"
        axes.annotate(
            label,
            (run["of_shipped"], value["value"]),
            # By turns above and below: neighbours have room.
            (12, -24 if number % 2 else 8),
            textcoords="offset points",
            fontsize=8,
        )
    axes.set(
        xlabel="time of an inference, the shipped model's = 1", ylabel="balanced accuracy, INT8, one view"
    )
    axes.set(xlim=(0, 1.35 * max(run["of_shipped"] for run in runs)))
    axes.set_title(f"Architectures, {runs[0]['part']} lesions, bars: 95 % intervals")
    _save(figure, path)


def _draw_bars(runs: list[Run], path: Path) -> None:
    """One bar a run with its interval, best on top."""
    figure, axes = pyplot.subplots(figsize=(8, 1 + 0.55 * len(runs)), layout="constrained")
    values = [_best(run)["balanced_accuracy"] for run in runs][::-1]
    heights = [value["value"] for value in values]
    reach = np.abs([[v["value"] - v["low"] for v in values], [v["high"] - v["value"] for v in values]])
    bars = axes.barh([run["name"] for run in runs][::-1], heights, xerr=reach, color="tab:cyan", ecolor="0.4")
    axes.bar_label(bars, fmt="%.3f", label_type="center")
    axes.axvline(1 / len(CLASSES), color="0.5", linestyle=":")
    axes.annotate(
        "chance", (1 / len(CLASSES), 0.02), (4, 0), ("data", "axes fraction"), "offset points", fontsize=8
    )
    axes.set(xlim=(0, 1), xlabel=f"balanced accuracy, {runs[0]['part']} lesions, 95 % intervals")
    _save(figure, path)


@dataclass(frozen=True)
class _Group:
    """What runs are compared in: a heading, what to know, and the plot."""

    title: str
    text: str
    draw: Callable[[list[Run], Path], None]


_INTRODUCTION = """# Training runs side by side

Measured on validation lesions, by which choices are made, and never on the held-out ones. Every run
uses the same split, code and device runtime. `dermapoint-build measure` writes a file a run,
`dermapoint-build compare` this page from them.
"""

_GROUPS = {
    "architectures": _Group(
        "Architectures",
        "The same short training for each network and picture size: one epoch of the head, three at 128 "
        "pixels, two at its own size, 4,096 pictures each. Rounded without rehearsal.",
        _draw_architectures,
    ),
    "balance": _Group(
        "Techniques against imbalance",
        "MobileNetV2 at 128 pixels, one epoch of the head and eight of most layers, 4,096 pictures each; "
        "only the technique differs.",
        _draw_bars,
    ),
    "augmentation": _Group(
        "What training pictures go through",
        "MobileNetV2 at 128 pixels, one epoch of the head and eight of most layers, 4,096 pictures each; "
        "only what is done to the pictures differs.",
        _draw_bars,
    ),
    "levers": _Group(
        "What longer and stronger training brings",
        "MobileNetV2 at 224 pixels, whole training runs. Rounded without rehearsal.",
        _draw_bars,
    ),
}


def _best(run: Run) -> dict[str, Any]:
    """The figures of the form nearest to what the device does."""
    figures: dict[str, Any] = run.get("int8") or run["float"]
    return figures


def _with_interval(value: dict[str, float]) -> str:
    return f"{value['value']:.3f} ({value['low']:.3f} to {value['high']:.3f})"


def _try(cell: Any, run: Run) -> str:
    try:
        return str(cell(run))
    except KeyError:
        return ""


def _save(figure: Any, path: Path) -> None:
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
