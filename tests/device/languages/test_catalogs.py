"""The translations themselves: whole, of one kind, and compiled from what people wrote."""

import io

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from device.classes import PRESET
from device.words.catalog import FOLDER, LANGUAGES, catalog
from tools.translations.__main__ import values_of

TRANSLATED = [language for language in LANGUAGES if language != "en"]
NOT_A_DEVICE = {
    "nl": "geen medisch hulpmiddel",
    "fr": "pas un dispositif médical",
    "de": "kein Medizinprodukt",
    "es": "no es un producto sanitario",
}
MELANOMA = {"nl": "Melanoom", "fr": "Mélanome", "de": "Melanom", "es": "Melanoma"}


def po_path(language):
    return FOLDER / language / "LC_MESSAGES/messages.po"


def read(language):
    with po_path(language).open("rb") as file:
        return read_po(file, language)


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_the_device_reads_was_made_of_what_people_wrote(language):
    compiled = io.BytesIO()
    write_mo(compiled, read(language))
    assert po_path(language).with_suffix(".mo").read_bytes() == compiled.getvalue(), "run: make translations"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_names_no_value_that_the_text_has_not(language):
    for message in read(language):
        texts, strings = (
            each if isinstance(each, tuple) else (each,) for each in (message.id, message.string)
        )
        wanted = set().union(*map(values_of, texts))
        for string in strings:
            assert values_of(string) <= wanted, string


@pytest.mark.parametrize("language", TRANSLATED)
def test_one_and_many_are_told_apart(language):
    texts = catalog(language)
    one, two = (
        texts.ngettext("%(num)s examination", "%(num)s examinations", count) % {"num": count}
        for count in (1, 2)
    )
    assert one.startswith("1 ")
    assert two.startswith("2 ")
    assert one[2:] != two[2:]
    # French counts nothing as one.
    none = texts.ngettext("%(num)s examination", "%(num)s examinations", 0) % {"num": 0}
    assert none[2:] == (one if language == "fr" else two)[2:]


@pytest.mark.parametrize("language", TRANSLATED)
def test_it_is_no_medical_device_in_any_language(language):
    said = catalog(language).gettext(
        "Dermapoint is a research and teaching instrument, not a medical device."
    )
    assert NOT_A_DEVICE[language] in said
    assert PRESET.get("mel").name(language) == MELANOMA[language]
