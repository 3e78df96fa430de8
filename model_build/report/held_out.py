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
from model_build.answers import Answers, int8_answers
from model_build.calibrate import malignancies, read_rules
from model_build.errors import BuildError
from model_build.evaluate import PARTS, given_named
from model_build.metrics import Labels, Probabilities
from model_build.outputs import classes_of
from model_build.report.records import Record, read_record
from model_build.workspace import Workspace

PART = "test"


@dataclass(frozen=True)
class HeldOut:
    """Held-out pictures of lesions: the `answers` to n of them, and what the `rules` make of all views.

    `joint` (n, outputs) are the probabilities that the rules decide by; `places` (n,) are rows in the
    split and the fields.
    """

    answers: Answers
    joint: Probabilities
    places: NDArray[np.int64]
    rules: decision.Rules

    def of(self, chosen: NDArray[np.bool_]) -> "HeldOut":
        """Those that `chosen` (n,) is true of."""
        return HeldOut(self.answers.of(chosen), self.joint[chosen], self.places[chosen], self.rules)

    @property
    def of_named(self) -> "HeldOut":
        """Those of the named classes, for what only they have: a right and a wrong answer."""
        return self.of(self.answers.named)

    @property
    def labels(self) -> Labels:
        """The place of what each picture shows in the outputs of the classes, -1 without an output (n,)."""
        return self.answers.labels

    @property
    def probabilities(self) -> Probabilities:
        """Those of the named classes (n, named), given that the lesion is one of them."""
        return given_named(self.joint, self.classes)

    @property
    def classes(self) -> Classes:
        """The classes of the model."""
        return self.answers.classes

    @property
    def malignant(self) -> NDArray[np.bool_]:
        """Which pictures show something malignant or pre-malignant, shape (n,)."""
        return self.answers.malignant

    @property
    def suspicion(self) -> NDArray[np.float64]:
        """The malignancy probability of each picture, shape (n,)."""
        return malignancies(self.joint, self.classes)

    @property
    def referred(self) -> NDArray[np.bool_]:
        """Which pictures are referred, by threshold or by prediction set, shape (n,)."""
        given = self.joint, self.classes, self.rules
        return decision.reaches_threshold(*given) | decision.leaves_malignant(*given)

    @property
    def in_doubt(self) -> NDArray[np.bool_]:
        """Of which pictures no class can be named, shape (n,)."""
        return decision.in_doubt(self.joint, self.classes, self.rules)

    @property
    def records(self) -> list[Record]:
        """What the source says of each picture."""
        return [read_record(row) for row in self.answers.rows]


def read_held_out(workspace: Workspace) -> HeldOut:
    """The answers of the INT8 model.

    Raises BuildError for an earlier step that is missing, and where no picture is of a named class.
    """
    rules, rows = read_rules(workspace), split.read(workspace.split)
    answers = int8_answers(workspace, PARTS)
    chosen = answers.show_lesion & np.array([row.part == PART for row in answers.rows])
    places = np.flatnonzero([row.part in PARTS for row in rows])[chosen]
    answers = answers.of(chosen)
    if not answers.named.any():
        raise BuildError("no held-out picture is of a named class; bring data with more of them")
    return HeldOut(answers, decision.combine(answers.logits, rules.temperature), places, rules)


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
