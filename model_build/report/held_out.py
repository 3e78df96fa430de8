"""What the model said of the held-out pictures, with all that is known of them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.classes import Classes
from device.classifier import Classifier, decision
from device.classifier.interpreter import Interpreter
from device.classifier.saliency import saliency_map
from model_build import split
from model_build.answers import int8_answers
from model_build.calibrate import is_malignant, malignancies, read_rules
from model_build.evaluate import PARTS
from model_build.metrics import Labels, Probabilities
from model_build.outputs import classes_of
from model_build.report.records import Record, read_record
from model_build.workspace import Workspace

PART = "test"


@dataclass(frozen=True)
class HeldOut:
    """Held-out pictures of the named classes: class indices (n,), probabilities (n, classes) of all views.

    The probabilities are given that it is one of the classes. `places` are rows in the split and the fields.
    """

    labels: Labels
    probabilities: Probabilities
    classes: Classes
    lesions: list[str]
    records: list[Record]
    places: list[int]
    rules: decision.Rules

    @property
    def malignant(self) -> NDArray[np.bool_]:
        """Which pictures show something malignant or pre-malignant, shape (n,)."""
        return is_malignant(self.labels, self.classes)

    @property
    def suspicion(self) -> NDArray[np.float64]:
        """The malignancy probability of each picture, shape (n,)."""
        return malignancies(self.probabilities, self.classes)


def read_held_out(workspace: Workspace) -> HeldOut:
    """The answers of the INT8 model. Raises BuildError for an earlier step that is missing."""
    rules, rows = read_rules(workspace), split.read(workspace.split)
    answers = int8_answers(workspace, PARTS)
    count = len(answers.classes.named)
    held = np.array([row.part == PART for row in answers.rows])
    chosen = (answers.labels >= 0) & (answers.labels < count) & held
    places = np.flatnonzero([row.part in PARTS for row in rows])[chosen]
    answers = answers.of(chosen)
    named = decision.combine(answers.logits, rules.temperature)[:, :count]
    return HeldOut(
        answers.labels,
        named / named.sum(axis=1, keepdims=True),
        Classes(answers.classes.named),
        answers.lesions,
        [read_record(row) for row in answers.rows],
        places.tolist(),
        rules,
    )


def look(
    workspace: Workspace, held: HeldOut, indices: Iterable[int]
) -> list[tuple[NDArray[np.uint8], NDArray[np.float32]]]:
    """Field (224, 224, 3) and saliency (7, 7) of the answered class of held-out pictures, as the device's."""
    fields = np.load(workspace.require(workspace.fields, "dataset"), mmap_mode="r")
    classes = classes_of(workspace, split.read(workspace.split))
    classifier = Classifier(Interpreter(workspace.tflite), held.rules, "", classes=classes)
    seen = []
    for index in indices:
        field = np.asarray(fields[held.places[index]])
        answer = int(held.probabilities[index].argmax())
        seen.append((field, saliency_map(classifier.maps(field).mean(axis=0), answer)))
    return seen
