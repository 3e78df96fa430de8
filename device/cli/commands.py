"""What all commands have in common: their arguments, and the settings that come of them."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from device.preferences import Preferences
from device.records.state_folder import check_begun
from device.settings import INSTALLED, Settings, Sources, default_state

# A command imports what takes long where it uses it, so that the others start fast.

Action = Callable[[argparse.Namespace], int]


class Commands:
    """Where commands add themselves."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._parsers = parser.add_subparsers(required=True, metavar="COMMAND")
        self.common = argparse.ArgumentParser(add_help=False)
        """The arguments that every command has."""
        add = self.common.add_argument
        add("--settings", type=Path, metavar="FILE", help=f"a TOML file of settings (default: {INSTALLED})")
        add("--bundle", type=Path, metavar="DIR", help="the model bundle (default: the shipped one)")
        add("--state", type=Path, metavar="DIR", help="where examinations are kept (default: the settings')")
        add("--host", help="the page's address (default: 127.0.0.1)")
        add("--port", type=int, help="the page's port (default: 8080)")

    def add(self, name: str, action: Action, text: str) -> argparse.ArgumentParser:
        """A command that does `action`, which returns the exit status; `text` explains it."""
        command = self._parsers.add_parser(name, parents=[self.common], help=text, description=text)
        command.set_defaults(command=action)
        return command

    def add_group(self, name: str, text: str) -> argparse.ArgumentParser:
        """A command that has only further commands."""
        return self._parsers.add_parser(name, help=text, description=text)


def add_json(command: argparse.ArgumentParser) -> None:
    """Let a command answer to programs."""
    command.add_argument("--json", action="store_true", help="print JSON, for programs")


def settings_of(given: argparse.Namespace) -> Settings:
    """The settings that hold for a command."""
    return preferences_of(given).settings


def settings_of_device(given: argparse.Namespace, may_begin: bool = False) -> Settings:
    """The same, for a command that reads what a device keeps.

    Raises RecordsError when nothing is kept in the state folder: else a command would begin an empty one
    beside the device's and answer from that. One that brings records in `may_begin` a folder that is named.
    """
    settings = settings_of(given)
    if not (may_begin and given.state):
        check_begun(settings.state)
    return settings


def settings_file(given: argparse.Namespace) -> Path | None:
    """The file that is named, else an installed device's; a demo reads that of no device."""
    named: Path | None = given.settings
    if named or getattr(given, "demo", False):
        return named
    return INSTALLED if INSTALLED.is_file() else None


def preferences_of(given: argparse.Namespace) -> Preferences:
    """The same, with where they come from."""
    chosen: dict[str, Any] = {
        name: getattr(given, name, None) for name in ("host", "port", "state", "bundle")
    }
    if getattr(given, "demo", False):
        camera = getattr(given, "camera", None) or "replay"
        chosen |= {"camera": camera, "mock_pins": True, "demo": True}
        chosen["state"] = chosen["state"] or default_state().with_name("dermapoint-demo")
    return Preferences(Sources(settings_file(given), overrides=chosen))
