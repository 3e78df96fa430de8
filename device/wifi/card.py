"""A card to print and lay beside the device: both codes, and the same in words."""

from html import escape
from pathlib import Path
from string import Template

from device.serialization import NOT_A_DEVICE
from device.wifi.codes import NAME, Code, joining_text, page_address
from device.wifi.profile import AccessPoint

_TEMPLATE = Path(__file__).with_name("card.html")


def card(own: AccessPoint, port: int) -> str:
    """One page of HTML, A6, that needs nothing else; it holds the passphrase."""
    address = page_address(port)
    values = {
        "ssid": own.ssid,
        "passphrase": own.passphrase,
        "address": address.removeprefix("http://").rstrip("/"),
        "name": page_address(port, NAME).removeprefix("http://").rstrip("/"),
        "notice": NOT_A_DEVICE,
    }
    codes = {"join": Code(joining_text(own)).svg(), "open": Code(address).svg()}
    template = Template(_TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute({key: escape(value) for key, value in values.items()} | codes)
