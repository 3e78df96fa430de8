"""The command `dermapoint`: one file a command, each of which adds itself to the others."""

import argparse
import logging
import sys
from collections.abc import Sequence

from device import __version__
from device.cli import (
    audit,
    backup,
    bench,
    calibrate,
    certificate,
    classify,
    doctor,
    explain,
    pin,
    press,
    run,
    transfer,
    wifi,
)
from device.cli.commands import Commands
from device.errors import DermapointError
from device.serialization import NOT_A_DEVICE
from device.service import logs

USAGE_ERROR = 2

COMMANDS = (
    run,
    press,
    classify,
    calibrate,
    doctor,
    explain,
    pin,
    audit,
    certificate,
    backup,
    transfer,
    bench,
    wifi,
)
"""In the order of the help; a new one is a file and a line here."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when all went well, 1 when a part failed, 2 when it can't be done as asked."""
    given = _parser().parse_args(arguments)
    logs.set_up()
    logging.getLogger("waitress").setLevel(logging.WARNING)
    try:
        status: int = given.command(given)
        return status
    except DermapointError as error:
        print(f"dermapoint: {error}", file=sys.stderr)
        return USAGE_ERROR
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dermapoint",
        description="Point at a skin lesion, press, and see what it most probably is.",
        epilog=NOT_A_DEVICE,
    )
    parser.add_argument("--version", action="version", version=f"dermapoint {__version__}")
    commands = Commands(parser)
    for each in COMMANDS:
        each.add_to(commands)
    return parser
