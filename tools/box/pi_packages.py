"""Packages that stand in for those of Raspberry Pi's own archive, which Debian doesn't have.

python3-picamera2 is the real Picamera2 from PyPI with what stands in `stand_in/` to let it run on libcamera's
virtual camera; python3-lgpio is empty, since a box has no pins and its settings say so.
"""

import hashlib
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

STAND_IN = Path(__file__).parent / "stand_in"
FRAMES = Path(__file__).parent.parent.parent / "device/shipped/frames"

# Seen to run together with Debian trixie's libcamera 0.4.0; Python 3.13.
_WHEELS = ["av==19.0.2", "picamera2==0.3.38", "simplejpeg==1.9.0", "videodev2==0.0.4"]
_DEPENDS = (
    "python3-libcamera, libcamera-ipa, python3-jsonschema, python3-libarchive-c, python3-numpy, python3-pil, "
    "python3-piexif, python3-prctl, python3-tqdm"
)
_ARCHIVE = "opt/pi-packages"


def build_pi_packages(root: Path) -> None:
    """Put the packages into `root`, as an archive that its apt knows."""
    from tools.box.roots import inside, run

    archive = root / _ARCHIVE
    archive.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _lay_out_picamera2(folder / "picamera2")
        _describe(folder / "picamera2", "python3-picamera2", "0.3.38-box", _DEPENDS)
        _describe(folder / "lgpio", "python3-lgpio", "0.2.2-box", "python3")
        entries = []
        for package in ("picamera2", "lgpio"):
            run("dpkg-deb", "--root-owner-group", "--build", str(folder / package), str(archive))
        for deb in sorted(archive.glob("*.deb")):
            control = run("dpkg-deb", "--field", str(deb)).strip()
            digest = hashlib.sha256(deb.read_bytes()).hexdigest()
            size = deb.stat().st_size
            entries.append(f"{control}\nFilename: ./{deb.name}\nSize: {size}\nSHA256: {digest}\n")
    (archive / "Packages").write_text("\n".join(entries))
    (root / "etc/apt/sources.list.d/pi.list").write_text(f"deb [trusted=yes] file:/{_ARCHIVE} ./\n")
    inside(root, "chmod", "-R", "a+rX", f"/{_ARCHIVE}")


def _lay_out_picamera2(folder: Path) -> None:
    from tools.box.roots import run

    modules = folder / "usr/lib/python3/dist-packages"
    modules.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as wheels:
        platforms = ["manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"]
        run(
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"),
            *("--python-version=3.13", *(f"--platform={each}" for each in platforms)),
            *("--dest", wheels, *_WHEELS),
        )
        for wheel in Path(wheels).glob("*.whl"):
            zipfile.ZipFile(wheel).extractall(modules)
        # Debian's packages are the dependencies, not what PyPI calls them.
        for metadata in modules.glob("*.dist-info"):
            shutil.rmtree(metadata)
    for each in STAND_IN.glob("*.py"):
        shutil.copy(each, modules)
    shutil.copytree(STAND_IN / "pidng", modules / "pidng")
    with (modules / "picamera2/__init__.py").open("a") as file:
        file.write("\nfrom virtual_picamera2 import VirtualPicamera2 as Picamera2\n")
    camera = folder / "usr/share/libcamera/pipeline/virtual"
    camera.mkdir(parents=True)
    shutil.copy(STAND_IN / "virtual.yaml", camera)
    frames = folder / "usr/share/virtual-camera"
    frames.mkdir(parents=True)
    # One lesion in focus: the eight frames of a burst must show the same.
    shutil.copy(FRAMES / "ISIC_0024310.jpg", frames)


def _describe(folder: Path, name: str, version: str, depends: str) -> None:
    control = folder / "DEBIAN/control"
    control.parent.mkdir(parents=True, exist_ok=True)
    control.write_text(
        f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: Dermapoint\n"
        f"Depends: {depends}\nDescription: stands in for Raspberry Pi's own {name}\n"
    )
