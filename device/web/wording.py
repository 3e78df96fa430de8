"""What the page says, in plain words."""

from dataclasses import dataclass
from datetime import UTC, datetime

from device.examination import Triage


@dataclass(frozen=True)
class TriageWords:
    """A triage on the page: never by colour alone."""

    symbol: str
    title: str
    advice: str
    style: str


def percent(probability: float) -> str:
    """A probability from 0 to 1 in whole percent; never 0 % or 100 %, since nothing is certain."""
    if probability < 0.01:
        return "<1 %"
    if probability > 0.99:
        return ">99 %"
    return f"{100 * probability:.0f} %"


def share(value: float) -> str:
    """A share that was counted, 0 to 1, in whole percent."""
    return f"{100 * value:.0f} %"


def sentence(text: str) -> str:
    """With a capital: the device's own sentences begin small, since its log quotes them behind a colon."""
    return text[:1].upper() + text[1:]


def moment(time: datetime) -> str:
    """A point in time as everybody reads it, in UTC: the device has no other clock."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M}"


TRIAGES = {
    Triage.REFER: TriageWords("▲", "Refer", "Have a dermatologist look at this lesion.", "refer"),
    Triage.WATCH: TriageWords(
        "●", "Watch", "Look again in some weeks; if it changes, itches or bleeds, see a doctor.", "watch"
    ),
    Triage.RETAKE: TriageWords("↻", "Take it again", "This picture can't be judged.", "retake"),
    Triage.NO_ANSWER: TriageWords(
        "?", "No answer", "The device can't tell. If in doubt, see a doctor.", "no-answer"
    ),
}
