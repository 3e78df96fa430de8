"""`dermapoint explain`: the page that says why the daemon doesn't run."""

import argparse

from device.cli.commands import Commands


def add_to(commands: Commands) -> None:
    """Add it."""
    commands.add("explain", _explain, "serve a page that says why the daemon doesn't run")


def _explain(given: argparse.Namespace) -> int:
    from device.service.explain import main as explain

    return explain(["--settings", str(given.settings)] if given.settings else [])
