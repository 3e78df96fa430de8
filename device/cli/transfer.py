"""`dermapoint export` and `dermapoint import`: examinations out, and in from another device."""

import argparse
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.cli.commands import Commands, settings_of_device
from device.errors import ExportError
from device.settings import Settings

if TYPE_CHECKING:
    from device.records import Query, Records

SEARCH = ("text", "since", "until", "zone", "class", "triage", "site", "confirmed", "assigned")
"""The fields of a search, as the history page has them."""

_WHO = "this device"


def add_to(commands: Commands) -> None:
    """Add both."""
    _add_export(commands.add("export", _export, "write examinations as CSV, JSON, ZIP, PDF or DICOM"))
    command = commands.add("import", _import, "bring in a ZIP export of another device")
    command.add_argument("file", type=Path, metavar="FILE", help="a ZIP export of another device")
    command.add_argument("--again", action="store_true", help="also what was deleted here")


def _add_export(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, metavar="FILE", help="where to write it")
    command.add_argument(
        "--format", metavar="FORMAT", help="csv, json, zip, pdf or dicom; default: what FILE ends with"
    )
    command.add_argument("--names", action="store_true", help="with names and notes")
    command.add_argument("--examination", default="", metavar="ID", help="this examination alone")
    command.add_argument("--person", default="", metavar="PSEUDONYM", help="this person's examinations")
    for name in SEARCH:
        command.add_argument(f"--{name}", default="", help="as in a search of the history")


def _export(given: argparse.Namespace) -> int:
    from device.export import FORMATS, Order
    from device.export.formats import find_format
    from device.export.items import Collection
    from device.export.permission import check_consent
    from device.export.writing import write
    from device.optics import OpticsStore
    from device.records import Records
    from device.web.exports import report_words

    settings = settings_of_device(given)
    ending = given.file.suffix.removeprefix(".")
    chosen = given.format or (ending if ending in FORMATS else "")
    if not chosen:
        raise ExportError("name_a_format", formats=" or ".join(FORMATS))
    with closing(Records(settings.state, exclusive=False)) as records:
        query = _query(given, records)
        words = report_words.of(query, records) if find_format(chosen).worded else {}
        order = Order(chosen, query, given.names, words)
        if settings.consent_for_names:
            check_consent(records, order)
        collection = Collection(records, OpticsStore(settings.state), order)
        path = given.file.absolute()
        written = write(records, collection, order, path, _progress(), _reserve(settings, path.parent))
    names = "with names" if given.names else "without names"
    _note(settings, "exported", f"{written.examinations} examinations as {chosen} {names}")
    print(f"{given.file} holds {written.examinations} examinations of {settings.state}: keep it safe.")
    for name in written.left_out:
        print(f"damaged, and left out: {name}")
    if written.unprinted:
        packages = " ".join(written.packages)
        print(f"some letters have no font here{f'; sudo apt install {packages}' if packages else ''}")
    return 1 if written.left_out else 0


def _import(given: argparse.Namespace) -> int:
    from device.export.importing import import_archive
    from device.records import Records

    settings = settings_of_device(given, may_begin=True)
    with closing(Records(settings.state, exclusive=False)) as records:
        result = import_archive(
            records, given.file, given.again, _progress(), _reserve(settings, settings.state)
        )
    _note(settings, "imported", f"{result.added} examinations of {given.file.name}")
    print(f"{result.added} examinations came in, {result.known} were here already.")
    for sentence in result.sentences:
        print(sentence)
    return 1 if result.conflicts or result.deleted or result.damaged else 0


def _query(given: argparse.Namespace, records: "Records") -> "Query":
    from device.records.query_text import read_query

    query, faults = read_query({name: getattr(given, name) for name in SEARCH})
    for name, fault in faults.items():
        raise ExportError("option_refused", name=name, fault=fault)
    if given.person:
        person = records.persons.known_as(given.person)
        if person is None:
            raise ExportError("nobody_known_as", person=given.person)
        query = replace(query, person=person.id)
    return replace(query, id=given.examination)


def _reserve(settings: Settings, target: Path) -> int:
    """The bytes that stay free on the card of the records; another disk may be filled."""
    from device.export.jobs import LEAST_FREE

    with suppress(OSError):
        if target.stat().st_dev != settings.state.stat().st_dev:
            return 0
    return max(LEAST_FREE, settings.keep_free_mib << 20)


def _note(settings: Settings, action: str, what: str) -> None:
    from device.access import open_access

    with closing(open_access(settings.state)) as access:
        access.audit.write(_WHO, action, what)


def _progress() -> Callable[[int, int], None]:
    """A line that counts, where somebody looks at it."""
    if not sys.stderr.isatty():
        return lambda done, of: None

    def tell(done: int, of: int) -> Any:
        print(f"\r{done} of {of}", end="\n" if done == of else "", file=sys.stderr, flush=True)

    return tell
