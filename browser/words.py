"""What the page can say, in every language, as plain values for its scripts.

Its own texts lie in `texts`, one file a language; reasons, advice and triages are the device's.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from device.quality import HINTS
from device.quality.bounds import BOUNDS
from device.serialization import NOT_A_DEVICE

FOLDER = Path(__file__).parent / "texts"

_REASONS = {
    "foreign": "This doesn't look like a dermatoscope picture of a lesion: "
    "rest the lens on the skin, over the lesion, and press again.",
    "over_threshold": "The probability of a malignant or pre-malignant lesion is %(suspicion)s; "
    "from %(rules_refer_at)s on a dermatologist should see it.",
    "under_threshold": "The probability of a malignant or pre-malignant lesion is %(suspicion)s, "
    "below the %(rules_refer_at)s from which the device refers.",
    "none_of_them": "It is likelier to be none of the %(count)s kinds of lesion that the device knows "
    "than any one of them: the device can't tell what it is.",
    "no_class": "No class reaches a probability of %(rules_abstain_below)s: "
    "the device can't tell which it is.",
}
_VALUES = {"suspicion": "malignancy", "rules_refer_at": "threshold", "rules_abstain_below": "threshold"}


def describe_triages() -> dict[str, Any]:
    """How each triage looks, and the keys of its title and of what to do next."""
    from device.web.wording import TRIAGES

    return {
        str(triage): {
            "symbol": words.symbol,
            "style": words.style,
            "title": words.title,
            "next": words.advice,
        }
        for triage, words in TRIAGES.items()
    }


def words() -> dict[str, Any]:
    """The names of all languages, and each one's texts by their key; `{name}` stands for a value."""
    from device.web.catalog import LANGUAGES, catalog

    return {
        "languages": LANGUAGES,
        "texts": {
            language: json.loads((FOLDER / f"{language}.json").read_text("utf-8"))
            | {key: _with_values(catalog(language).gettext(text)) for key, text in _from_the_device()}
            for language in LANGUAGES
        },
    }


def _from_the_device() -> Iterator[tuple[str, str]]:
    from device.web.wording import TRIAGES

    yield "notice", NOT_A_DEVICE
    yield from _REASONS.items()
    for each in (*BOUNDS, *HINTS):
        yield each.advice, each.advice
    for triage in TRIAGES.values():
        yield triage.title, triage.title
        yield triage.advice, triage.advice


def _with_values(text: str) -> str:
    return re.sub(r"%\((\w+)\)s", lambda match: f"{{{_VALUES.get(match[1], match[1])}}}", text)
