"""NetworkManager's command `nmcli`, which is the same on every version, unlike its bus."""

import os
import subprocess

from device.errors import WifiError

PATIENCE = 10
"""Seconds that an answer may take beyond what was asked for."""

_NOT_RUNNING = 8  # nmcli(1), exit status
_HINTS = {
    "Insufficient privileges": "changing the Wi-Fi needs root; use sudo",
    "Not authorized": "changing the Wi-Fi needs root; use sudo",
    "No suitable device found": "no Wi-Fi adapter is free for it",
    "Secrets were required": "the passphrase is wrong or missing",
    "network could not be found": "no Wi-Fi of this name is in reach",
    "Timeout expired": "it took too long",
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
        raise WifiError("NetworkManager is missing: sudo apt install network-manager") from error
    except subprocess.TimeoutExpired as error:
        raise WifiError("NetworkManager doesn't answer: sudo systemctl restart NetworkManager") from error
    if done.returncode == _NOT_RUNNING:
        raise WifiError("NetworkManager isn't running: sudo systemctl start NetworkManager")
    if done.returncode:
        raise WifiError(_in_words(done.stderr or done.stdout))
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


def _in_words(text: str) -> str:
    for sign, words in _HINTS.items():
        if sign in text:
            return words
    lines = text.strip().splitlines() or ["NetworkManager doesn't say why"]
    return lines[0].removeprefix("Error: ").rstrip(".")
