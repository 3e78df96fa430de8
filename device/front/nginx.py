"""Runs nginx, or tells the nginx that systemd runs."""

import logging
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from device.errors import DaemonError
from device.front.answers import write_answers
from device.front.configuration import Site, configuration, listening

CONFIGURATION, PID = "nginx.conf", "nginx.pid"
"""Names in the folder of a site."""

_SECONDS = 10.0
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
"""Debian keeps it in a folder that is not on everyone's PATH."""

log = logging.getLogger(__name__)


def write(site: Site) -> None:
    """Write all that nginx reads but the certificate; the configuration comes last, and in one step."""
    write_answers(site.folder / "answers")
    written = site.folder / f".{CONFIGURATION}"
    written.write_text(configuration(site))
    written.replace(site.folder / CONFIGURATION)


class Nginx:
    """nginx as a child of this process, as a context. It ends with this process, also when that is killed."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Nginx":
        """Raises DaemonError when nginx isn't installed or can't serve there."""
        write(self._site)
        self._start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    @property
    def pid(self) -> int:
        """Of its master process."""
        assert self._process
        return self._process.pid

    def look(self) -> None:
        """Start it again if it has ended."""
        if self._process and self._process.poll() is not None:
            log.error("nginx ended with status %s; it is started again", self._process.returncode)
            self._start()

    def _start(self) -> None:
        # setpriv(1) becomes nginx, and has the kernel end it when the daemon is no more.
        configured = str(self._site.folder / CONFIGURATION)
        command = ["setpriv", "--pdeathsig", "TERM", program(), "-e", "stderr", "-c", configured]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + _SECONDS
        while not (self._site.folder / PID).exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise DaemonError("front_not_started")
            time.sleep(0.01)


def steer(site: Site) -> None:
    """Give the nginx that a unit of systemd runs this configuration: one that runs takes it in at once.

    One that doesn't run is started by a path unit when the configuration is there.
    """
    write(site)
    if pid := running(site.folder):
        os.kill(pid, signal.SIGHUP)


def dismiss(folder: Path) -> None:
    """End the nginx that a unit runs, since the page is for this machine alone."""
    (folder / CONFIGURATION).unlink(missing_ok=True)
    if pid := running(folder):
        os.kill(pid, signal.SIGTERM)


def running(folder: Path) -> int | None:
    """The process that serves from this folder, if one does."""
    try:
        pid = int((folder / PID).read_text())
        os.kill(pid, 0)
    except (OSError, ValueError):
        return None
    try:
        # Another process may have the number of one that was killed.
        return pid if Path(f"/proc/{pid}/comm").read_text().strip() == "nginx" else None
    except OSError:
        # It may take ports below 1024, and so is hidden from a process that may not (proc(5), hidepid).
        return pid


def serves(site: Site) -> bool:
    """Whether an nginx that a unit runs has this address already."""
    try:
        listens = f"listen {listening(site.host, site.port)} " in (site.folder / CONFIGURATION).read_text()
    except OSError:
        return False
    return listens and running(site.folder) is not None


def program() -> str:
    """Where nginx is. Raises DaemonError where it isn't installed."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:{_PATH}")
    if not found:
        raise DaemonError("nginx_missing")
    return found
