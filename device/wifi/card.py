"""A card to print and lay beside the device: both codes, and the same in words."""

from html import escape
from pathlib import Path
from string import Template

from device.serialization import NOT_A_DEVICE
from device.wifi.codes import Code, joining_text, page_address
from device.wifi.profile import NAME, AccessPoint

TRUST = "Does the browser warn? It says why, and how to stop that, at the same address with /trust behind it."

_TEMPLATE = Path(__file__).with_name("card.html")


def card(own: AccessPoint, port: int, scheme: str = "http") -> str:
    """One page of HTML, A6, that needs nothing else; it holds the passphrase."""
    address = page_address(port, scheme=scheme)
    # Who types it in needs no scheme: the device sends a browser that begins with http on to https.
    values = {
        "ssid": own.ssid,
        "passphrase": own.passphrase,
        "address": address.removeprefix(f"{scheme}://").rstrip("/"),
        "name": page_address(port, NAME, scheme).removeprefix(f"{scheme}://").rstrip("/"),
        "trust": TRUST if scheme == "https" else "",
        "notice": NOT_A_DEVICE,
    }
    codes = {"join": Code(joining_text(own)).svg(), "open": Code(address).svg()}
    template = Template(_TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute({key: escape(value) for key, value in values.items()} | codes)
