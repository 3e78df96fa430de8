"""How a triage looks on the page; the words are in `device.words`."""

from dataclasses import dataclass

from device.examination import Triage
from device.message import Message


@dataclass(frozen=True)
class TriageLook:
    """A triage on the page: never by colour alone."""

    symbol: str
    title: Message
    advice: Message
    style: str


def sentence(text: str) -> str:
    """With a capital: the device's own sentences begin small, since its log quotes them behind a colon."""
    return text[:1].upper() + text[1:]


TRIAGES = {
    each: TriageLook(each.symbol, each.heading, each.advice, each.replace(" ", "-")) for each in Triage
}

WITHHELD = TriageLook("✎", Message("opinion_first"), Message("opinion_first_advice"), "withheld")
"""In the place of a triage that waits for the examiner's own opinion."""
