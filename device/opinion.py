"""What an examiner says of an examination by themself, beside the device's finding. Plain values."""

from dataclasses import dataclass
from datetime import datetime

from device.checklist import Checklist
from device.classes import is_code
from device.errors import ValueRefusedError
from device.examination import Triage

SAID = (Triage.REFER, Triage.WATCH, Triage.NO_ANSWER)
"""What an examiner may say is to be done; of a picture that is to be taken again there is no opinion."""


@dataclass(frozen=True)
class Opinion:
    """One reader's opinion on one examination; it is never changed, a later one stands beside it.

    `reader` is the name that they enter the page with, empty where it was left out of an export;
    `label` is the code of the class they take it for, `OTHER`, or empty when they didn't say;
    `blind` is true when it was said before the device's finding was shown to anyone on the page.
    `damaged` is true when it isn't as it was saved. Raises ValueRefusedError for a value without meaning.
    """

    id: str
    examination: str
    reader: str
    said_at: datetime
    triage: Triage
    label: str = ""
    blind: bool = False
    checklist: Checklist | None = None
    damaged: bool = False

    def __post_init__(self) -> None:
        """Check what was said."""
        if self.triage not in SAID:
            raise ValueRefusedError("triage", "choose_one_of", names=list(SAID))
        if self.label and not is_code(self.label):
            raise ValueRefusedError("label", "diagnosis_no_code")
