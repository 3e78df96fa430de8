"""`dermapoint explain`: the page that says why the daemon doesn't run."""

import argparse

from device.cli.commands import Commands, settings_file


def add_to(commands: Commands) -> None:
    """Add it."""
    commands.add("explain", _explain, "serve a page that says why the daemon doesn't run")


def _explain(given: argparse.Namespace) -> int:
    from device.service.explain import main as explain

    settings = settings_file(given)
    return explain(["--settings", str(settings)] if settings else [])
