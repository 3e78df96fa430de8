"""`dermapoint bench`: time and memory of the main job on this machine."""

import argparse
import json

from device.cli.commands import Commands, add_json, settings_of


def add_to(commands: Commands) -> None:
    """Add it."""
    command = commands.add("bench", _bench, "measure time and memory on this machine")
    add_json(command)
    command.add_argument("--demo", action="store_true", help=argparse.SUPPRESS)


def _bench(given: argparse.Namespace) -> int:
    from device.bench import describe, measure

    figures = measure(settings_of(given))
    print(json.dumps(figures) if given.json else describe(figures))
    return 0
