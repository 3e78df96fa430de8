"""`dermapoint press`: as the button does."""

import argparse
import json
from typing import Any

from device.cli.commands import Commands, add_json, settings_of
from device.words import say


def add_to(commands: Commands) -> None:
    """Add it."""
    command = commands.add("press", _press, "ask the running daemon for a press and print the finding")
    add_json(command)


def _press(given: argparse.Namespace) -> int:
    from device.client import ask

    examination = ask(settings_of(given), "POST", "/api/v1/press")
    print(json.dumps(examination) if given.json else _describe(examination))
    return 0


def _describe(examination: dict[str, Any]) -> str:
    from device.cli.findings import shares
    from device.serialization import finding_from_json

    finding = finding_from_json(examination["finding"])
    lines = [f"{say(heading).upper()}: {say(advice)}" for heading, advice in finding.next_steps]
    lines += map(say, finding.reasons)
    if not finding.foreign:
        lines.append("  ".join(shares(finding)))
        named = ", ".join(map(finding.name_of, finding.prediction_set))
        lines.append(f"Can't be ruled out: {named}")
    return "\n".join([*lines, examination["notice"]])
