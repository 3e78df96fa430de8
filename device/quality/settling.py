"""Advice for a burst that is unfit because the camera had not settled before it."""

from collections.abc import Collection

from device.examination import Quality
from device.message import Message
from device.quality.bounds import BOUNDS

NOT_FOCUSED, NOT_EXPOSED = "not_focused", "not_exposed"
"""The codes of the advice."""

# Which steps of a press explain which measure out of its bounds (device.camera.press).
_EXPLAINED = {
    "detail": ({"focus"}, NOT_FOCUSED),
    "least detail": ({"focus"}, NOT_FOCUSED),
    "brightness": ({"exposure", "hold"}, NOT_EXPOSED),
    "blown out": ({"exposure", "hold"}, NOT_EXPOSED),
}


def advise(quality: Quality, unsettled: Collection[str]) -> tuple[Message, ...]:
    """What to do about an unfit frame, if a step that ran out of time explains it; else nothing.

    `unsettled` names the steps of the press that ran out of time.
    """
    for bound in BOUNDS:
        if bound.is_broken_by(quality.measures[bound.measure]):
            steps, advice = _EXPLAINED.get(bound.measure, (set(), ""))
            return (Message(advice),) if steps & set(unsettled) else ()
    return ()
