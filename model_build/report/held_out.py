"""What the model said of the held-out pictures, with all that is known of them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.classifier import Classifier, decision
from device.classifier.interpreter import Interpreter
from device.classifier.saliency import saliency_map
from model_build import split
from model_build.answers import float_answers, int8_answers
from model_build.calibrate import read_rules
from model_build.evaluate import PART
from model_build.metrics import Labels, Probabilities
from model_build.report.records import Record, read_record
from model_build.workspace import Workspace


@dataclass(frozen=True)
class HeldOut:
    """Held-out pictures: class indices (n,), calibrated probabilities (n, 7) of all views combined.

    `places` are their rows in the split and the fields.
    """

    labels: Labels
    probabilities: Probabilities
    float_probabilities: Probabilities
    lesions: list[str]
    records: list[Record]
    places: list[int]
    rules: decision.Rules


def read_held_out(workspace: Workspace) -> HeldOut:
    """The answers of the INT8 and the float model, which is asked where no step has yet.

    Raises BuildError for an earlier step that is missing.
    """
    rules = read_rules(workspace)
    int8, real = int8_answers(workspace, PART), float_answers(workspace, PART)
    return HeldOut(
        int8.labels,
        decision.combine(int8.logits, rules.temperature),
        decision.combine(real.logits, rules.temperature),
        int8.lesions,
        [read_record(row) for row in int8.rows],
        [place for place, row in enumerate(split.read(workspace.split)) if row.role == PART],
        rules,
    )


def look(
    workspace: Workspace, held: HeldOut, indices: Iterable[int]
) -> list[tuple[NDArray[np.uint8], NDArray[np.float32]]]:
    """Field (224, 224, 3) and saliency (7, 7) of the answered class of held-out pictures, as the device's."""
    fields = np.load(workspace.require(workspace.fields, "dataset"), mmap_mode="r")
    classifier = Classifier(Interpreter(workspace.tflite), held.rules, "")
    seen = []
    for index in indices:
        field = np.asarray(fields[held.places[index]])
        answer = int(held.probabilities[index].argmax())
        seen.append((field, saliency_map(classifier.maps(field).mean(axis=0), answer)))
    return seen
