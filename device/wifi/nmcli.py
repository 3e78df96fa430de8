"""NetworkManager's command `nmcli`, which is the same on every version, unlike its bus."""

import os
import subprocess

from device.errors import WifiError
from device.message import Message

PATIENCE = 10
"""Seconds that an answer may take beyond what was asked for."""

_NOT_RUNNING = 8  # nmcli(1), exit status
_HINTS = {
    "Insufficient privileges": "wifi_needs_root",
    "Not authorized": "wifi_needs_root",
    "No suitable device found": "no_adapter_free",
    "Secrets were required": "passphrase_wrong",
    "network could not be found": "no_wifi_in_reach",
    "Timeout expired": "took_too_long",
}


def nmcli(*arguments: str, wait: int = PATIENCE) -> str:
    """What nmcli answers within `wait` seconds.

    Never give it a secret: every user of the machine sees the arguments of every command.
    Raises WifiError in words that a person can act on.
    """
    command = ["nmcli", "--wait", str(wait), *arguments]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=wait + PATIENCE,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
    except FileNotFoundError as error:
        raise WifiError("network_manager_missing") from error
    except subprocess.TimeoutExpired as error:
        raise WifiError("network_manager_silent") from error
    if done.returncode == _NOT_RUNNING:
        raise WifiError("network_manager_not_running")
    if done.returncode:
        raise WifiError(_reason(done.stderr or done.stdout))
    return done.stdout


def rows(*arguments: str) -> list[list[str]]:
    """The same for terse output: one list of fields a line."""
    return [split(line) for line in nmcli("--terse", *arguments).splitlines()]


def split(line: str) -> list[str]:
    """The fields of one terse line: parted by colons, in which backslash and colon are escaped (nmcli(1))."""
    fields, escaped = [""], False
    for sign in line:
        if escaped or sign not in "\\:":
            fields[-1] += sign
            escaped = False
        elif sign == "\\":
            escaped = True
        else:
            fields.append("")
    return fields


def _reason(text: str) -> Message:
    for sign, code in _HINTS.items():
        if sign in text:
            return Message(code)
    lines = text.strip().splitlines()
    if not lines:
        return Message("network_manager_mute")
    return Message("network_manager_says", sentence=lines[0].removeprefix("Error: ").rstrip("."))
