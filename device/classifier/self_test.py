"""Does the model answer here as it did where it was built?"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from device.classifier.preprocess import INPUT_SIDE
from device.errors import BundleError
from device.images import read_image

if TYPE_CHECKING:
    from device.classifier import Classifier

PICTURE = "self_test.png"


TOLERANCE = 0.1
"""How far a probability may be off: runtimes and chips round a little differently, faults are farther off."""


@dataclass(frozen=True)
class SelfTest:
    """A picture of 224 x 224 pixels, and the probability of each class that it was given at the build."""

    picture: Path
    probabilities: Mapping[str, float]

    def run(self, classifier: "Classifier") -> None:
        """Raise BundleError when `classifier` answers otherwise, ImageError when the picture is damaged."""
        field = read_image(self.picture)
        if field.shape != (INPUT_SIDE, INPUT_SIDE, 3):
            raise BundleError("self_test_wrong_size", picture=self.picture, side=INPUT_SIDE)
        answer = classifier.classify([field]).probabilities
        distances = {code: abs(answer[code] - expected) for code, expected in self.probabilities.items()}
        # A distance that is no number is not within the tolerance either.
        off = [code for code, distance in distances.items() if not distance <= TOLERANCE]
        if off:
            farthest = max(off, key=lambda code: distances[code])
            raise BundleError(
                "self_test_differs",
                title=classifier.title,
                label=farthest,
                answer=answer[farthest],
                expected=self.probabilities[farthest],
            )
