"""The `quality` step: limits from validation pictures of all sources, and what they catch on unseen ones."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from device.classifier import Classifier
from device.classifier.interpreter import Interpreter
from device.examination import Finding
from model_build import split
from model_build.calibrate import read_rules
from model_build.errors import BuildError
from model_build.evaluate import LEAST_PICTURES, origin_of
from model_build.marks import write_between_marks
from model_build.outputs import classes_of
from model_build.quality.drawing import draw
from model_build.quality.faults import FAULTS, STEPS
from model_build.quality.limits import (
    Measured,
    Skin,
    find_limits,
    fit_skin,
    limits_at,
    measure_all,
    refused,
    refused_unseen,
)
from model_build.sources.diagnoses import NO_DERMOSCOPY
from model_build.steps import check_model
from model_build.workspace import Workspace, write_json

LESIONS_A_CLASS = 12
FEWEST_CAMERAS = 2
"""One is left out, to see what the others' limits refuse of it."""
SKIN_PICTURES = 600
"""Of each source."""
SHARES = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.03, 0.06)
"""The points of the curves: shares of real pictures beyond each bound."""

_SEED = 13

Fields = NDArray[np.uint8]


@dataclass(frozen=True)
class Spoilt:
    """Pictures with one fault: what they measure, and whether the finding is another one by it.

    `foreign` are those that the model itself calls foreign, and so gives no answer for.
    """

    measured: Measured
    changed: NDArray[np.bool_]
    foreign: NDArray[np.bool_]

    def caught(self, limits: dict[str, float]) -> float:
        """Of the pictures with another finding, the share that is refused, by a bound or as foreign.

        NaN where no picture has another finding.
        """
        return _share((refused(self.measured, limits) | self.foreign)[self.changed])

    def refused_by_bounds(self, limits: dict[str, float]) -> float:
        """The same, of those alone that the model doesn't refuse itself."""
        return _share(refused(self.measured, limits)[self.changed & ~self.foreign])


def quality(workspace: Workspace, bounds: Path | None, docs: Path | None) -> None:
    """Write the limits to `bounds`, and a table and a plot of what they catch into the folder `docs`.

    Both go into the work folder where no other place is given. Raises BuildError when there are too few
    pictures to study.
    """
    check_model(workspace, "calibrate")
    out = docs or workspace.root / "quality"
    out.mkdir(parents=True, exist_ok=True)
    bounds = bounds or out / "bounds.json"
    rows = split.read(workspace.require(workspace.split, "dataset"))
    fields = np.load(workspace.require(workspace.fields, "dataset"), mmap_mode="r")
    random = np.random.default_rng(_SEED)
    train, cameras = _by_origin(rows, "train"), _by_origin(rows, "validation", camera_of)
    held_out = [_by_origin(rows, role) for role in ("test", "none")]
    classes = classes_of(workspace, rows)
    spoilt_places = _few(rows, "test", classes.codes)
    if not train or len(cameras) < FEWEST_CAMERAS or not any(held_out) or not len(spoilt_places):
        raise BuildError(
            f"quality: too few pictures to study; bring data of at least {FEWEST_CAMERAS} cameras, with "
            f"{LEAST_PICTURES} pictures each for training, for validation and held out"
        )
    of_sources = [random.permutation(own)[:SKIN_PICTURES] for own in train.values()]
    skin = fit_skin(fields[np.sort(np.concatenate(of_sources))])
    real = [measure_all(fields[own], skin) for own in cameras.values()]
    found = find_limits(real)
    limits = found.values
    unseen = {origin: measure_all(fields[own], skin) for places in held_out for origin, own in places.items()}

    classifier = Classifier(Interpreter(workspace.tflite), read_rules(workspace), "", classes)
    clean = fields[spoilt_places]
    before = [classifier.classify([field]) for field in clean]
    spoilt = {
        name: _spoil(name, clean, before, classifier, skin)
        for name in tqdm(FAULTS, desc="quality", unit="fault")
    }
    curves = {name: _curve(each, real, found.margin) for name, each in spoilt.items()}
    figures = {
        "cameras": len(real),
        "share_beyond_each_bound": round(found.share, 5),
        "margin_in_standard_deviations": round(found.margin, 3),
        "refused_of_a_camera_left_out": round(refused_unseen(real, found.share, found.margin), 4),
        "refused": {
            origin: {
                "pictures": len(next(iter(measured.values()))),
                "refused": round(float(refused(measured, limits).mean()), 4),
            }
            for origin, measured in unseen.items()
        },
        "spoilt_lesions": len(clean),
        "faults": {
            name: {
                "changed": int(each.changed.sum()),
                "of": len(each.changed),
                "caught": _rounded(each.caught(limits)),
                "caught_where_the_model_is_silent": _rounded(each.refused_by_bounds(limits)),
            }
            for name, each in spoilt.items()
        },
    }
    write_json(bounds, {"limits": limits, "skin": skin.to_json()})
    write_json(out / "quality.json", figures)
    draw(curves, figures, out / "quality.png")
    if docs:
        write_between_marks(docs / "quality.md", table(figures))
    print(f"{table(figures)}\nquality: {bounds}")


def table(figures: dict[str, Any]) -> str:
    """What is caught of each fault, and how many good pictures are refused."""
    lines = [
        "| fault | another finding | caught | of those the model doesn't refuse itself |",
        "|---|---|---|---|",
    ]
    for name, each in figures["faults"].items():
        lines.append(
            f"| {name} | {each['changed']} of {each['of']} | {_percent(each['caught'])} "
            f"| {_percent(each['caught_where_the_model_is_silent'])} |"
        )
    lines += ["", "| pictures as they are | refused |", "|---|---|"]
    for origin, each in sorted(figures["refused"].items(), key=lambda item: -item[1]["refused"]):
        lines.append(f"| {origin}, {each['pictures']} | {each['refused']:.1%} |")
    return "\n".join(lines)


def _spoil(name: str, clean: Fields, before: list[Finding], classifier: Classifier, skin: Skin) -> Spoilt:
    fields, changed, foreign = [], [], []
    for place, (field, finding) in enumerate(zip(clean, before, strict=True)):
        for step in STEPS:
            fields.append(FAULTS[name](field, step, np.random.default_rng((_SEED, place))))
            after = classifier.classify([fields[-1]])
            foreign.append(after.foreign)
            changed.append(_says(after) != _says(finding))
    return Spoilt(measure_all(np.stack(fields), skin), np.array(changed), np.array(foreign))


def _share(happened: NDArray[np.bool_]) -> float:
    return float(happened.mean()) if len(happened) else np.nan


def _rounded(share: float) -> float | None:
    return None if np.isnan(share) else round(share, 4)


def _percent(share: float | None) -> str:
    return "none to catch" if share is None else f"{share:.0%}"


def _says(finding: Finding) -> tuple[str, str]:
    return finding.triage.value, finding.likeliest(1)[0][0]


def _curve(spoilt: Spoilt, cameras: list[Measured], margin: float) -> list[tuple[float, float]]:
    """Refused of the worst camera, and caught of the spoilt pictures, bounds drawn tighter and tighter."""
    limits = [limits_at(share, cameras, margin) for share in SHARES]
    return [
        (max(float(refused(real, each).mean()) for real in cameras), spoilt.caught(each)) for each in limits
    ]


def camera_of(row: split.Row) -> str:
    """What stands for a camera, since no source names them: a source, or its centre where it names those."""
    return f"{row.source}, {row.centre}" if row.centre else row.source


def _by_origin(
    rows: list[split.Row], role: str, origin: Callable[[split.Row], str] = origin_of
) -> dict[str, NDArray[np.int64]]:
    """The places of lesions of each origin that has enough of them in `role`."""
    places: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        if row.role == role and row.label != NO_DERMOSCOPY:
            places.setdefault(origin(row), []).append(place)
    return {name: np.array(own) for name, own in places.items() if len(own) >= LEAST_PICTURES}


def _few(rows: list[split.Row], part: str, codes: Iterable[str]) -> NDArray[np.int64]:
    """The first picture of some lesions of each class."""
    first = {row.lesion_id: place for place, row in reversed(list(enumerate(rows))) if row.role == part}
    places = sorted(first.values())
    few = ([place for place in places if rows[place].label == label][:LESIONS_A_CLASS] for label in codes)
    return np.array(sorted(place for own in few for place in own))
