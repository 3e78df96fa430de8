"""What the device is called: the names and addresses that its certificate is for."""

import fcntl
import re
import socket
import struct
from ipaddress import IPv4Address, IPv4Network, ip_address

from device.wifi.profile import ADDRESS, NAME

DOMAIN = "local"
"""All its names are in this domain, which no one on the internet can have (RFC 6762)."""
NETWORKS = tuple(
    IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")
)
"""Addresses that are nobody's on the internet (RFC 1918, RFC 3927)."""

MOST_NAMES = 16

_READ_ADDRESS = 0x8915
"""SIOCGIFADDR (netdevice(7)); the address is at bytes 20 to 24 of the answer."""


def own_names(host: str) -> tuple[str, ...]:
    """The names and addresses by which others reach the page on `host`, if they can be certified."""
    called = socket.gethostname().partition(".")[0].lower()
    names = [NAME]
    if re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", called):
        names.append(f"{called}.{DOMAIN}")
    addresses = own_addresses() if host == "0.0.0.0" else (host,)
    names += [ADDRESS, *(each for each in addresses if is_private(each))]
    return tuple(dict.fromkeys(names))[:MOST_NAMES]


def own_addresses() -> tuple[str, ...]:
    """The IPv4 address of each interface that has one, without loopback."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, interface in socket.if_nameindex():
            request = struct.pack("256s", interface.encode()[:15])
            try:
                answer = fcntl.ioctl(asking.fileno(), _READ_ADDRESS, request)
            except OSError:
                # Has none.
                continue
            found.append(socket.inet_ntoa(answer[20:24]))
    return tuple(each for each in found if not each.startswith("127."))


def is_private(address: str) -> bool:
    """True for an address that a certificate of the device's own authority may name."""
    try:
        value = ip_address(address)
    except ValueError:
        return False
    return isinstance(value, IPv4Address) and any(value in network for network in NETWORKS)
