"""The catalogs on the disk: brought up to date with the code, and compiled."""

from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from device.web.catalog import ENGLISH, FOLDER, LANGUAGES
from tools.translations import messages

TRANSLATED = tuple(each for each in LANGUAGES if each != ENGLISH)


def po_path(language: str) -> Path:
    """Where people write the translations."""
    return FOLDER / language / "LC_MESSAGES/messages.po"


def mo_path(language: str) -> Path:
    """What the device reads."""
    return po_path(language).with_suffix(".mo")


def read(language: str) -> Catalog:
    """The catalog of a language; an empty one when there is none yet."""
    path = po_path(language)
    if not path.exists():
        return _empty(language)
    with path.open("rb") as file:
        return read_po(file, language)


def updated(language: str) -> Catalog:
    """The catalog with the messages that the code has now; what it has no more is dropped.

    Nothing is guessed from messages that look alike: a text that changed is to be translated anew.
    """
    known, fresh = read(language), _empty(language)
    for each in messages.collect():
        identity = (each.text, each.plural) if each.plural else each.text
        old = known.get(each.text)
        kept = old.string if old and bool(old.pluralizable) == bool(each.plural) else None
        fresh.add(identity, kept, locations=[(each.place, None)], flags=old.flags if old else ())
    fresh.revision_date = fresh.creation_date = known.creation_date
    return fresh


def write(catalog: Catalog) -> None:
    """Write the `.po` file and the `.mo` file beside it."""
    language = str(catalog.locale)
    po_path(language).parent.mkdir(parents=True, exist_ok=True)
    with po_path(language).open("wb") as file:
        write_po(file, catalog, width=110, include_lineno=False, omit_header=False)
    with mo_path(language).open("wb") as file:
        write_mo(file, catalog)


def lacking(catalog: Catalog) -> list[Message]:
    """The messages without a translation, or with one that is only guessed."""
    return [each for each in catalog if each.id and (each.fuzzy or not all(_strings(each)))]


def _empty(language: str) -> Catalog:
    return Catalog(
        language,
        header_comment="# Dermapoint's page; `make translations` finds the texts and compiles this file.",
        project="Dermapoint",
        version="1",
        msgid_bugs_address="the project's issues",
        last_translator="Dermapoint",
        language_team=language,
        fuzzy=False,
    )


def _strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)
