"""Changes the Wi-Fi of this machine: its own access point, or a Wi-Fi that it is told of."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from device.errors import WifiError
from device.wifi.nmcli import nmcli, rows
from device.wifi.passphrase import new_name, new_passphrase
from device.wifi.profile import (
    FIRST_CHOICE,
    LAST_CHOICE,
    AccessPoint,
    Profile,
    profile_to_join,
    uuid_of,
)
from device.wifi.state import known_wifi, read_state
from device.wifi.store import KEPT, read_access_point, remove, write_secret

PROFILES = Path("/etc/NetworkManager/system-connections")

START_SECONDS = 30
JOIN_SECONDS = 45
"""Association, handshake and an address take under ten seconds as a rule; then it is not going to work."""


@dataclass(frozen=True)
class Network:
    """The Wi-Fi of this machine. Everything that changes it needs root.

    Passphrases travel in files that root alone may read, which NetworkManager is told to load: never as an
    argument, which `ps` shows, nor through `nmcli --ask`, which wants a terminal. A file replaced as a whole
    also stays a file where NetworkManager turns what it changes itself into netplan's (Pi OS, Trixie).
    """

    profiles: Path = PROFILES
    kept: Path = KEPT

    def set_up(self) -> AccessPoint:
        """Make name, passphrase and profile of the access point, unless that was done: at first boot.

        The access point starts by itself where no Wi-Fi is in reach that the device knows.
        Raises WifiError when it can't be made; what was made stays, and a second call completes it.
        """
        _need_root()
        own = read_access_point(self.kept)
        if own is None:
            own = AccessPoint(new_name(), new_passphrase())
            self._install(own.profile(LAST_CHOICE))
            # Last, as it says that all is done: with power lost before, the next boot starts anew.
            write_secret(self.kept, own.to_json())
        elif not (self.profiles / own.profile(LAST_CHOICE).file_name).exists():
            self._install(own.profile(LAST_CHOICE))
        return own

    def start_own(self, new: bool = False, channel: int | None = None) -> AccessPoint:
        """Start the access point, also at every later boot, whatever Wi-Fi is in reach.

        `new` gives it a new passphrase, which shuts out all who know the old one.
        Raises WifiError when it can't start.
        """
        own = self.set_up()
        changed = replace(
            own,
            passphrase=new_passphrase() if new else own.passphrase,
            channel=own.channel if channel is None else channel,
        )
        read_state()
        self._install(changed.profile(FIRST_CHOICE))
        write_secret(self.kept, changed.to_json())
        _start(changed)
        return changed

    def join(self, ssid: str, passphrase: str | None) -> str:
        """Join the Wi-Fi `ssid`, now and at every later boot; its address there.

        The passphrase is None for an open Wi-Fi, and empty for one that the device knows already.
        Where it can't be joined within JOIN_SECONDS the access point starts, and what the device knew before
        is what it knows then. Raises WifiError then.
        """
        own = self.set_up()
        read_state()
        known = known_wifi().get(ssid)
        profile = None if passphrase == "" and known else profile_to_join(ssid, passphrase)
        with self._on_trial(profile):
            try:
                nmcli("connection", "up", "uuid", profile.uuid if profile else str(known), wait=JOIN_SECONDS)
            except WifiError as error:
                try:
                    _start(own)
                except WifiError as second:
                    raise WifiError("wifi_neither", ssid=ssid, error=error, own=second) from error
                raise WifiError("wifi_not_joined", ssid=ssid, error=error, own=own.ssid) from error
        # Only now, so that a device told to keep to its own access point does so after a failure.
        self._install(own.profile(LAST_CHOICE))
        return read_state().address

    @contextmanager
    def _on_trial(self, profile: Profile | None) -> Iterator[None]:
        """`profile` is installed and, when the context fails, what it replaced is put back."""
        if profile is None:
            yield
            return
        path = self.profiles / profile.file_name
        before = path.read_text(encoding="utf-8") if path.exists() else None
        try:
            self._install(profile)
            yield
        except WifiError:
            if before is None:
                remove(path)
                nmcli("connection", "reload")
            else:
                write_secret(path, before)
                nmcli("connection", "load", str(path))
            raise

    def _install(self, profile: Profile) -> None:
        path = self.profiles / profile.file_name
        for uuid, file in rows("--fields", "UUID,FILENAME", "connection", "show"):
            # Someone changed it by NetworkManager's own means, which moved it; it would hide the new one.
            if uuid == profile.uuid and Path(file) != path:
                nmcli("connection", "delete", "uuid", uuid)
        write_secret(path, profile.text)
        nmcli("connection", "load", str(path))
        # nmcli counts it as success when NetworkManager refuses a file.
        if [profile.uuid] not in rows("--fields", "UUID", "connection", "show"):
            raise WifiError("profile_refused", path=path)


def _start(own: AccessPoint) -> None:
    try:
        nmcli("connection", "up", "uuid", uuid_of(own.profile(FIRST_CHOICE).id), wait=START_SECONDS)
    except WifiError as error:
        code = "access_point_not_started" if shutil.which("dnsmasq") else "access_point_lacks_dnsmasq"
        raise WifiError(code, ssid=own.ssid, error=error) from error


def _need_root() -> None:
    if os.geteuid() != 0:
        raise WifiError("wifi_needs_root")
