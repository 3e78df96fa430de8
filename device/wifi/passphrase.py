"""Names and passphrases that a person can read from a card and type."""

import math
import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Digits and small letters without those that look alike: 0 and o, 1, i and l."""

_GROUPS, _GROUP_LENGTH = 4, 4
_NAME_LENGTH = 4

ENTROPY = _GROUPS * _GROUP_LENGTH * math.log2(len(ALPHABET))
"""Bits in a passphrase: 16 characters of 31 make 79.3. Who records one handshake can guess offline, so it
must be far beyond what can be tried."""


def new_passphrase() -> str:
    """Sixteen random characters as `k7qx-2mfr-9tbw-hd4e`; IEEE 802.11 (J.4) allows 8 to 63."""
    return "-".join(_random(_GROUP_LENGTH) for _ in range(_GROUPS))


def new_name() -> str:
    """A name (SSID) that tells one device from another, as `Dermapoint-K7QX`."""
    return f"Dermapoint-{_random(_NAME_LENGTH).upper()}"


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
