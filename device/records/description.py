"""An examination as it is told to programs: with whom it shows, and what that turned out to be."""

from typing import Any

from device.examination import Examination
from device.records.values import Diagnosis, Lesion
from device.serialization import examination_to_json


def describe_examination(examination: Examination, lesion: Lesion | None) -> dict[str, Any]:
    """Plain values; a confirmed `diagnosis` goes before the finding, which is then of the past."""
    return {
        "person": lesion.person if lesion else None,
        "lesion": lesion.id if lesion else None,
        "diagnosis": diagnosis_to_json(lesion.diagnosis) if lesion and lesion.diagnosis else None,
        **examination_to_json(examination),
    }


def diagnosis_to_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """Plain values."""
    on = diagnosis.confirmed_on
    return {
        "label": diagnosis.label,
        "confirmed_by": diagnosis.confirmed_by.value,
        "confirmed_on": on.isoformat() if on else None,
        "in_words": diagnosis.in_words,
    }
