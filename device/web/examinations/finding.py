"""What a finding's page shows besides the finding: a scale, what would change it, how sharp it was."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask

from device.classifier import Classifier
from device.classifier.changes import what_would_change
from device.examination import Examination, Finding
from device.message import Message
from device.quality import focus_level
from device.records.values import Diagnosis

LENGTHS_MM = (20, 10, 5, 2, 1)
LONGEST_SHARE = 40.0
"""A scale bar is at most so long, in percent of the picture's width."""


@dataclass(frozen=True)
class ScaleBar:
    """A length in millimetres, and what that is in percent of the picture's width."""

    length_mm: int
    share: float


def scale_bar(width_mm: float | None) -> ScaleBar | None:
    """The longest round length that fits well into a picture so wide; None without a width."""
    for length in LENGTHS_MM if width_mm else ():
        share = 100 * length / (width_mm or 1)
        if share <= LONGEST_SHARE:
            return ScaleBar(length, round(share, 2))
    return None


def said_since(examination: Examination, diagnosis: Diagnosis) -> bool:
    """Whether a picture was taken after its lesion's diagnosis was confirmed, and so may show news."""
    return diagnosis.confirmed_on is not None and examination.taken_at.date() > diagnosis.confirmed_on


def install(app: Flask, classifier: Classifier, field_width_mm: Callable[[str], float | None]) -> None:
    """Give the templates of `app` what a finding's page asks."""

    def changes(finding: Finding) -> tuple[Message, ...]:
        # Another model's thresholds would be wrong.
        return what_would_change(finding, classifier.rules) if finding.model == classifier.title else ()

    def bar(examination: Examination) -> ScaleBar | None:
        return scale_bar(field_width_mm(examination.optics))

    app.jinja_env.globals.update(
        what_would_change=changes,
        scale_bar=bar,
        said_since=said_since,
        sharpness=lambda examination: focus_level(examination.quality),
    )
