"""`dermapoint doctor`: what works, what is missing, what to do."""

import argparse

from device.cli.commands import Commands, settings_of


def add_to(commands: Commands) -> None:
    """Add it."""
    command = commands.add("doctor", _doctor, "say what works, what is missing and what to do")
    command.add_argument("--demo", action="store_true", help=argparse.SUPPRESS)


def _doctor(given: argparse.Namespace) -> int:
    from device.doctor import examine

    checks = list(examine(lambda: settings_of(given)))
    for check in checks:
        print(f"{'ok  ' if check.passed else 'FAIL'} {check.part}: {check.detail}")
    return 0 if all(check.passed for check in checks) else 1
