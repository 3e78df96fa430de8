"""A NetworkManager that isn't there, and what it was asked."""

import json
import stat
from pathlib import Path

from device import cli
from device.wifi.network import Network
from device.wifi.profile import (
    ACCESS_POINT_ID,
    uuid_of,
)

STAND_IN = Path(__file__).with_name("nmcli.py")
WLAN0 = {"TYPE": "wifi", "DEVICE": "wlan0", "STATE": "disconnected", "CON-UUID": ""}
OWN_UUID = uuid_of(ACCESS_POINT_ID)
SECRET = "secret for the clinic"


class World:
    """What the stand-in believes, and what it was asked."""

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "world.json"
        self.profiles = folder / "system-connections"
        self.kept = folder / "state/access-point.json"
        self.profiles.mkdir()
        self.network = Network(self.profiles, self.kept)
        self.file.write_text(
            json.dumps(
                {
                    "status": 0,
                    "says": "",
                    "radio": "enabled",
                    "devices": [{"TYPE": "ethernet", "DEVICE": "eth0", "STATE": "x", "CON-UUID": ""}],
                    "profiles": {},
                    "addresses": ["10.42.0.1/24", "10.9.9.9/24"],
                    "unreachable": {},
                    "refuses": False,
                    "active": "",
                }
            )
        )
        self.set(devices=[WLAN0])

    def set(self, **values):
        self.file.write_text(json.dumps(json.loads(self.file.read_text()) | values))

    def __getitem__(self, name):
        return json.loads(self.file.read_text())[name]

    @property
    def calls(self):
        return (self.folder / "calls.txt").read_text()

    def priority(self):
        return int(self["profiles"][OWN_UUID]["priority"])


def dermapoint(capsys, *arguments):
    status = cli.main(["wifi", *arguments])
    out, err = capsys.readouterr()
    return status, out, err


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)
