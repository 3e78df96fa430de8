"""The translations themselves: whole, of one kind, and compiled from what people wrote."""

import io
import re

import pytest
from babel.messages.mofile import write_mo

from device.classes import PRESET
from device.web.catalog import LANGUAGES, catalog
from tools.translations import messages
from tools.translations.catalogs import TRANSLATED, lacking, mo_path, po_path, read, updated

NOT_A_DEVICE = {
    "nl": "geen medisch hulpmiddel",
    "fr": "pas un dispositif médical",
    "de": "kein Medizinprodukt",
    "es": "no es un producto sanitario",
}
MELANOMA = {"nl": "Melanoom", "fr": "Mélanome", "de": "Melanom", "es": "Melanoma"}


def placeholders(text):
    return set(re.findall(r"%\(\w+\)s", text))


def forms(message):
    """The message and its plural, and the strings of its translation."""
    texts = message.id if isinstance(message.id, tuple) else (message.id,)
    return texts, message.string if isinstance(message.string, tuple) else (message.string,)


def test_every_language_of_the_page_has_its_catalog():
    assert set(TRANSLATED) | {"en"} == set(LANGUAGES) == {"en", "nl", "fr", "de", "es"}
    assert len(messages.collect()) > 500


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_is_missing_or_guessed(language):
    assert [each.id for each in lacking(updated(language))] == []
    assert [each.id for each in lacking(read(language))] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_files_are_as_make_translations_writes_them(language):
    known, found = read(language), updated(language)
    assert {each.id for each in known} == {each.id for each in found}
    compiled = io.BytesIO()
    write_mo(compiled, known)
    assert mo_path(language).read_bytes() == compiled.getvalue(), "run: make translations"
    assert b"fuzzy" not in po_path(language).read_bytes()


@pytest.mark.parametrize("language", TRANSLATED)
def test_values_stand_in_a_translation_as_in_the_text(language):
    for message in read(language):
        if message.id:
            texts, strings = forms(message)
            wanted = set().union(*map(placeholders, texts))
            for string in strings:
                assert placeholders(string) == wanted, string
                if wanted:
                    # A lone % would break the filling.
                    assert "%" not in re.sub(r"%\(\w+\)s|%%", "", string), string


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_sentence_ends_as_the_text_does(language):
    for message in read(language):
        if message.id:
            texts, strings = forms(message)
            for text, string in zip(texts, strings, strict=True):
                assert string == string.strip()
                assert text.endswith((".", ":", "…")) == string.endswith((".", ":", "…")), string


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
