"""The curves of what is caught against what is refused for nothing."""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

Curves = dict[str, list[tuple[float, float]]]


def draw(curves: Curves, figures: dict[str, Any], path: Path) -> None:
    """One panel a fault: caught of the pictures with another finding, over refused of the real ones."""
    figure, panels = plt.subplots(3, 3, figsize=(10, 9), sharex=True, sharey=True, layout="constrained")
    for panel, (name, points) in zip(panels.flat, curves.items(), strict=True):
        panel.plot(*zip(*points, strict=True), marker="o", markersize=4, color="#0b6e74")
        worst = max(each["refused"] for each in figures["refused"].values())
        caught = figures["faults"][name]["caught"]
        if caught is None:
            panel.text(0.0012, 0.5, "no other finding to catch")
        else:
            panel.plot(worst, caught, marker="D", markersize=9, color="#a3171d", linestyle="none")
        panel.axvline(0.05, color="#999", linestyle=":")
        panel.axhline(0.95, color="#999", linestyle=":")
        panel.set(title=name, xscale="log", xlim=(0.001, 0.5), ylim=(0, 1.02))
        panel.grid(alpha=0.3)
    figure.supxlabel("pictures of the worst source refused")
    figure.supylabel("caught of the spoilt pictures that get another finding")
    figure.suptitle("The quality gate on held-out lesions; the diamond is the device's choice")
    figure.savefig(path, dpi=110)
    plt.close(figure)
