"""What is read and signed, in the reader's language."""

from collections.abc import Iterable

from device.records.consents import Scope
from device.web.language import gettext
from device.words.marks import N_

STATEMENTS = {
    Scope.PICTURES: N_("Pictures of my skin are taken, judged by this device, and kept on it."),
    Scope.REFERRAL: N_("They may be given, with my name, to a doctor who treats me."),
    Scope.RESEARCH: N_("They may be used, without my name, for research and teaching."),
}

AGREE = N_("I agree to this:")
INFORMED = N_(
    "I was told that this device is no medical device and can be wrong, and that I can withdraw my consent "
    "at any time."
)


def consent_text(scopes: Iterable[Scope]) -> str:
    """The whole text for these scopes."""
    return "\n".join(gettext(text) for text in (AGREE, *(STATEMENTS[scope] for scope in scopes), INFORMED))
