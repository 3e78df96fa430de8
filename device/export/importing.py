"""Imports a ZIP export of another device: nothing twice, nothing changed that is here.

All of the file is checked before the first examination is kept. Each of them is then kept whole or
not at all, so what was cut short goes on where it stopped when the same file is imported again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from device.export.reading import read_imported
from device.export.trust import trust
from device.records import Records
from device.records.importer import Imported, Standing
from device.words import say

MOST_SENTENCES = 100
"""So many sentences are kept of each kind; all are counted."""


@dataclass
class ImportResult:
    """What became of the examinations of a file, and in sentences what wasn't taken and why."""

    added: int = 0
    known: int = 0
    deleted: int = 0
    conflicts: int = 0
    damaged: int = 0
    sentences: list[str] = field(default_factory=list)

    def note(self, sentence: str) -> None:
        """Add a sentence, unless there are too many or it is there."""
        if len(self.sentences) < MOST_SENTENCES and sentence not in self.sentences:
            self.sentences.append(sentence)


def import_archive(
    records: Records, path: Path, again: bool, report_progress: Callable[[int, int], None], reserve: int
) -> ImportResult:
    """Import it; with `again` also what was deleted here.

    Raises ExportError, and changes nothing, when the file can't be believed or there is no room;
    RecordsError when the disk refuses in the middle: what was added until then stays.
    """
    result = ImportResult()
    with trust(path, records.card.free_bytes - reserve) as trusted:
        pictures = trusted.pictures()
        total = len(pictures) + trusted.count
        for done, name in enumerate(pictures):
            report_progress(done, total)
            trusted.picture(name)
        for line in trusted.lines():
            read_imported(line, trusted, _namer(records))
        for done, line in enumerate(trusted.lines()):
            report_progress(min(len(pictures) + done, total), total)
            _take(records, read_imported(line, trusted, _namer(records)), again, result)
        report_progress(total, total)
    return result


def _namer(records: Records) -> Callable[[str, int], str]:
    return lambda id, frame: records.image_path(id, frame).name


def _take(records: Records, imported: Imported | None, again: bool, result: ImportResult) -> None:
    if imported is None:
        result.damaged += 1
        result.note("An examination was left out: its picture was damaged on the other device.")
        return
    name = imported.examination.id
    standing, why = records.importer.compare(imported), records.importer.refuse(imported)
    if standing is Standing.KNOWN:
        result.known += 1
    elif standing is Standing.DIFFERS:
        result.conflicts += 1
        result.note(f"Examination {name} is here already and says something else; it was left as it is.")
    elif why:
        result.conflicts += 1
        result.note(f"Examination {name} was not taken: {say(why)}.")
    elif standing is Standing.DELETED and not again:
        result.deleted += 1
        result.note(f"Examination {name} was deleted here; it comes back only when you ask for it.")
    else:
        differs = records.importer.differences(imported)
        records.importer.take(imported)
        result.added += 1
        if differs:
            sentence = say(differs)
            result.note(f"{sentence[0].upper()}{sentence[1:]}.")
