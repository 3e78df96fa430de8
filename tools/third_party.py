"""Fetches the browser's third-party files: `python -m tools.third_party`, needed when the lock changes.

`browser/litert/lock.json` names packages of npm with the hash of each as npm publishes it, and the
files that are used with theirs. npm itself fetches from the registry that it is set to. The files
are kept compressed beside the lock, so neither tests nor builds need npm or a network.
"""

import base64
import gzip
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from browser.runtime import FOLDER, Package, packages


def main() -> int:
    """Fetch all; 0 when every file is the one of the lock."""
    for package in packages():
        with tempfile.TemporaryDirectory() as folder:
            try:
                archive = _fetch(package, Path(folder))
                _unpack(package, archive)
            except ValueError as error:
                print(f"{package.name}: {error}", file=sys.stderr)
                return 1
        print(f"{package.name} {package.version}: {len(package.files)} files")
    return 0


def _fetch(package: Package, folder: Path) -> Path:
    """The package's archive. Raises ValueError when it isn't the one of the lock."""
    name = f"{package.name}@{package.version}"
    subprocess.run(["npm", "pack", "--silent", name], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    (archive,) = folder.iterdir()
    algorithm, _, wanted = package.integrity.partition("-")
    if base64.b64encode(hashlib.new(algorithm, archive.read_bytes()).digest()).decode() != wanted:
        raise ValueError(
            "its archive is not the one of the lock; check which one is right before changing it"
        )
    return archive


def _unpack(package: Package, archive: Path) -> None:
    """Keep the files of the lock. Raises ValueError when one differs."""
    with tarfile.open(archive) as content:
        for name, file in package.files.items():
            member = content.extractfile(f"package/{file.source}")
            data = member.read() if member else b""
            if hashlib.sha256(data).hexdigest() != file.sha256:
                raise ValueError(f"{file.source} is not the file of the lock")
            # Without a time in it, so that the same file is the same bytes.
            (FOLDER / f"{name}.gz").write_bytes(gzip.compress(data, 9, mtime=0))


if __name__ == "__main__":
    sys.exit(main())
