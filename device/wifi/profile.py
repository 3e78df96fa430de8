"""What NetworkManager is told: connection profiles in its keyfile format, as text.

The format is nm-settings-keyfile(5), the properties are those of nm-settings-nmcli(5); both are the same in
NetworkManager 1.42 (Bookworm) and 1.52 (Trixie).
"""

import json
import uuid
from dataclasses import asdict, dataclass

from device.errors import WifiError

ADDRESS = "10.42.0.1"
"""The device's own, on the Wi-Fi that it makes."""
NAME = "dermapoint.local"
"""What it answers to by multicast DNS (RFC 6762)."""
"""The device's own address on its access point, in the network 10.42.0.0/24."""

ACCESS_POINT_ID = "dermapoint-access-point"
FIRST_CHOICE, LAST_CHOICE = 100, -100
"""Where the access point stands among all Wi-Fi that may start by itself; others stand at 0."""

HIGHEST_CHANNEL = 11
"""The 2.4 GHz channels 1 to 11 are allowed everywhere; 12 and 13 are not (IEEE 802.11, annex E)."""

_NAMESPACE = uuid.UUID("5d0f3c0e-5b0a-4f0b-9a55-0b1f6f2a8f10")
_TRIES = 2


@dataclass(frozen=True)
class AccessPoint:
    """The device's own Wi-Fi."""

    ssid: str
    """Its name, 1 to 32 bytes in UTF-8."""
    passphrase: str
    """8 to 63 printable ASCII characters."""
    channel: int = 6
    """Channel in the 2.4 GHz band, 1 to 11."""

    def __post_init__(self) -> None:
        """Raise WifiError for what no access point can have."""
        _check(self.ssid, self.passphrase)
        if not 1 <= self.channel <= HIGHEST_CHANNEL:
            raise WifiError("channel_refused", highest=HIGHEST_CHANNEL, channel=self.channel)

    def __repr__(self) -> str:
        # A passphrase must not reach a log by way of a traceback.
        return f"AccessPoint(ssid={self.ssid!r}, channel={self.channel})"

    def to_json(self) -> str:
        """As text that `from_json` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "AccessPoint":
        """Raises WifiError when `text` doesn't describe one."""
        try:
            return cls(**json.loads(text))
        except (TypeError, ValueError) as error:
            raise WifiError("access_point_damaged") from error

    def profile(self, priority: int) -> "Profile":
        """The profile that makes this access point; at LAST_CHOICE it starts where no known Wi-Fi is."""
        # The form that works with the Pi's Wi-Fi chips. They can't protect management frames as an access
        # point, and clients that try then fail (raspberrypi/linux issues 3619 and 7247): pmf 1 is "disable".
        # WPA2 with CCMP alone, and so no older group key either.
        return _profile(
            ACCESS_POINT_ID,
            connection={"autoconnect-priority": str(priority)},
            wifi={"mode": "ap", "ssid": _bytes(self.ssid), "band": "bg", "channel": str(self.channel)},
            security={
                "key-mgmt": "wpa-psk",
                "proto": "rsn;",
                "pairwise": "ccmp;",
                "group": "ccmp;",
                "pmf": "1",
                "psk": _escape(self.passphrase),
            },
            ipv4={"method": "shared", "address1": f"{ADDRESS}/24"},
            ipv6={"method": "disabled"},
        )


@dataclass(frozen=True)
class Profile:
    """One keyfile: `id` names it for NetworkManager, `text` is its content and holds a secret."""

    id: str
    text: str

    @property
    def uuid(self) -> str:
        """The same for the same id, so that a second try replaces the first."""
        return uuid_of(self.id)

    @property
    def file_name(self) -> str:
        return f"{self.id}.nmconnection"

    def __repr__(self) -> str:
        return f"Profile(id={self.id!r})"


def profile_to_join(ssid: str, passphrase: str | None) -> Profile:
    """The profile that joins the Wi-Fi `ssid`; without a passphrase it is an open one.

    Raises WifiError for a name or passphrase that no Wi-Fi can have.
    """
    _check(ssid, passphrase)
    return _profile(
        known_id(ssid),
        # Two tries, then NetworkManager leaves it for some minutes and takes the access point.
        connection={"autoconnect-retries": str(_TRIES)},
        wifi={"mode": "infrastructure", "ssid": _bytes(ssid)},
        # "wpa-psk" covers WPA2 and WPA2/WPA3 mixed.
        security={} if passphrase is None else {"key-mgmt": "wpa-psk", "psk": _escape(passphrase)},
        ipv4={"method": "auto", "dhcp-timeout": "20"},
        ipv6={"method": "auto"},
    )


def known_id(ssid: str) -> str:
    """The id of the profile that joins `ssid`; fit for a file name, whatever is in the name."""
    return f"dermapoint-wifi-{uuid.uuid5(_NAMESPACE, ssid).hex[:12]}"


def uuid_of(identity: str) -> str:
    """The UUID of the profile with this id."""
    return str(uuid.uuid5(_NAMESPACE, identity))


def _profile(identity: str, connection: dict[str, str], **rest: dict[str, str]) -> Profile:
    head = {"id": identity, "uuid": uuid_of(identity), "type": "wifi", "autoconnect": "true", **connection}
    names = {"wifi": "wifi", "security": "wifi-security", "ipv4": "ipv4", "ipv6": "ipv6"}
    sections = {"connection": head} | {names[key]: values for key, values in rest.items() if values}
    text = "\n".join(
        f"[{section}]\n" + "".join(f"{key}={value}\n" for key, value in values.items())
        for section, values in sections.items()
    )
    return Profile(identity, text)


def _check(ssid: str, passphrase: str | None) -> None:
    if not 1 <= len(ssid.encode()) <= 32:
        raise WifiError("ssid_refused")
    if passphrase is None:
        return
    printable = passphrase.isascii() and passphrase.isprintable()
    if not (8 <= len(passphrase) <= 63 and printable):
        raise WifiError("passphrase_refused")


def _bytes(ssid: str) -> str:
    """A list of bytes, which needs no escaping and can't be misread, whatever the name."""
    return "".join(f"{byte};" for byte in ssid.encode())


def _escape(value: str) -> str:
    """Backslash and space as a key file escapes them (GLib, key-value file parser)."""
    return value.replace("\\", "\\\\").replace(" ", "\\s")
