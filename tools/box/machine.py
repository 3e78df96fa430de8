"""A machine made of a root folder: real systemd, real sshd, a network of its own, a disk for the records."""

import contextlib
import ctypes
import fcntl
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tools.box.roots import BoxError, run

STATE = "/var/lib/private/dermapoint"
"""Where systemd keeps the records of a service with DynamicUser (systemd.exec(5))."""

_CLONE_NEWNET = 0x40000000
_BOOT_SECONDS = 90.0
_SHUTDOWN, _WITHOUT_LOG = 0x8004587D, 2
"""EXT4_IOC_SHUTDOWN and EXT4_GOING_FLAGS_NOLOGFLUSH (Linux: fs/ext4/ext4.h), as xfstests cut power."""


class Machine:
    """`folder` holds the root, the disk and the key; it is made here and removed by `remove`."""

    def __init__(self, root: Path, folder: Path, disk_mib: int = 2048) -> None:
        self.folder, self.root = folder, folder / "root"
        self._disk, self._mounted = folder / "records.img", folder / "records"
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._leader = 0
        self._pin = self._cookie = ""
        self.ssh_config = folder / "ssh_config"
        folder.mkdir(parents=True)
        run("cp", "-a", "--reflink=auto", str(root), str(self.root))
        run("truncate", "-s", f"{disk_mib}M", str(self._disk))
        run("mkfs.ext4", "-q", str(self._disk))
        self._mounted.mkdir()
        self._authorize()

    def _authorize(self) -> None:
        key = self.folder / "key"
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key))
        folder = self.root / "home/pi/.ssh"
        folder.mkdir(mode=0o700)
        shutil.copy(f"{key}.pub", folder / "authorized_keys")
        run("chroot", str(self.root), "chown", "-R", "pi:pi", "/home/pi/.ssh")

    # --- power ---

    def boot(self) -> float:
        """Switch on; returns after how many seconds sshd answered."""
        start = time.monotonic()
        assert self._nspawn is None, "it is on already"
        run("mount", "-o", "loop", str(self._disk), str(self._mounted))
        log = (self.folder / "console.log").open("ab")
        self._nspawn = subprocess.Popen(
            [
                *("systemd-nspawn", "--quiet", "--boot", f"--directory={self.root}"),
                *(f"--bind={self._mounted}:{STATE}", "--private-network", "--machine=dermapoint-box"),
                *("--register=no", "--keep-unit", "--console=read-only"),
                *("--resolv-conf=off", "--timezone=off"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # systemd 256 and later run on the unified hierarchy alone.
            env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
        )
        log.close()
        self._leader = self._wait_for_leader()
        self._write_ssh_config()
        wait_for(lambda: self.ssh("true", check=False).returncode == 0, _BOOT_SECONDS, "sshd answers")
        return time.monotonic() - start

    def _wait_for_leader(self) -> int:
        assert self._nspawn is not None
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children")
        deadline = time.monotonic() + _BOOT_SECONDS
        while time.monotonic() < deadline:
            if self._nspawn.poll() is not None:
                tail = (self.folder / "console.log").read_text(errors="replace")[-2000:]
                raise BoxError(f"systemd-nspawn can't boot a container here:\n{tail}")
            for child in children.read_text().split():
                if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                    return int(child)
            time.sleep(0.05)
        raise BoxError("the container has no systemd")

    def _write_ssh_config(self) -> None:
        # The box has no network but its own loopback; nsenter(1) is the cable.
        dial = "exec 3<>/dev/tcp/127.0.0.1/22; cat <&3 & cat >&3; kill $!"
        self.ssh_config.write_text(
            f"Host box\n User pi\n IdentityFile {self.folder}/key\n IdentitiesOnly yes\n BatchMode yes\n"
            f" LogLevel ERROR\n UserKnownHostsFile {self.folder}/known_hosts\n"
            " StrictHostKeyChecking accept-new\n"
            f" ProxyCommand nsenter --target {self._leader} --net -- bash -c '{dial}'\n"
        )

    @property
    def is_on(self) -> bool:
        """Whether it has power."""
        return self._nspawn is not None

    def shut_down(self) -> float:
        """Switch off as one should; returns after how many seconds it was off."""
        start = time.monotonic()
        # A second later: by then the call is over, which would wait for an answer that nobody sends any more.
        self.sudo("systemd-run", "--on-active=1", "systemctl", "poweroff")
        self._wait_for_end(60.0)
        run("umount", str(self._mounted))
        return time.monotonic() - start

    def pull_the_plug(self) -> None:
        """Lose power: everything ends at once, and what wasn't synced to the records' disk is lost.

        The file system is shut down as it is, without its log: nothing that the kernel still holds in memory
        for it is written any more, and the file below holds what a card would.
        """
        os.kill(self._leader, signal.SIGKILL)
        disk = os.open(self._mounted, os.O_RDONLY)
        try:
            fcntl.ioctl(disk, _SHUTDOWN, struct.pack("I", _WITHOUT_LOG))
        finally:
            os.close(disk)
        self._wait_for_end(30.0)
        run("umount", str(self._mounted))

    def _wait_for_end(self, patience: float) -> None:
        assert self._nspawn is not None
        try:
            self._nspawn.wait(patience)
        except subprocess.TimeoutExpired:
            os.kill(self._leader, signal.SIGKILL)
            self._nspawn.wait(10.0)
        self._nspawn = None
        self._cookie = ""

    def remove(self) -> None:
        """End it and delete its folder."""
        if self._nspawn is not None:
            if self._leader:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._leader, signal.SIGKILL)
            self._nspawn.kill()
            self._nspawn.wait()
        if self._mounted.is_mount():
            run("umount", "--lazy", str(self._mounted))
        shutil.rmtree(self.folder)

    # --- hands and eyes ---

    def ssh(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command on the machine as its user."""
        done = subprocess.run(
            ["ssh", "-F", str(self.ssh_config), "box", "--", *command],
            text=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )
        if check and done.returncode:
            output = done.stderr or done.stdout
            raise AssertionError(f"{' '.join(command)} ended with {done.returncode}: {output}")
        return done

    def sudo(self, *command: str, check: bool = True) -> str:
        """What a command prints that runs on the machine as root."""
        return self.ssh("sudo", *command, check=check).stdout.strip()

    def show(self, name: str) -> str:
        """A property of the service, such as MainPID."""
        return self.sudo("systemctl", "show", "--property", name, "--value", "dermapoint.service")

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of a page, asked for as someone who has logged in."""
        return self._ask("GET", path)

    def post(
        self, path: str, body: bytes | str = b"", kind: str = "application/octet-stream"
    ) -> tuple[int, bytes]:
        """Status and body of the answer to a body of this kind, sent as someone who has logged in."""
        return self._ask("POST", path, body, kind)

    def patch(self, path: str, body: str) -> tuple[int, bytes]:
        """Status and body of the answer to changes, as JSON, sent as someone who has logged in."""
        return self._ask("PATCH", path, body, "application/json")

    def delete(self, path: str) -> tuple[int, bytes]:
        """Status and body of the answer to a deletion, sent as someone who has logged in."""
        return self._ask("DELETE", path)

    def press(self) -> tuple[int, dict[str, Any]]:
        """Press on the page: the status, and the examination or the problem."""
        status, body = self._ask("POST", "/api/v1/press")
        return status, json.loads(body)

    def status(self) -> dict[str, Any]:
        """What the daemon says of itself; empty while none answers."""
        try:
            code, body = self._ask("GET", "/api/v1/status", log_in=False)
        except OSError:
            return {}
        return dict(json.loads(body)) if code == http.client.OK else {}

    def _ask(
        self, method: str, path: str, body: bytes | str = b"", kind: str = "", log_in: bool = True
    ) -> tuple[int, bytes]:
        if log_in and not self._cookie:
            self._log_in()
        headers = {"Cookie": self._cookie} | ({"Content-Type": kind} if kind else {})
        status, answer, _ = self._exchange(method, path, body, headers)
        return status, answer

    def _log_in(self) -> None:
        """As the owner does, with the PIN that the device gave once: it has to open for good."""
        if not self._pin:
            output = self.sudo("dermapoint", "pin", "owner", "--state", STATE)
            pin = re.search(r"PIN of owner is ([\d ]+)", output)
            assert pin, "the device gave no PIN"
            self._pin = pin[1]
        form = urlencode({"pin": self._pin, "next": "/"})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _, headers = self._exchange("POST", "/login", form, kind)
        assert status == http.client.SEE_OTHER, f"the login was answered with {status}"
        self._cookie = str(headers["Set-Cookie"]).partition(";")[0]

    def _exchange(
        self, method: str, path: str, body: bytes | str = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=30)
        connection.sock = self._socket()
        try:
            connection.request(method, path, body or None, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()

    def _socket(self) -> ssl.SSLSocket:
        """An encrypted connection to the page, by the authority that the device has made."""
        connection = self._connect()
        try:
            trust = ssl.create_default_context(cafile=str(self._mounted / "certificate/authority.pem"))
            # It is asked by an address that no certificate of the device is for.
            trust.check_hostname = False
            return trust.wrap_socket(connection)
        except OSError:
            connection.close()
            raise

    def _connect(self) -> socket.socket:
        """A connection within the machine's network; this thread comes back from there at once."""
        here, there = Path("/proc/thread-self/ns/net"), Path(f"/proc/{self._leader}/ns/net")
        with here.open() as ours, there.open() as theirs:
            _enter_network(theirs.fileno())
            try:
                return socket.create_connection(("127.0.0.1", 8080), timeout=30)
            finally:
                _enter_network(ours.fileno())


def _enter_network(descriptor: int) -> None:
    # os.setns came with Python 3.12.
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def wait_for(condition: Any, seconds: float, what: str) -> float:
    """Wait until `condition()` holds; the seconds it took. Raises AssertionError when it never does."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            raise AssertionError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.2)
    return time.monotonic() - start
