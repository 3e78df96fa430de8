"""`dermapoint audit`: whether the audit log is whole."""

import argparse
from pathlib import Path

from device.cli.commands import Commands, settings_of


def add_to(commands: Commands) -> None:
    """Add it."""
    text = "check that nothing was changed in the audit log or removed from it"
    command = commands.add("audit", _audit, text)
    command.add_argument(
        "--backup", action="append", default=[], type=Path, metavar="FILE", help="also by what a backup knows"
    )


def _audit(given: argparse.Namespace) -> int:
    from device.audit import examine

    return examine(settings_of(given).state, given.backup)
