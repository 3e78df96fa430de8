"""`dermapoint pin`: a new PIN, for whoever stands at the device."""

import argparse

from device.cli.commands import Commands, settings_of_device


def add_to(commands: Commands) -> None:
    """Add it."""
    command = commands.add(
        "pin", _pin, "make a new PIN for someone who may enter the page, and end all waits"
    )
    command.add_argument("name", nargs="?", default="owner", metavar="NAME", help="who (default: owner)")
    command.add_argument(
        "--role", default="examiner", choices=("viewer", "examiner", "owner"), help="what someone new may do"
    )


def _pin(given: argparse.Namespace) -> int:
    from device.access import Role, open_access
    from device.access.actions import Action

    access = open_access(settings_of_device(given).state)
    known = {person.name for person in access.accounts.people()}
    if given.name in known:
        pin = access.accounts.renew_pin(given.name)
    else:
        pin = access.accounts.add(given.name, Role[given.role.upper()])
    # Whoever stands at the console need not wait for what others have guessed.
    access.throttle.lift()
    access.audit.write("this device", Action.NEW_PIN, given.name)
    access.close()
    print(f"The PIN of {given.name} is {pin}. It is shown only now.")
    return 0
