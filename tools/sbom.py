"""Writes what Dermapoint is made of, as CycloneDX 1.6: `python -m tools.sbom --out FILE`.

Libraries come from the device's lock, files that lie in the package from their own lists, with their
licences. The same sources give the same bytes: no time and no random number is in it. The format is small,
https://cyclonedx.org/docs/1.6/json/, and generators of it know installed Python packages alone.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import device
from browser.runtime import packages
from device.classifier.bundle import load_bundle
from device.licences import enclosed, licence_of
from device.settings import SHIPPED

LOCK = Path(__file__).parent.parent / "requirements" / "device.txt"

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
_NOT_COMMERCIAL = "CC-BY-NC-4.0"


def main() -> int:
    """Write the file."""
    parser = argparse.ArgumentParser(prog="python -m tools.sbom", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    given = parser.parse_args()
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(bill_of_materials(), ensure_ascii=False, indent=1) + "\n")
    print(given.out)
    return 0


def bill_of_materials() -> dict[str, Any]:
    """All of it, as the format has it."""
    own = _component("application", "dermapoint", device.__version__, "Apache-2.0")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": own},
        "components": [*_libraries(), *_enclosed(), *_model()],
    }


def _libraries() -> Iterator[dict[str, Any]]:
    for name, version in sorted(set(_PINNED.findall(LOCK.read_text()))):
        yield {**_component("library", name, version, _licence(name)), "purl": f"pkg:pypi/{name}@{version}"}


def _licence(name: str) -> str:
    """What the library's own metadata says; nothing where this machine needs no such library."""
    try:
        return licence_of(distribution(name))
    except PackageNotFoundError:
        return ""


def _enclosed() -> Iterator[dict[str, Any]]:
    runtime = {each.name: each for each in packages()}
    for part in enclosed():
        component = _component("library", part.name, part.version, part.licence)
        if package := runtime.get(part.name):
            component["purl"] = f"pkg:npm/{part.name.replace('@', '%40')}@{part.version}"
            algorithm, _, content = package.integrity.partition("-")
            component["hashes"] = [_hash(algorithm, base64.b64decode(content))]
        yield component


def _model() -> Iterator[dict[str, Any]]:
    bundle = load_bundle(SHIPPED / "bundle")
    name, _, version = bundle.title.partition(" ")
    digest = hashlib.sha256(bundle.model.read_bytes()).digest()
    component = _component("machine-learning-model", name, version, _NOT_COMMERCIAL)
    yield {**component, "hashes": [_hash("sha256", digest)]}
    yield _component("data", "HAM10000, demo frames", "", _NOT_COMMERCIAL)


def _component(kind: str, name: str, version: str, licence: str) -> dict[str, Any]:
    component: dict[str, Any] = {"type": kind, "name": name, "bom-ref": f"{name}@{version}"}
    if version:
        component["version"] = version
    if licence:
        # As a name: not all metadata has the identifiers of SPDX, which a validator would refuse otherwise.
        component["licenses"] = [{"license": {"name": licence}}]
    return component


def _hash(algorithm: str, digest: bytes) -> dict[str, str]:
    return {"alg": algorithm.upper().replace("SHA", "SHA-"), "content": digest.hex()}


if __name__ == "__main__":
    sys.exit(main())
