"""What the Wi-Fi of this machine does now, as NetworkManager sees it."""

from dataclasses import dataclass

from device.errors import WifiError
from device.wifi.nmcli import nmcli, rows


@dataclass(frozen=True)
class WifiState:
    """One moment."""

    adapter: str
    """The interface, such as `wlan0`."""
    status: str
    """In NetworkManager's words: `connected`, `disconnected`, `unavailable`, `unmanaged`, ..."""
    ssid: str = ""
    """The Wi-Fi it makes or has joined; empty when it does neither."""
    is_access_point: bool = False
    """True when the device makes this Wi-Fi itself."""
    address: str = ""
    """Its IPv4 address there."""

    def describe(self) -> str:
        """One line for a person."""
        if not self.ssid:
            return f"Wi-Fi: {self.adapter} is {self.status}"
        does = "makes its own access point" if self.is_access_point else "has joined"
        return f"Wi-Fi: {self.adapter} {does} '{self.ssid}', address {self.address or 'not yet known'}"


def read_state() -> WifiState:
    """The first Wi-Fi adapter, and a connected one before others.

    Raises WifiError when there is none, it is switched off, or NetworkManager leaves it alone.
    """
    devices = rows("--fields", "TYPE,DEVICE,STATE,CON-UUID", "device")
    wifi = [(device, status, uuid) for kind, device, status, uuid in devices if kind == "wifi"]
    if not wifi:
        raise WifiError("no_adapter")
    adapter, status, uuid = next((one for one in wifi if one[2]), wifi[0])
    if status == "unmanaged":
        raise WifiError("adapter_unmanaged", adapter=adapter)
    if status == "unavailable" and not _radio_is_on():
        raise WifiError("radio_off")
    if not uuid:
        return WifiState(adapter, status)
    values = properties(uuid, "802-11-wireless.ssid", "802-11-wireless.mode", "IP4.ADDRESS")
    address = values["IP4.ADDRESS"].partition("/")[0]
    is_access_point = values["802-11-wireless.mode"] == "ap"
    return WifiState(adapter, status, values["802-11-wireless.ssid"], is_access_point, address)


def known_wifi() -> dict[str, str]:
    """Every Wi-Fi that the device knows, by name, with the UUID of its profile; its own isn't one."""
    known = {}
    for uuid, kind in rows("--fields", "UUID,TYPE", "connection", "show"):
        if kind == "802-11-wireless":
            values = properties(uuid, "802-11-wireless.ssid", "802-11-wireless.mode")
            if values["802-11-wireless.mode"] != "ap":
                known[values["802-11-wireless.ssid"]] = uuid
    return known


def properties(uuid: str, *names: str) -> dict[str, str]:
    """These properties of one connection; empty where it has none, the first where it has several."""
    found = dict.fromkeys(names, "")
    # Here a line is a name and its value, and nothing is escaped.
    for line in nmcli("--terse", "--fields", ",".join(names), "connection", "show", uuid).splitlines():
        name, _, value = line.partition(":")
        # A list has a line for each of its members: IP4.ADDRESS[1], IP4.ADDRESS[2].
        name = name.partition("[")[0]
        found[name] = found.get(name) or value
    return found


def _radio_is_on() -> bool:
    return all("enabled" in row for row in rows("--fields", "WIFI", "radio"))
