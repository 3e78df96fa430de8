"""What the page can say, in every language, as plain values for its scripts.

Its own texts lie in `texts`, one file a language; reasons, advice and triages are the device's, from
`device.words`, and so are the signs of each language for numbers and shares.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from device.examination import Triage
from device.quality import HINTS
from device.quality.bounds import BOUNDS
from device.serialization import NOT_A_DEVICE
from device.words import ENGLISH, LANGUAGES, TEXTS, figures
from device.words.catalog import catalog

FOLDER = Path(__file__).parent / "texts"

_FINDING = (
    *("over_threshold", "not_ruled_out", "below_threshold", "no_class_likely", "none_of_the_classes"),
    *("foreign", "no_better_refer", "no_better_see_doctor", "suspicious", "under", "over"),
)
"""The codes of what a finding may say, beside its triage and the advice to the hand."""


def describe_triages() -> dict[str, dict[str, str]]:
    """How each triage looks, and the keys of its heading and of its advice."""
    return {
        str(triage): {
            "symbol": triage.symbol,
            "style": triage.replace(" ", "-"),
            "heading": triage.heading.code,
            "advice": triage.advice.code,
        }
        for triage in Triage
    }


def words() -> dict[str, Any]:
    """The names of all languages, the signs of each, and its texts by their key.

    Values stand in braces as `device.words` has them. What isn't translated is in English.
    """
    return {
        "languages": LANGUAGES,
        "signs": json.loads(figures.FILE.read_text("utf-8")),
        "texts": {
            language: _own(ENGLISH)
            | _own(language)
            | {key: catalog(language).gettext(text) for key, text in _from_the_device()}
            for language in LANGUAGES
        },
    }


def _own(language: str) -> dict[str, str]:
    """The page's own texts; none where nobody has translated them yet."""
    file = FOLDER / f"{language}.json"
    texts: dict[str, str] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return texts


def _from_the_device() -> Iterator[tuple[str, str]]:
    yield "notice", NOT_A_DEVICE
    triages = (message.code for triage in Triage for message in (triage.heading, triage.advice))
    for code in (*_FINDING, *triages, *(each.advice for each in (*BOUNDS, *HINTS))):
        text = TEXTS[code]
        if isinstance(text, tuple):
            raise TypeError(f"the text '{code}' has a plural, which the page can't say yet")
        yield code, text
