"""What the model says of pictures, in all views: asked once, then kept."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.classes import Classes
from device.classifier import Classifier, decision, read_maps
from device.classifier.interpreter import Interpreter
from model_build import split
from model_build.outputs import classes_of, read_classes
from model_build.prevalence import POWER, log_prevalence
from model_build.progress import progress
from model_build.sources.diagnoses import NO_DERMOSCOPY
from model_build.split import Row
from model_build.workspace import Workspace

Said = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Logits (pictures, views, outputs) and foreign scores (pictures, views)."""
Fields = NDArray[np.uint8]

_UNLEARNT = -100.0
"""A logit that leaves nothing for an output beside others."""


@dataclass(frozen=True)
class Answers:
    """Logits float32 (pictures, views, outputs), foreign scores (pictures, views), and what they are of.

    `labels` (pictures,) are places in the outputs of `classes`, -1 for what the network has no output
    for: pictures without a dermatoscope, and lesions beside the classes that no training picture
    shows. What those are stands in `known`, all classes of the work folder.
    """

    classes: Classes
    known: Classes
    logits: NDArray[np.float32]
    foreign: NDArray[np.float32]
    labels: NDArray[np.int64]
    rows: list[Row]

    @property
    def lesions(self) -> list[str]:
        """The lesion of each picture."""
        return [row.lesion_id for row in self.rows]

    @property
    def clusters(self) -> list[str]:
        """What an interval must draw together: the lesion of each picture, its twins and its patient."""
        return [row.group for row in self.rows]

    @property
    def show_lesion(self) -> NDArray[np.bool_]:
        """Which pictures show a lesion under a dermatoscope, also those without an output."""
        return np.array([row.label != NO_DERMOSCOPY for row in self.rows], bool)

    @property
    def named(self) -> NDArray[np.bool_]:
        """Which pictures show one of the named classes."""
        return np.asarray((self.labels >= 0) & (self.labels < len(self.classes.named)))

    @property
    def malignant(self) -> NDArray[np.bool_]:
        """Which pictures show something malignant or pre-malignant, also those without an output."""
        return np.array([row.label in self.known.malignant for row in self.rows], bool)

    @property
    def sources(self) -> NDArray[np.str_]:
        """The source of each picture."""
        return np.array([row.source for row in self.rows])

    def of(self, chosen: NDArray[np.bool_]) -> "Answers":
        """Those for the pictures that `chosen` (pictures,) is true of."""
        rows = [row for row, kept in zip(self.rows, chosen, strict=True) if kept]
        return replace(
            self,
            logits=self.logits[chosen],
            foreign=self.foreign[chosen],
            labels=self.labels[chosen],
            rows=rows,
        )


def validation_answers(workspace: Workspace, power: float = POWER) -> Answers:
    """What the float network said of a fold and of left out sources before it learnt from all folds.

    Its logits know how often each output is to be expected, to a `power` (`log_prevalence`).
    """
    return _float_answers(workspace, workspace.require(workspace.validation_answers, "train"), power)


def look_answers(workspace: Workspace, name: str, power: float = POWER) -> Answers:
    """The same of the look `name`; an output that it didn't learn gets no say."""
    answers = _float_answers(workspace, workspace.require(workspace.look_answers(name), "look"), power)
    learnt = workspace.read(workspace.look_record(name), "look", "learnt")["learnt"]
    unlearnt = ~np.isin(answers.classes.output_codes, learnt)
    return replace(answers, logits=np.where(unlearnt, np.float32(_UNLEARNT), answers.logits))


def _float_answers(workspace: Workspace, kept_in: Path, power: float) -> Answers:
    rows = split.read(workspace.require(workspace.split, "dataset"))
    with np.load(kept_in) as kept:
        pictures, logits = kept["pictures"], kept["logits"]
    outputs = classes_of(workspace, rows).output_codes
    expected = logits[..., :-1] + log_prevalence(rows, outputs, power)
    return _answers(workspace, rows, pictures, expected, logits[..., -1])


def int8_answers(workspace: Workspace, parts: tuple[str, ...]) -> Answers:
    """The INT8 model's answers on the rows of `parts` of the split, by the device's own classifier."""
    rows = split.read(workspace.require(workspace.split, "dataset"))
    pictures = np.flatnonzero([row.part in parts for row in rows])
    return ask_kept(workspace, "-".join(parts), rows, pictures)


def ask_kept(workspace: Workspace, name: str, rows: list[Row], pictures: NDArray[np.int64]) -> Answers:
    """The INT8 model's answers on some pictures, kept under `name` for as long as the model is the same."""
    model = hashlib.sha256(workspace.require(workspace.tflite, "quantize").read_bytes()).hexdigest()[:12]
    path = workspace.answers / f"{name}-{model}.npz"
    if path.exists():
        with np.load(path) as kept:
            if np.array_equal(kept["pictures"], pictures):
                return _answers(workspace, rows, pictures, kept["logits"], kept["foreign"])
    fields = np.load(workspace.require(workspace.fields, "dataset"), mmap_mode="r")
    logits, foreign = ask_int8(workspace.tflite, fields[pictures], classes_of(workspace, rows))
    path.parent.mkdir(exist_ok=True)
    with path.with_suffix(".part").open("wb") as file:
        np.savez(file, pictures=pictures, logits=logits, foreign=foreign)
    path.with_suffix(".part").replace(path)
    return _answers(workspace, rows, pictures, logits, foreign)


def ask_int8(tflite: Path, fields: Fields, classes: Classes) -> Said:
    """What the INT8 model says of each field, by the device's own classifier."""
    uncalibrated = decision.Rules(
        temperature=1.0,
        refer_at=0.5,
        abstain_below=0.0,
        foreign_above=np.inf,
        include_from=(0.0,) * len(classes.outputs),
    )
    classifier = Classifier(Interpreter(tflite), uncalibrated, "", classes=classes)
    said = [read_maps(classifier.maps(field)) for field in progress(fields, "INT8", len(fields))]
    return np.stack([logits for logits, _ in said]), np.stack([foreign for _, foreign in said])


def _answers(
    workspace: Workspace,
    rows: list[Row],
    pictures: NDArray[np.int64],
    logits: NDArray[np.float32],
    foreign: NDArray[np.float32],
) -> Answers:
    classes, chosen = classes_of(workspace, rows), [rows[index] for index in pictures]
    labels = split.labels_of(chosen, classes.output_codes)
    return Answers(classes, read_classes(workspace), logits, foreign, labels, chosen)
