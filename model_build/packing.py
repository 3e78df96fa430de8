"""The pictures of a work folder in a few small files, to train on another machine."""

import shutil
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from model_build import split
from model_build.errors import BuildError
from model_build.fields import require_space
from model_build.progress import progress
from model_build.workspace import Workspace, read_json, write_json

QUALITY = 90
"""Of WebP: training softens and compresses pictures far more than this."""

_ENTRY_BYTES = 200
"""More than a ZIP file says of a picture."""
_PART, _PARTS = "pictures-{:02d}.zip", "pictures-*.zip"


def pack(workspace: Workspace, out: Path, part_bytes: int = 48_000_000) -> list[Path]:
    """Write the pictures of a work folder as WebP into ZIP files of at most `part_bytes` in `out`.

    What the `train` step needs beside them lies in the folder too.
    """
    out.mkdir(parents=True, exist_ok=True)
    for table in (workspace.split, workspace.dataset):
        shutil.copy(workspace.require(table, "dataset"), out)
    if workspace.classes.exists():
        shutil.copy(workspace.classes, out)
    array = np.load(workspace.require(workspace.fields, "dataset"), mmap_mode="r")
    # Those of an earlier packing would be read among these.
    for old in out.glob(_PARTS):
        old.unlink()
    parts: list[Path] = []
    file: zipfile.ZipFile | None = None
    size = 0
    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        for number, content in enumerate(pool.map(_encode, array)):
            size += len(content) + _ENTRY_BYTES
            if file is None or size > part_bytes:
                parts.append(out / _PART.format(len(parts)))
                file, size = stack.enter_context(zipfile.ZipFile(parts[-1], "w")), len(content)
            file.writestr(f"{number}.webp", content)
    return parts


def unpack(parts: Path, workspace: Workspace) -> None:
    """Fill a work folder from what `pack` wrote into `parts`.

    Raises BuildError when a part is missing, damaged or of another packing, or the disk is too small.
    """
    table = parts / workspace.split.name
    if not table.exists():
        raise BuildError(f"{parts}: holds no {table.name}; give --packed the folder that `pack` wrote")
    content: dict[int, bytes] = {}
    for part in progress(sorted(parts.glob(_PARTS)), "unpack", unit="part"):
        own = _read_part(part)
        if own.keys() & content.keys():
            raise BuildError(f"{part}: holds pictures that another part holds; pack into an empty folder")
        content |= own
    count = len(split.read(table))
    if sorted(content) != list(range(count)):
        raise BuildError(f"{parts}: a part of the packed pictures is missing; bring the whole folder")
    side = _decode(content[0]).shape[0]
    shape = (count, side, side, 3)
    workspace.root.mkdir(parents=True, exist_ok=True)
    # A memory map on a full disk ends the program without a word.
    require_space(workspace.root, int(np.prod(shape)))
    array = open_memmap(workspace.fields, mode="w+", dtype=np.uint8, shape=shape)

    def place(number: int) -> None:
        array[number] = _decode(content[number])

    with ThreadPoolExecutor() as pool:
        list(pool.map(place, content))
    array.flush()
    for kept in (workspace.split, workspace.dataset, workspace.classes):
        if (parts / kept.name).exists():
            shutil.copy(parts / kept.name, kept)
    write_json(workspace.packed, {"format": "WebP", "quality": QUALITY})


def _read_part(part: Path) -> dict[int, bytes]:
    """The pictures of a part by their number."""
    try:
        with zipfile.ZipFile(part) as file:
            return {int(Path(name).stem): file.read(name) for name in file.namelist()}
    except (zipfile.BadZipFile, EOFError) as error:
        raise BuildError(f"{part}: is damaged ({error}); bring it again") from error


def packed(workspace: Workspace) -> dict[str, Any]:
    """What packing did to the pictures of a work folder; nothing for one that was not unpacked."""
    return {"packed": read_json(workspace.packed)} if workspace.packed.exists() else {}


def _encode(field: NDArray[np.uint8]) -> bytes:
    _, content = cv2.imencode(".webp", field[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    return bytes(content)


def _decode(content: bytes) -> NDArray[np.uint8]:
    picture = np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), np.uint8)
    return picture[..., ::-1]
