"""`dermapoint classify`: picture files, without a camera or a daemon."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.cli.commands import Commands, add_json, settings_of
from device.errors import DermapointError
from device.message import Message
from device.serialization import NOT_A_DEVICE, message_to_json
from device.words import say

if TYPE_CHECKING:
    from device.batch import Answer


def add_to(commands: Commands) -> None:
    """Add it."""
    command = commands.add("classify", _classify, "classify picture files and folders")
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    add_json(command)


def _classify(given: argparse.Namespace) -> int:
    from device.batch import classify_files
    from device.classifier import load_classifier

    failed = False
    seen = False
    for answer in classify_files(given.paths, load_classifier(settings_of(given).bundle)):
        seen = True
        failed = failed or bool(answer.error)
        line = json.dumps(_to_json(answer)) if given.json else _to_text(answer)
        # A file's name may hold line ends, codes for the terminal, and bytes that are no text.
        print("".join(each if each.isprintable() else "?" for each in line), flush=True)
    if not seen:
        raise DermapointError("no_pictures_there", paths=list(map(str, given.paths)))
    if not given.json:
        print(NOT_A_DEVICE)
    return 1 if failed else 0


def _to_json(answer: "Answer") -> dict[str, Any]:
    if answer.finding is None:
        return {"image": str(answer.image), "error": answer.error}
    finding = answer.finding
    return {
        "image": str(answer.image),
        "probabilities": finding.probabilities,
        "beside": finding.beside,
        "prediction_set": list(finding.prediction_set),
        "malignancy": finding.malignancy,
        "foreign": finding.foreign,
        "triage": finding.triage.value,
        "suspicious": finding.suspicious,
        "reasons": list(map(message_to_json, finding.reasons)),
    }


def _to_text(answer: "Answer") -> str:
    from device.cli.findings import shares

    if answer.finding is None:
        return f"{answer.image}: error: {answer.error}"
    finding = answer.finding
    steps = " ".join(f"{say(heading)}: {say(advice)}" for heading, advice in finding.next_steps)
    named = say(Message("foreign_short")) if finding.foreign else ", ".join(shares(finding))
    return f"{answer.image}: {steps} {named}"
