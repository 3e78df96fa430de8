"""Advice for a burst that is unfit because the camera had not settled before it."""

from collections.abc import Collection

from device.examination import Quality
from device.quality.bounds import BOUNDS

NOT_FOCUSED = "The camera could not focus: rest the lens flat on the skin, hold still, and press again."
NOT_EXPOSED = "The light was still changing: rest the lens flat on the skin, and press again."

# Which steps of a press explain which measure out of its bounds (device.camera.press).
_EXPLAINED = {
    "detail": ({"focus"}, NOT_FOCUSED),
    "least detail": ({"focus"}, NOT_FOCUSED),
    "brightness": ({"exposure", "hold"}, NOT_EXPOSED),
    "blown out": ({"exposure", "hold"}, NOT_EXPOSED),
}


def advise(quality: Quality, unsettled: Collection[str]) -> tuple[str, ...]:
    """What to do about an unfit frame, if a step that ran out of time explains it; else nothing.

    `unsettled` names the steps of the press that ran out of time.
    """
    for bound in BOUNDS:
        if bound.is_broken_by(quality.measures[bound.measure]):
            steps, advice = _EXPLAINED.get(bound.measure, (set(), ""))
            return (advice,) if steps & set(unsettled) else ()
    return ()
