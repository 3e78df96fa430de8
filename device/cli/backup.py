"""`dermapoint backup`, `restore` and `recover`: the records' way out, and back."""

import argparse
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from device.cli.commands import Commands, settings_of
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
    text = "bring back what can be read of damaged records, and the last daily copy"
    commands.add("recover", _recover, text)


def _backup(given: argparse.Namespace) -> int:
    with _records(given) as records:
        count = records.backups.write(given.file)
    print(f"{given.file} holds {count} examinations and persons: keep it safe.")
    return 0


def _restore(given: argparse.Namespace) -> int:
    with _records(given) as records:
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
    print(f"{found.came_back} examinations came back; {found.here} of {found.known} are here and whole.")
    for name in found.damaged:
        print(f"damaged in every copy: {name}")
    if found.without_record:
        print(f"There are pictures of {len(found.without_record)} examinations without their records.")
    return 1 if found.damaged or found.without_record else 0


def _records(given: argparse.Namespace) -> "closing[Records]":
    """Also while the daemon runs: with a shared lock."""
    from device.records import Records

    return closing(Records(settings_of(given).state, exclusive=False))
