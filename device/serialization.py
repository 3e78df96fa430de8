"""An examination as JSON: what the page, the command line and the records all speak."""

import base64
from datetime import datetime
from typing import Any

import numpy as np

from device.examination import Examination, Finding, Quality, Triage

NOT_A_DEVICE = "Dermapoint is a research and teaching instrument, not a medical device."
"""Said wherever a result is shown."""

_MAP_SHAPE = (7, 7)


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """Plain values; the saliency map as 49 bytes, 0 to 255, row by row, in base64."""
    saliency = np.rint(np.clip(finding.saliency, 0, 1) * 255).astype(np.uint8)
    return {
        "triage": finding.triage.value,
        "reasons": list(finding.reasons),
        "malignancy": finding.malignancy,
        "foreign": finding.foreign,
        "prediction_set": list(finding.prediction_set),
        "probabilities": finding.probabilities,
        "saliency": base64.b64encode(saliency.tobytes()).decode(),
        "model": finding.model,
    }


def finding_from_json(value: dict[str, Any]) -> Finding:
    """The inverse of `finding_to_json`; what older versions didn't write is empty or false."""
    saliency = np.frombuffer(base64.b64decode(value["saliency"]), np.uint8).reshape(_MAP_SHAPE)
    return Finding(
        probabilities=value["probabilities"],
        prediction_set=tuple(value.get("prediction_set", ())),
        malignancy=value["malignancy"],
        foreign=value.get("foreign", False),
        triage=Triage(value["triage"]),
        reasons=tuple(value["reasons"]),
        saliency=saliency.astype(np.float32) / np.float32(255),
        model=value["model"],
    )


def examination_to_json(examination: Examination) -> dict[str, Any]:
    """Plain values, with the notice that this is not a medical device."""
    quality = examination.quality
    return {
        "id": examination.id,
        "taken_at": examination.taken_at.isoformat(),
        "finding": finding_to_json(examination.finding),
        "quality": {
            "brightness": quality.brightness,
            "clipped": quality.clipped,
            "sharpness": quality.sharpness,
            "advice": list(quality.advice),
        },
        "frame_metadata": examination.frame_metadata,
        "timings_ms": examination.timings_ms,
        "notice": NOT_A_DEVICE,
    }


def examination_from_json(value: dict[str, Any]) -> Examination:
    """The inverse of `examination_to_json`."""
    quality = dict(value["quality"])
    return Examination(
        id=value["id"],
        taken_at=datetime.fromisoformat(value["taken_at"]),
        quality=Quality(**{**quality, "advice": tuple(quality["advice"])}),
        finding=finding_from_json(value["finding"]),
        frame_metadata=value["frame_metadata"],
        timings_ms=value["timings_ms"],
    )
