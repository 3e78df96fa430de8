"""`dermapoint wifi`: the device's own access point, and others to join."""

import argparse
import getpass
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from device.cli.commands import Commands, settings_of
from device.errors import WifiError
from device.settings import Settings
from device.wifi.network import JOIN_SECONDS, Network
from device.wifi.profile import ADDRESS, HIGHEST_CHANNEL, NAME, AccessPoint
from device.wifi.state import known_wifi, read_state
from device.wifi.store import KEPT, read_access_point, write_secret

RESTART = "Restart the daemon, so that its page shows the new code: sudo systemctl restart dermapoint"


def add_to(commands: Commands) -> None:
    """Add it, with its actions; without one it shows the state."""
    text = "show and change the Wi-Fi: own access point, joining another, codes"
    command = commands.add("wifi", _wifi, text)
    command.set_defaults(wifi=show)
    actions = command.add_subparsers(metavar="ACTION")

    def add(name: str, action: Callable[..., None], text: str) -> argparse.ArgumentParser:
        parser = actions.add_parser(name, help=text, description=text)
        parser.set_defaults(wifi=action)
        return parser

    add("show", show, "say what the Wi-Fi does now (the default)")
    own = add("ap", start_own, "make the device's own access point, now and at every start")
    own.add_argument("--new-passphrase", action="store_true", help="shut out all who know the old one")
    own.add_argument("--channel", type=int, metavar="N", help=f"2.4 GHz channel, 1 to {HIGHEST_CHANNEL}")
    join = add("join", join_known, "join a Wi-Fi instead; the passphrase is asked for, or read from a pipe")
    join.add_argument("ssid", metavar="SSID", help="its name")
    join.add_argument("--open", action="store_true", help="it has no passphrase")
    add("qr", show_codes, "show the codes that join the Wi-Fi and open the page")
    card = add("card", write_card, "write a card to print (A6, HTML)")
    card.add_argument("file", nargs="?", type=Path, default=Path("dermapoint-card.html"), metavar="FILE")
    add("setup", set_up, "make passphrase and access point unless they are there: at first boot")


def _wifi(given: argparse.Namespace) -> int:
    given.wifi(given)
    return 0


def show(given: argparse.Namespace) -> None:
    """Print what the Wi-Fi does, where the page is, and what else it knows."""
    settings = settings_of(given)
    state = read_state()
    print(state.describe())
    if state.address:
        print(f"Page: {_page(settings, state.address)} or {_page(settings, NAME)}")
    if known := known_wifi():
        print(f"Knows: {', '.join(sorted(known))}")
    _warn_when_closed(settings)


def set_up(given: argparse.Namespace) -> None:
    """Make the access point unless it is there; also where the settings have a fault."""
    own = Network().set_up()
    print(f"The access point is '{own.ssid}'; sudo dermapoint wifi qr shows how to join it.")


def start_own(given: argparse.Namespace) -> None:
    """Start the access point; also where the settings have a fault."""
    _outlive_connection()
    own = Network().start_own(given.new_passphrase, given.channel)
    _say(f"The device makes its own Wi-Fi '{own.ssid}'; sudo dermapoint wifi qr shows how to join it.")
    if given.new_passphrase:
        _say(RESTART)


def join_known(given: argparse.Namespace) -> None:
    """Join a Wi-Fi."""
    settings = settings_of(given)
    passphrase = None if given.open else _ask(given.ssid)
    _say(f"Joining '{given.ssid}'. Within {JOIN_SECONDS} seconds it is done or undone.")
    _outlive_connection()
    address = Network().join(given.ssid, passphrase)
    where = f"{_page(settings, address)} or " if address else ""
    _say(f"Joined. The page is at {where}{_page(settings, NAME)}")


def show_codes(given: argparse.Namespace) -> None:
    """Print both codes."""
    from device.wifi.codes import Code, joining_text

    settings = settings_of(given)
    own, address = _own(), _page(settings, ADDRESS)
    print(f"1. Join the Wi-Fi '{own.ssid}', passphrase {own.passphrase}")
    print(Code(joining_text(own)).terminal())
    print(f"2. Open {address}")
    print(Code(address).terminal())
    _warn_when_closed(settings)


def write_card(given: argparse.Namespace) -> None:
    """Write the card."""
    from device.wifi.card import card

    settings = settings_of(given)
    write_secret(given.file, card(_own(), settings.port, settings.scheme))
    if "SUDO_UID" in os.environ and "SUDO_GID" in os.environ:
        # Who called sudo wants to print it.
        os.chown(given.file, int(os.environ["SUDO_UID"]), int(os.environ["SUDO_GID"]))
    print(f"{given.file}: open it in a browser and print it on A6. It holds the passphrase.")
    _warn_when_closed(settings)


def _page(settings: Settings, host: str) -> str:
    from device.wifi.codes import page_address

    return page_address(settings.port, host, settings.scheme)


def _own() -> AccessPoint:
    own = read_access_point(KEPT)
    if own is None:
        raise WifiError("no_access_point_yet")
    return own


def _ask(ssid: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(f"Passphrase of '{ssid}' (empty: the one that the device knows): ")
    return sys.stdin.readline().rstrip("\n")


def _outlive_connection() -> None:
    # Who sits at the other end of the Wi-Fi that changes is cut off; the change must come to its end,
    # which is less than two minutes away.
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def _say(text: str) -> None:
    # Perhaps nobody is left to read it.
    with suppress(OSError):
        print(text, flush=True)


def _warn_when_closed(settings: Settings) -> None:
    if settings.local:
        print(
            "The page is served on this machine alone; "
            'host = "0.0.0.0" in the settings opens it to the Wi-Fi.'
        )
