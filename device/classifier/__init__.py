"""From pixels to a finding."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.classifier import decision
from device.classifier.bundle import load_bundle
from device.classifier.interpreter import Interpreter
from device.classifier.preprocess import FieldImage
from device.classifier.saliency import saliency_map
from device.examination import Finding, Quality


class Classifier:
    """A model and the rules that turn its maps into a finding."""

    def __init__(self, interpreter: Interpreter, rules: decision.Rules, title: str) -> None:
        self.interpreter, self.rules, self.title = interpreter, rules, title

    def maps(self, field: FieldImage) -> NDArray[np.float32]:
        """The class maps of a 224 x 224 field, shape (7, 7, 7)."""
        return self.interpreter.invoke(self.interpreter.quantize(field))

    def logits(self, field: FieldImage) -> NDArray[np.float32]:
        """One number a class, in the order of `CLASSES`: the mean of each map."""
        return mean_of_maps(self.maps(field))

    def classify(self, field: FieldImage, quality: Quality) -> Finding:
        """The finding of a 224 x 224 field from `preprocess.resize_field`."""
        maps = self.maps(field)
        logits = mean_of_maps(maps)
        probabilities = decision.name_classes(decision.calibrate(logits, self.rules.temperature))
        triage, reasons = decision.triage(probabilities, self.rules, quality)
        return Finding(
            probabilities=probabilities,
            malignancy=decision.malignancy(probabilities),
            triage=triage,
            reasons=reasons,
            saliency=saliency_map(maps, int(logits.argmax())),
            model=self.title,
        )


def load_classifier(folder: Path) -> Classifier:
    """The classifier of the bundle in `folder`. Raises BundleError or RuntimeMissingError."""
    bundle = load_bundle(folder)
    return Classifier(Interpreter(bundle.model), bundle.rules, bundle.title)


def mean_of_maps(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """The logits, from maps of shape (7, 7, classes).

    Taken here and not in the model: a mean of 49 INT8 values is finer than one INT8 value.
    """
    return np.asarray(maps.mean(axis=(0, 1)), np.float32)
