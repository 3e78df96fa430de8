"""Puts the wheels that a device needs into a folder, for `./deploy.sh --offline FOLDER`.

Runs on the laptop, whatever its system: pip is told to fetch for the device. It needs the standard library
and pip alone.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pip._vendor.packaging.markers import Marker

REQUIREMENTS = Path(__file__).parent.parent / "requirements"
LOCKS = {"3.11": "bookworm.txt", "3.13": "device.txt"}
"""Which lock goes with the Python of Raspberry Pi OS Bookworm, and of Trixie; on_target.sh has the same."""

NEWEST_GLIBC = {"3.11": 36, "3.13": 41}
"""The minor version of the C library there (packages.debian.org), which bounds the wheels that run."""


def main() -> int:
    """Fetch; 0 when every wheel is there."""
    parser = argparse.ArgumentParser(prog="./deploy.sh --prepare", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", choices=LOCKS, action="append", help="default: all")
    parser.add_argument("--machine", default="aarch64", help="default: aarch64")
    given = parser.parse_args()
    for python in given.python or LOCKS:
        folder = given.folder / f"wheels-{python}-{given.machine}"
        status = fetch(folder, python, given.machine)
        if status:
            print(f"deploy.sh: the wheels for Python {python} could not be fetched", file=sys.stderr)
            return status
        print(f"{folder}: {len(list(folder.glob('*.whl')))} wheels")
    return 0


def fetch(folder: Path, python: str, machine: str) -> int:
    """Make `folder` hold what the lock names for that Python and machine, and no more; pip's status."""
    lock = lock_for((REQUIREMENTS / LOCKS[python]).read_text(), python, machine)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "complete").unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        fresh = Path(name)
        (fresh / "lock.txt").write_text(lock)
        platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(NEWEST_GLIBC[python], 16, -1)]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        command += ["--no-input", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
        command += ["--python-version", python, "--implementation", "cp"]
        command += ["--find-links", str(folder), "--dest", str(fresh)]
        command += ["--requirement", str(fresh / "lock.txt")]
        for platform in [*platforms, f"manylinux2014_{machine}"]:
            command += ["--platform", platform]
        status = subprocess.run(command, check=False).returncode
        if status == 0:
            for old in folder.glob("*.whl"):
                old.unlink()
            for wheel in fresh.glob("*.whl"):
                shutil.move(wheel, folder)
            (folder / "complete").touch()
    return status


def lock_for(lock: str, python: str, machine: str) -> str:
    """The entries of `lock` that hold for a Linux device, without their conditions.

    pip would judge the conditions by the laptop's own Python and machine.
    """
    device = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "platform_machine": machine,
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    kept = []
    for entry in re.split(r"\n(?=\S)", lock.strip()):
        requirement, continued, hashes = entry.partition("\\\n")
        name, _, marker = requirement.partition(";")
        if not marker.strip() or Marker(marker.strip()).evaluate(device):
            kept.append(f"{name.strip()} {continued}{hashes}")
    return "\n".join(kept) + "\n"


if __name__ == "__main__":
    sys.exit(main())
