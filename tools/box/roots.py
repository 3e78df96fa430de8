"""Debian roots as the device's system has them, built once and kept.

Built by mmdebstrap from Debian alone, without Raspberry Pi's own packages. Where they are needed, packages of
their names stand in, in a folder that the root's apt takes for an archive.
"""

import hashlib
import inspect
import os
import shutil
import subprocess
from pathlib import Path

from tools.box import pi_packages
from tools.box.pi_packages import STAND_IN, build_pi_packages

# What is on the card after Raspberry Pi Imager has written it, as far as it matters here.
_ON_THE_CARD = (
    *("avahi-daemon", "ca-certificates", "dbus", "iproute2", "network-manager", "openssh-server", "procps"),
    *("python3", "sudo", "systemd", "systemd-sysv", "udev", "wpasupplicant"),
)
_NEEDED_LATER = {
    # What deploy.sh has apt install; fetched while there is a network, since a box has none.
    "trixie": ("python3-venv", "python3-picamera2", "python3-lgpio", "nginx", "dnsmasq-base", "avahi-utils"),
    "bookworm": ("python3-venv", "nginx", "dnsmasq-base", "avahi-utils"),
}


class BoxError(Exception):
    """A box can't be made here."""


def cached_root(suite: str, architecture: str = "") -> Path:
    """The folder of a root that nobody has used yet; built the first time, which takes a minute or five."""
    recipe = hashlib.sha256(inspect.getsource(_build).encode())
    if not architecture:
        recipe.update(f"{_ON_THE_CARD} {_NEEDED_LATER[suite]} {inspect.getsource(_set_up)}".encode())
        if suite == "trixie":
            recipe.update(inspect.getsource(pi_packages).encode())
            for file in sorted(path for path in STAND_IN.rglob("*") if path.suffix in (".py", ".yaml")):
                recipe.update(file.read_bytes())
    name = f"{suite}-{architecture or 'native'}-{recipe.hexdigest()[:8]}"
    root = cache() / name
    if not root.exists():
        for old in cache().glob(f"{suite}-{architecture or 'native'}-*"):
            shutil.rmtree(old)
        unfinished = cache() / f"unfinished-{name}"
        shutil.rmtree(unfinished, ignore_errors=True)
        _build(unfinished, suite, architecture)
        unfinished.rename(root)
    return root


def cache() -> Path:
    """Where roots and wheels are kept between runs."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("BOX_CACHE") or home / "dermapoint-box")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _build(root: Path, suite: str, architecture: str) -> None:
    print(f"building a Debian {suite} root {architecture}", flush=True)
    # An arm64 root is never booted: it needs Python alone.
    packages = ("ca-certificates", "python3", "python3-venv") if architecture else _ON_THE_CARD
    command = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(packages)}"]
    if architecture:
        command.append(f"--architectures={architecture}")
    # The lists of packages stay: apt in a box has no network to fetch them again.
    command += ["--skip=cleanup/apt/lists", suite, str(root)]
    # mmdebstrap tells of each step on its standard error; it matters only when it fails.
    run(*command)
    if architecture:
        return
    if suite == "trixie":
        build_pi_packages(root)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    inside(root, "apt-get", "-qq", "update")
    fetch = ("apt-get", "-qq", "install", "--download-only", "--no-install-recommends")
    inside(root, *fetch, *_NEEDED_LATER[suite])
    _set_up(root)


def _set_up(root: Path) -> None:
    """The user that Raspberry Pi Imager makes, and the groups that own the pins and cameras."""
    for group in ("gpio", "i2c", "spi"):
        inside(root, "groupadd", "--system", "--force", group)
    inside(root, "useradd", "--create-home", "--shell", "/bin/bash", "--groups", "sudo,video,gpio", "pi")
    (root / "etc/sudoers.d/pi").write_text("pi ALL=(ALL) NOPASSWD: ALL\n")
    (root / "etc/hostname").write_text("dermapoint\n")
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n127.0.1.1 dermapoint\n")
    (root / "etc/resolv.conf").unlink()
    (root / "etc/machine-id").write_text("")


def inside(root: Path, *command: str) -> str:
    """What a command prints in the root. Raises BoxError, with what it said, when it fails."""
    return run(
        "chroot", str(root), "/usr/bin/env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", *command
    )


def run(*command: str) -> str:
    """What a command prints. Raises BoxError, with what it said, when it fails."""
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise BoxError(f"{' '.join(command[:4])} failed:\n{done.stdout[-2000:]}")
    return done.stdout
