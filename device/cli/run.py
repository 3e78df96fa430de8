"""`dermapoint run`: the daemon."""

import argparse
import logging

from device.cli.commands import Commands, preferences_of
from device.errors import CameraError, PermanentCameraError

TRY_AGAIN = 75
"""The exit status after a fault that may be gone next time: EX_TEMPFAIL of sysexits.h."""


def add_to(commands: Commands) -> None:
    """Add it."""
    command = commands.add("run", _run, "run the daemon: camera, classifier, panel and page")
    command.add_argument("--demo", action="store_true", help="show the shipped frames, drive no pins")
    command.add_argument(
        "--camera",
        choices=("replay", "simulated"),
        help="with --demo: `simulated` behaves as a Pi's camera does",
    )


def _run(given: argparse.Namespace) -> int:
    from device.service.exit_reason import open_exit_reason

    exit_reason = open_exit_reason()
    exit_reason.forget()
    try:
        with exit_reason.of_errors():
            from device.daemon import run

            if run(preferences_of(given), exit_reason):
                return TRY_AGAIN
    except PermanentCameraError:
        raise
    except CameraError as error:
        logging.error("%s", error)
        return TRY_AGAIN
    return 0
