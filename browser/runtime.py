"""The third-party runtime of the browser's model, LiteRT.js, as it lies in the package: compressed."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "litert"
LOCK = FOLDER / "lock.json"
"""What is used of which packages, and the hash of each; `python -m tools.third_party` fetches it."""

_BARE_IMPORT = b'"@litertjs/wasm-utils"'
"""How npm's packages name one another; browsers know addresses alone."""


@dataclass(frozen=True)
class PackedFile:
    """A file of a package: where it lies there, and its SHA-256."""

    source: str
    sha256: str


@dataclass(frozen=True)
class Package:
    """A third-party package, and the files that are used of it by the name they have here."""

    name: str
    version: str
    licence: str
    integrity: str
    files: dict[str, PackedFile]


def packages() -> tuple[Package, ...]:
    """All packages of the lock."""
    return tuple(_package(**each) for each in json.loads(LOCK.read_text())["packages"])


def unpacked(name: str) -> bytes:
    """A file of the runtime as its package has it."""
    return gzip.decompress((FOLDER / f"{name}.gz").read_bytes())


def runtime_files() -> Iterator[tuple[str, bytes | Path]]:
    """The files of the runtime as they are served: WebAssembly compressed, for the page to unpack."""
    for package in packages():
        for name in package.files:
            if name.endswith(".wasm"):
                yield f"{name}.gz", FOLDER / f"{name}.gz"
            else:
                yield name, unpacked(name).replace(_BARE_IMPORT, b'"./wasm-utils.js"')


def _package(files: dict[str, dict[str, str]], **values: str) -> Package:
    found = {name: PackedFile(file["from"], file["sha256"]) for name, file in files.items()}
    return Package(**values, files=found)
