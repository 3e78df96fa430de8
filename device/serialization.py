"""An examination as JSON: what the page, the command line and the records all speak."""

import base64
from datetime import datetime
from typing import Any

import numpy as np

from device.checklist import read_checklist
from device.classes import HAM10000, classes_from_json, classes_to_json
from device.examination import BurstFrame, Examination, Finding, Quality, Source, Triage
from device.message import Message, as_it_was
from device.opinion import Opinion
from device.words import TEXTS, say
from device.words.marks import N_

NOT_A_DEVICE = N_("Dermapoint is a research and teaching instrument, not a medical device.")
"""Said wherever a result is shown."""

_FORMER_SHAPE = [7, 7]
"""The saliency map's, of before models of other sizes could be used."""


def message_to_json(message: Message) -> dict[str, Any]:
    """Code and values, and the sentence in English."""
    values = {name: _value_to_json(value) for name, value in message.values.items()}
    return {"code": message.code, "values": values, "text": say(message)}


def message_from_json(value: dict[str, Any] | str) -> Message:
    """The inverse of `message_to_json`; what can't be worded any more is the sentence that it was.

    Before there were codes, sentences were written.
    """
    if isinstance(value, str):
        return as_it_was(value)
    if value["code"] not in TEXTS:
        return as_it_was(value["text"])
    return Message(value["code"], **{name: _value_from_json(each) for name, each in value["values"].items()})


def _value_to_json(value: Any) -> Any:
    if isinstance(value, Message):
        return message_to_json(value)
    return [_value_to_json(each) for each in value] if isinstance(value, list | tuple) else value


def _value_from_json(value: Any) -> Any:
    if isinstance(value, dict):
        # Without a code it is a text by language.
        return message_from_json(value) if "code" in value else value
    return [_value_from_json(each) for each in value] if isinstance(value, list) else value


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """Plain values; the saliency map as bytes, 0 to 255, row by row, in base64, beside its shape.

    `classes` and `classes_beside` are those of the model, without the texts that explain them.
    """
    saliency = np.rint(np.clip(finding.saliency, 0, 1) * 255).astype(np.uint8)
    classes = classes_to_json(finding.classes, with_texts=False)
    return {
        "triage": finding.triage.value,
        "suspicious": finding.suspicious,
        "reasons": list(map(message_to_json, finding.reasons)),
        "malignancy": finding.malignancy,
        "foreign": finding.foreign,
        "prediction_set": list(finding.prediction_set),
        "probabilities": finding.probabilities,
        "beside": finding.beside,
        "saliency": base64.b64encode(saliency.tobytes()).decode(),
        "saliency_shape": list(saliency.shape),
        "model": finding.model,
        "classes": classes["classes"],
        "classes_beside": classes["beside"],
    }


def finding_from_json(value: dict[str, Any]) -> Finding:
    """The inverse of `finding_to_json`; what older versions didn't write is empty or false.

    They knew HAM10000's seven classes alone, and maps of 7 x 7.
    """
    shape = value.get("saliency_shape", _FORMER_SHAPE)
    saliency = np.frombuffer(base64.b64decode(value["saliency"]), np.uint8).reshape(shape)
    classes = HAM10000
    if "classes" in value:
        classes = classes_from_json({"classes": value["classes"], "beside": value["classes_beside"]})
    return Finding(
        probabilities=value["probabilities"],
        prediction_set=tuple(value.get("prediction_set", ())),
        malignancy=value["malignancy"],
        foreign=value.get("foreign", False),
        triage=Triage(value["triage"]),
        reasons=tuple(map(message_from_json, value["reasons"])),
        saliency=saliency.astype(np.float32) / np.float32(255),
        model=value["model"],
        beside=value.get("beside", {}),
        classes=classes,
    )


def quality_to_json(quality: Quality) -> dict[str, Any]:
    """Plain values."""
    return {"measures": dict(quality.measures), "advice": list(map(message_to_json, quality.advice))}


def quality_from_json(value: dict[str, Any]) -> Quality:
    """The inverse of `quality_to_json`; older versions wrote the measures beside the advice."""
    beside = {name: number for name, number in value.items() if name not in ("advice", "measures")}
    return Quality(value.get("measures", beside), tuple(map(message_from_json, value["advice"])))


def examination_to_json(examination: Examination) -> dict[str, Any]:
    """Plain values, with the notice that this is not a medical device."""
    return {
        "id": examination.id,
        "taken_at": examination.taken_at.isoformat(),
        "finding": finding_to_json(examination.finding),
        "frames": [
            {"quality": quality_to_json(each.quality), "metadata": each.metadata, "used": each.used}
            for each in examination.frames
        ],
        "best": examination.best,
        "timings_ms": examination.timings_ms,
        "overridden": examination.overridden,
        "replaces": examination.replaces,
        "optics": examination.optics,
        "source": examination.source.value,
        "clock_set": examination.clock_set,
        "notice": NOT_A_DEVICE,
    }


def examination_from_json(value: dict[str, Any]) -> Examination:
    """The inverse of `examination_to_json`; what older versions didn't write is empty or false."""
    # Before there were bursts, an examination had one frame.
    frames = value.get("frames") or [
        {"quality": value["quality"], "metadata": value["frame_metadata"], "used": True}
    ]
    return Examination(
        id=value["id"],
        taken_at=datetime.fromisoformat(value["taken_at"]),
        finding=finding_from_json(value["finding"]),
        frames=tuple(
            BurstFrame(quality_from_json(each["quality"]), each["metadata"], each["used"]) for each in frames
        ),
        best=value.get("best", 0),
        timings_ms=value["timings_ms"],
        overridden=value.get("overridden", False),
        replaces=value.get("replaces", ""),
        optics=value.get("optics", ""),
        source=Source(value.get("source", Source.CAMERA)),
        clock_set=value.get("clock_set"),
    )


def opinion_to_json(opinion: Opinion) -> dict[str, Any]:
    """Plain values, with what the checklist scores."""
    signs = opinion.checklist
    return {
        "id": opinion.id,
        "examination": opinion.examination,
        "reader": opinion.reader,
        "said_at": opinion.said_at.isoformat(),
        "triage": opinion.triage.value,
        "label": opinion.label,
        "blind": opinion.blind,
        "checklist": None
        if signs is None
        else {
            "present": signs.codes,
            "score": signs.score,
            "suspicious": signs.suspicious,
            "revised_score": signs.revised_score,
            "revised_suspicious": signs.revised_suspicious,
        },
    }


def opinion_from_json(value: dict[str, Any]) -> Opinion:
    """The inverse of `opinion_to_json`; scores are counted anew."""
    signs = value["checklist"]
    return Opinion(
        value["id"],
        value["examination"],
        value["reader"],
        datetime.fromisoformat(value["said_at"]),
        Triage(value["triage"]),
        value["label"],
        value["blind"],
        None if signs is None else read_checklist(signs["present"]),
    )
