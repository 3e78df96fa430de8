"""`python3 -m tools.box`: shows on machines made of Debian roots what a Raspberry Pi would have to show."""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.box.arm64 import prove_arm64
from tools.box.deployment import prepare_wheels
from tools.box.machine import Machine
from tools.box.plugs import Plugs
from tools.box.proof import Proof
from tools.box.roots import BoxError, cache, cached_root
from tools.box.system import System

PYTHONS = {"bookworm": "3.11", "trixie": "3.13"}
TOOLS = {
    "mmdebstrap": "mmdebstrap",
    "systemd-nspawn": "systemd-container",
    "nsenter": "util-linux",
    "mkfs.ext4": "e2fsprogs",
    "ssh": "openssh-client",
}


def main() -> int:
    """Run the proof that is asked for; 0 when every step passed."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.box", description=__doc__)
    parser.add_argument("proof", choices=("trixie", "quick", "bookworm", "arm64", "plugs"))
    parser.add_argument("--suite", choices=PYTHONS, default="trixie", help="which arm64 root")
    parser.add_argument("--plugs", type=int, default=100, help="how often the plug is pulled")
    parser.add_argument("--into", type=Path, metavar="FILE", help="the document that gets the counts of it")
    parser.add_argument("--keep", action="store_true", help="leave the machine's folder for a look")
    given = parser.parse_args()
    if os.geteuid() != 0:
        print("box: a root with its own systemd needs root's rights; run it with sudo", file=sys.stderr)
        return 2
    missing = [package for tool, package in TOOLS.items() if not shutil.which(tool)]
    if missing:
        print(f"box: apt install {' '.join(missing)}", file=sys.stderr)
        return 2
    try:
        if given.proof == "arm64":
            return prove_arm64(given.suite, PYTHONS[given.suite])
        if given.proof == "plugs":
            return prove_plugs(given.plugs, given.into, given.keep)
        return prove_system(given.proof, given.keep)
    except BoxError as error:
        print(f"box: {error}", file=sys.stderr)
        return 2


def prove_system(name: str, keep: bool) -> int:
    """Build a machine, put the device on it and let it live through trouble."""
    suite = "bookworm" if name == "bookworm" else "trixie"
    camera = "simulated" if suite == "bookworm" else "picamera"
    proof = Proof(f"Debian {suite} in a box, camera {camera}")
    with new_system(suite, camera, keep) as system:
        system.prove(proof, quick=name == "quick")
    return proof.sum_up()


def prove_plugs(count: int, document: Path | None, keep: bool) -> int:
    """Pull the plug of a machine so many times; the counts go into the document."""
    proof = Proof(f"{count} pulled plugs of Debian trixie in a box")
    with new_system("trixie", "simulated", keep) as system:
        plugs = Plugs(system)
        try:
            plugs.prove(proof, count)
        finally:
            if document:
                plugs.write(document)
    return proof.sum_up()


@contextmanager
def new_system(suite: str, camera: str, keep: bool) -> Iterator[System]:
    """A machine of its own, removed afterwards unless it is to be kept."""
    root = cached_root(suite)
    wheels = prepare_wheels(PYTHONS[suite], os.uname().machine)
    machine = Machine(root, Path(tempfile.mkdtemp(prefix="run-", dir=cache())) / "machine")
    try:
        yield System(machine, wheels, camera)
    finally:
        if keep:
            print(f"box: left in {machine.folder}")
        else:
            machine.remove()
            machine.folder.parent.rmdir()


if __name__ == "__main__":
    sys.exit(main())
