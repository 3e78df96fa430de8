"""`dermapoint backup`, `restore` and `recover`: the records' way out, and back."""

import argparse
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from device.cli.commands import Commands, settings_of_device
from device.errors import RecordsError
from device.words import say

if TYPE_CHECKING:
    from device.records import Records


def add_to(commands: Commands) -> None:
    """Add them."""
    backup = commands.add("backup", _backup, "write all records into one file, also while the device runs")
    restore = commands.add("restore", _restore, "bring back what a backup holds; what is here stays")
    for command in (backup, restore):
        command.add_argument("file", type=Path, metavar="FILE")
    text = "bring back what can be read of damaged records, their copies, and pictures without a record"
    commands.add("recover", _recover, text)


def _backup(given: argparse.Namespace) -> int:
    with _records(given) as records:
        count, folder = records.backups.write(given.file), records.folder
    print(f"{given.file} holds {count} examinations and persons of {folder}: keep it safe.")
    return 0


def _restore(given: argparse.Namespace) -> int:
    with _records(given, may_begin=True) as records:
        try:
            restored = records.backups.restore(given.file)
        except RecordsError as error:
            raise RecordsError("about_file", file=given.file, error=error) from error
    print(f"{restored.examinations} examinations came back.")
    for each in restored.damaged:
        print(f"damaged in the backup: {say(each)}")
    return 1 if restored.damaged else 0


def _recover(given: argparse.Namespace) -> int:
    with _records(given) as records:
        found = records.recovery.recover()
        came = _recover_pictures(given, records) if found.without_record else []
    here = found.here + len(came)
    print(f"{found.came_back} examinations came back; {here} of {found.known} are here and whole.")
    if came:
        how = "judged anew, without person and notes, and with the date of the file's name"
        print(f"{len(came)} of them from their pictures alone: {how}.")
    for name in found.damaged:
        print(f"damaged in every copy: {name}")
    lost = sorted(set(found.without_record) - set(came))
    for name in lost:
        print(f"pictures without a record that can't be read: {name}")
    return 1 if found.damaged or lost else 0


def _recover_pictures(given: argparse.Namespace, records: "Records") -> list[str]:
    from device.classifier import load_classifier
    from device.optics import OpticsStore
    from device.picture_recovery import PictureRecovery

    settings = settings_of_device(given)
    optics = OpticsStore(settings.state)
    return PictureRecovery(records, load_classifier(settings.bundle), optics.current).recover()


def _records(given: argparse.Namespace, may_begin: bool = False) -> "closing[Records]":
    """Also while the daemon runs: with a shared lock."""
    from device.records import Records

    return closing(Records(settings_of_device(given, may_begin).state, exclusive=False))
