"""The catalogs: one a language, in which the English text is the key."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

FOLDER = Path(__file__).with_name("translations")
ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "nl": "Nederlands", "fr": "Français", "de": "Deutsch", "es": "Español"}
"""Each by its ISO 639-1 code, as its speakers call it."""


@cache
def catalog(language: str) -> NullTranslations:
    """The catalog of one of `LANGUAGES`; English needs none."""
    if language == ENGLISH:
        return NullTranslations()
    with (FOLDER / language / "LC_MESSAGES/messages.mo").open("rb") as file:
        return GNUTranslations(file)
