"""An arm64 root, run by qemu: every wheel installs there, and the model gives the same answers."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from tools.box.deployment import copy_house, prepare_wheels
from tools.box.proof import Proof
from tools.box.roots import BoxError, cache, cached_root, inside, run

TOLERANCE = 0.02
"""Most that a probability may differ: where the INT8 kernels of two machines round a half differently, the
last bit of a map differs, and what that does to the mean of 49 places in eight views is far below this."""

MACHINES = {"arm64": "aarch64", "amd64": "x86_64"}

_BINFMT = Path("/proc/sys/fs/binfmt_misc")
_QEMU = Path("/usr/lib/binfmt.d/qemu-aarch64.conf")


def prove_arm64(suite: str, python: str) -> int:
    """Install a release as deploy.sh does, in an arm64 and an amd64 root, and compare; 0 when alike."""
    _let_the_kernel_run_arm64()
    proof = Proof(f"Debian {suite} on arm64")
    answers: dict[str, dict[str, Any]] = {}
    for architecture, machine in MACHINES.items():
        root = cached_root(suite, architecture)
        wheels = prepare_wheels(python, machine) / f"wheels-{python}-{machine}"
        with tempfile.TemporaryDirectory(prefix=f"run-{architecture}-", dir=cache()) as name:
            copy = Path(name) / "root"
            run("cp", "-a", "--reflink=auto", str(root), str(copy))
            proof.step(f"every wheel installs on {architecture}", lambda: _install(copy, wheels))  # noqa: B023
            proof.step(
                f"the model answers on {architecture}",
                lambda: _answer(copy, answers, architecture),  # noqa: B023
            )
    proof.step("the answers are the same", lambda: compare(answers["arm64"], answers["amd64"]))
    return proof.sum_up()


def compare(ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    """Raises AssertionError where triage, likeliest class or a probability differ; the largest difference."""
    assert ours.keys() == theirs.keys(), "the pictures differ"
    largest = 0.0
    for picture, answer in ours.items():
        other = theirs[picture]
        for label, probability in answer["probabilities"].items():
            difference = abs(probability - other["probabilities"][label])
            largest = max(largest, difference)
            assert difference <= TOLERANCE, f"{picture}: {label} differs by {difference:.4f}"
        assert answer["triage"] == other["triage"], f"{picture}: {answer['triage']}, {other['triage']}"
    return f"{len(ours)} pictures, no probability differs by more than {largest:.5f} (allowed: {TOLERANCE})"


def _let_the_kernel_run_arm64() -> None:
    """Tell the kernel which program runs arm64 ones, if nobody has."""
    if not (_BINFMT / "register").exists():
        run("mount", "-t", "binfmt_misc", "binfmt_misc", str(_BINFMT))
    if not (_BINFMT / "qemu-aarch64").exists():
        if not _QEMU.exists() or not shutil.which("arch-test"):
            raise BoxError("apt install qemu-user-static arch-test")
        (_BINFMT / "register").write_bytes(_QEMU.read_bytes().strip())


def _install(root: Path, wheels: Path) -> str:
    staging = copy_house(root / "root/house")
    shutil.copytree(wheels, staging / wheels.name)
    inside(root, "bash", "/root/house/deploy/on_target.sh", "build", "/root/house", "proof")
    return f"{len(list(wheels.glob('*.whl')))} wheels"


def _answer(root: Path, answers: dict[str, dict[str, Any]], architecture: str) -> str:
    command = "/opt/dermapoint/releases/proof/.venv/bin/dermapoint"
    output = inside(root, command, "classify", "--json", "/root/house/device/shipped/frames")
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    answers[architecture] = {line["image"]: line for line in lines}
    assert lines, output
    return f"{len(lines)} pictures"
