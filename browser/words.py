"""What the page can say, in every language, as plain values for its scripts.

Its own texts lie in `texts`, one file a language; reasons, advice and triages are the device's.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from device.examination import Triage
from device.quality import HINTS
from device.quality.bounds import BOUNDS
from device.serialization import NOT_A_DEVICE
from device.words import LANGUAGES, TEXTS
from device.words.catalog import catalog

FOLDER = Path(__file__).parent / "texts"

_CODES = (
    "foreign",
    "over_threshold",
    "below_threshold",
    "not_ruled_out",
    "none_of_the_classes",
    "no_class_likely",
    "no_better_refer",
    "no_better_see_doctor",
    "suspicious",
    "under",
    "over",
)
"""What a finding may say, beside its triage and the advice to the hand."""


def describe_triages() -> dict[str, Any]:
    """How each triage looks, and the keys of its title and of what to do next."""
    from device.web.wording import TRIAGES

    return {
        str(triage): {
            "symbol": words.symbol,
            "style": words.style,
            "title": words.title.code,
            "next": words.advice.code,
        }
        for triage, words in TRIAGES.items()
    }


def words() -> dict[str, Any]:
    """The names of all languages, and each one's texts by their key; `{name}` stands for a value."""
    return {
        "languages": LANGUAGES,
        "texts": {
            language: json.loads((FOLDER / f"{language}.json").read_text("utf-8"))
            | {code: _text_of(code, language) for code in _codes()}
            | {"notice": catalog(language).gettext(NOT_A_DEVICE)}
            for language in LANGUAGES
        },
    }


def _codes() -> Iterator[str]:
    yield from _CODES
    yield from (each.advice for each in (*BOUNDS, *HINTS))
    for triage in Triage:
        yield from (triage.heading.code, triage.advice.code)


def _text_of(code: str, language: str) -> str:
    """The text, with the names of its values alone: how they are written is known to the page."""
    text = TEXTS[code]
    assert isinstance(text, str)
    return re.sub(r"\{(\w+):[^}]*\}", r"{\1}", catalog(language).gettext(text))
