"""The real deploy.sh, from this copy or a broken one, onto a machine."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.box.machine import Machine
from tools.box.roots import cache, run

HOUSE = Path(__file__).parent.parent.parent
_FOLDERS = ("browser", "deploy", "device", "docs", "requirements", "systemd")
_FILES = ("deploy.sh", "LICENSE", "NOTICE", "pyproject.toml", "README.md")


def prepare_wheels(python: str, machine: str) -> Path:
    """The folder for --offline, filled as deploy.sh --prepare fills it."""
    folder = cache() / "wheels"
    prepare = str(HOUSE / "deploy/prepare.py")
    run(sys.executable, prepare, "--python", python, "--machine", machine, str(folder))
    return folder


def deploy(machine: Machine, house: Path, *options: str) -> tuple[int, str]:
    """Status and output of the deploy.sh in `house` with `options`."""
    done = subprocess.run(
        [str(house / "deploy.sh"), "-F", str(machine.ssh_config), *options, "box"],
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=600,
        check=False,
    )
    with (machine.folder / "deploy.log").open("a") as log:
        log.write(f"--- {' '.join(options)}: {done.returncode}\n{done.stdout}\n")
    return done.returncode, done.stdout


def copy_house(folder: Path) -> Path:
    """A copy of what deploy.sh sends, to change something in."""
    folder.mkdir()
    for name in _FOLDERS:
        shutil.copytree(HOUSE / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _FILES:
        shutil.copy(HOUSE / name, folder)
    return folder


def other_version(folder: Path, version: str) -> Path:
    """A copy that calls itself `version`."""
    house = copy_house(folder)
    file = house / "device/__init__.py"
    replace_in(file, f'"{re.search("__version__ = .(.*).$", file.read_text(), re.M)[1]}"', f'"{version}"')
    return house


def replace_in(file: Path, old: str, new: str) -> None:
    """Replace the one place where `old` stands. Raises AssertionError where there isn't one."""
    text = file.read_text()
    assert text.count(old) == 1, f"{file} has {text.count(old)} times {old!r}"
    file.write_text(text.replace(old, new))
