"""The formats of exports. A new one is a file with its writer, and an entry here."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from device.errors import ExportError
from device.export.items import Item
from device.export.order import Order

MOST_PAGES = 20
"""All of a PDF is built in memory, and nobody reads a longer letter."""


@dataclass(frozen=True)
class Task:
    """What a writer may want to know: the order, a folder for what it needs beside, and all class codes."""

    order: Order
    room: Path
    class_codes: Callable[[], list[str]]


@dataclass(frozen=True)
class Shortfall:
    """What a file lacks: `left_out` names damaged pictures.

    `unprinted` is true where letters have no font here, and `packages` are Debian's with fonts for them.
    """

    left_out: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    unprinted: bool = False


Writer = Callable[[Iterator[Item], BinaryIO, Task], Shortfall]
"""Writes the items into the file, and answers what that lacks."""


@dataclass(frozen=True)
class Format:
    """A format.

    `suffix` is how its files' names end; `purpose` says on the page what it is for, where `%(num)s` stands
    for `most`, the examinations that one file may have (None: any number). `worded`: it has sentences in the
    language of its reader. `writer` is a module and its Writer; some need large libraries, and so are
    imported when they are used.
    """

    title: str
    suffix: str
    media: str
    purpose: str
    writer: str
    most: int | None = None
    worded: bool = False

    def load_writer(self) -> Writer:
        """The writer, imported now."""
        module, _, name = self.writer.partition(":")
        writer: Writer = getattr(import_module(module), name)
        return writer

    def check_count(self, count: int) -> None:
        """Raise ExportError when one file can't have so many examinations."""
        if self.most is not None and count > self.most:
            raise ExportError("report_too_long", most=self.most)


FORMATS: Mapping[str, Format] = {
    "pdf": Format(
        "PDF",
        "pdf",
        "application/pdf",
        "A report for a letter to a dermatologist, a page each; at most %(num)s examinations.",
        "device.export.report:write_pages",
        most=MOST_PAGES,
        worded=True,
    ),
    "zip": Format(
        "ZIP",
        "zip",
        "application/zip",
        "Everything, with all pictures; another Dermapoint can import it.",
        "device.export.archive:write_everything",
    ),
    "csv": Format(
        "CSV",
        "csv",
        "text/csv",
        "A table with the ISIC archive's names, without pictures.",
        "device.export.tables:write_table",
    ),
    "json": Format(
        "JSON",
        "json",
        "application/json",
        "Everything but the pictures, for programs.",
        "device.export.tables:write_objects",
    ),
    "dicom": Format(
        "DICOM",
        "dicom.zip",
        "application/zip",
        "The best picture of each examination, for a clinic's archive.",
        "device.export.dicom:write_pictures",
    ),
}
"""By the names that orders have, in the order of the page."""


def find_format(name: str) -> Format:
    """The format of this name. Raises ExportError for another."""
    if name not in FORMATS:
        raise ExportError("choose_format", formats=list(FORMATS))
    return FORMATS[name]
