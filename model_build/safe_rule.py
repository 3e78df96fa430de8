"""What it costs, source by source, that *watch* never stands beside something malignant."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.classes import Classes
from device.classifier import decision

ALL = "all sources"


def cost_by_source(
    joint: NDArray[np.float64],
    malignant: NDArray[np.bool_],
    sources: Sequence[str],
    classes: Classes,
    rules: decision.Rules,
) -> dict[str, dict[str, Any]]:
    """Sensitivity and specificity of *refer* by the threshold alone and with the rule, by source and of all.

    `joint` are probabilities (pictures, outputs), `malignant` and `sources` those of the pictures. A
    figure is None where a source has no picture of that kind. `missed` are shares of the malignant
    pictures that are neither referred nor without an answer: those that are told *watch*.
    """
    by_threshold = decision.reaches_threshold(joint, classes, rules)
    with_rule = by_threshold | decision.leaves_malignant(joint, classes, rules)
    watched = ~by_threshold & ~decision.in_doubt(joint, classes, rules)
    of = np.array(sources)
    found = {}
    for source in (*sorted(set(sources)), ALL):
        own = np.ones(len(of), bool) if source == ALL else of == source
        found[source] = {
            "pictures": int(own.sum()),
            "sensitivity": _share(by_threshold, own & malignant),
            "sensitivity_with_rule": _share(with_rule, own & malignant),
            "specificity": _share(~by_threshold, own & ~malignant),
            "specificity_with_rule": _share(~with_rule, own & ~malignant),
            "missed": _share(watched, own & malignant),
            "missed_with_rule": _share(watched & ~with_rule, own & malignant),
        }
    return found


def tabulate(found: dict[str, dict[str, Any]]) -> list[str]:
    """The figures as lines of a Markdown table."""
    names = ("sensitivity", "specificity", "missed")
    heads = [f"{name}{with_rule}" for name in names for with_rule in ("", ", with the rule")]
    return [
        "| source | pictures | " + " | ".join(heads) + " |",
        "|---" * (len(heads) + 2) + "|",
        *(
            f"| {source} | {row['pictures']} | "
            + " | ".join(_say(row[f"{name}{rule}"]) for name in names for rule in ("", "_with_rule"))
            + " |"
            for source, row in found.items()
        ),
    ]


def _share(happened: NDArray[np.bool_], among: NDArray[np.bool_]) -> float | None:
    return round(float(happened[among].mean()), 4) if among.any() else None


def _say(share: float | None) -> str:
    return "" if share is None else f"{share:.3f}"
