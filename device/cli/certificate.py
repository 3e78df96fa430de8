"""`dermapoint certificate`: by what a phone knows the device's own certificate."""

import argparse

from device.cli.commands import Commands, settings_of_device


def add_to(commands: Commands) -> None:
    """Add it."""
    text = "show the fingerprint of the certificate that phones may trust"
    commands.add("certificate", _certificate, text)


def _certificate(given: argparse.Namespace) -> int:
    from device.certificate import fingerprint_of, read_authority

    print(f"SHA-256 {fingerprint_of(read_authority(settings_of_device(given).state))}")
    print("The page /trust shows the same, and how to make a phone or computer trust it.")
    return 0
