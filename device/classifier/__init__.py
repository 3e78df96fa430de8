"""From pixels to a finding."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.classes import Classes
from device.classifier import decision
from device.classifier.bundle import Bundle, load_bundle
from device.classifier.delegate import open_interpreter
from device.classifier.interpreter import Interpreter
from device.classifier.preprocess import FieldImage, shrink_field
from device.classifier.saliency import saliency_map
from device.classifier.views import VIEWS, turn, turn_back
from device.errors import BundleError, OverrideError
from device.examination import Finding
from device.message import Message


class Classifier:
    """A model, its classes, and the rules that turn its maps into a finding.

    `runs_on` says by what it runs and why. Raises BundleError when the model has not one map for
    each output of `classes` and one for what is foreign.
    """

    def __init__(
        self,
        interpreter: Interpreter,
        rules: decision.Rules,
        title: str,
        classes: Classes,
        runs_on: str = "CPU",
    ) -> None:
        self.interpreter, self.rules, self.title, self.runs_on = interpreter, rules, title, runs_on
        self.classes = classes
        if interpreter.channels != len(classes.outputs) + 1:
            raise BundleError(
                "bundle_wrong_maps", title=title, maps=interpreter.channels, needed=len(classes.outputs) + 1
            )
        # One more than can run at once: it turns the next view meanwhile.
        self._views = ThreadPoolExecutor(interpreter.lanes + 1, thread_name_prefix="view")

    def maps(self, *burst: FieldImage) -> NDArray[np.float32]:
        """The maps of a lesion in eight orientations, all turned back, shape (8, cells, cells, channels).

        The orientations go round the 224 x 224 fields of the burst, so that more of them cost
        no more time. The last axis holds a map for each output of `classes`, then the foreign map.
        Several threads may ask at once.
        """
        fields = [shrink_field(each, self.interpreter.side) for each in burst]
        return np.stack(list(self._views.map(self._show, islice(cycle(fields), VIEWS), range(VIEWS))))

    def classify(self, burst: Sequence[FieldImage], advice: Sequence[Message] = ()) -> Finding:
        """The finding of one lesion's 224 x 224 fields from `preprocess.resize_field`, at least one.

        With `advice`, what the hand should do better, the triage is *retake*.
        """
        maps = self.maps(*burst)
        logits, foreign = read_maps(maps)
        joint = decision.combine(logits, self.rules.temperature)
        answer = decision.name_outputs(joint, self.classes, self.rules)
        is_foreign = bool(foreign.mean() > self.rules.foreign_above)
        triage, reasons = decision.triage(answer, is_foreign, self.rules, advice)
        return Finding(
            probabilities=dict(answer.probabilities),
            prediction_set=answer.prediction_set,
            malignancy=answer.malignancy,
            foreign=is_foreign,
            triage=triage,
            reasons=reasons,
            saliency=saliency_map(maps.mean(axis=0), int(joint.argmax())),
            model=self.title,
            beside=dict(answer.beside),
            classes=self.classes,
        )

    def without_advice(self, finding: Finding) -> Finding:
        """The same finding as it is in spite of any advice to take the picture again.

        Raises OverrideError when another model made it: its thresholds are not known any more.
        """
        if finding.model != self.title:
            raise OverrideError("other_model")
        triage, reasons = decision.triage(decision.answer_of(finding), finding.foreign, self.rules)
        return replace(finding, triage=triage, reasons=reasons)

    def _show(self, field: FieldImage, view: int) -> NDArray[np.float32]:
        """The maps of a field in orientation `view`, turned back."""
        return turn_back(self.interpreter.invoke(self.interpreter.quantize(turn(field, view))), view)


def load_classifier(folder: Path) -> Classifier:
    """The classifier of the bundle in `folder`. Raises BundleError or RuntimeMissingError."""
    return open_classifier(load_bundle(folder))


def open_classifier(bundle: Bundle) -> Classifier:
    """The classifier of an open bundle, on an Edge TPU where there is one, after its self-test.

    Raises BundleError when the model doesn't answer as it did where it was built.
    """

    def build(interpreter: Interpreter, runs_on: str = "") -> Classifier:
        if interpreter.side != bundle.side:
            raise BundleError(
                "bundle_wrong_side", title=bundle.title, side=interpreter.side, stated=bundle.side
            )
        return Classifier(interpreter, bundle.rules, bundle.title, bundle.classes, runs_on)

    classifier = build(*open_interpreter(bundle, lambda each: bundle.self_test.run(build(each))))
    bundle.self_test.run(classifier)
    return classifier


def read_maps(maps: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The logits (..., outputs) and the foreign score (...) of maps (..., cells, cells, outputs + 1).

    They are the mean of each map, taken here and not in the model: a mean of 49 INT8 values is
    finer than one INT8 value.
    """
    means = np.asarray(maps.mean(axis=(-3, -2)), np.float32)
    return means[..., :-1], means[..., -1]
