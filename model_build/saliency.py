"""The command `saliency`: whether the saliency lies on the lesion, held against masks drawn by experts."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from device.classifier import Classifier
from device.classifier.interpreter import Interpreter
from device.errors import ImageError
from device.images import find_images, read_image
from model_build import metrics, split
from model_build.calibrate import read_rules
from model_build.errors import BuildError
from model_build.outputs import classes_of
from model_build.progress import progress
from model_build.steps import Step, check_model
from model_build.workspace import Workspace, write_json

PART = "test"
SUFFIX = "_segmentation"
"""What the download of masks adds to a picture's id (HAM10000_segmentations_lesion_tschandl)."""

Map = NDArray[np.float32]
"""Shape (7, 7), 0 to 1."""


def saliency(workspace: Workspace, masks: Path) -> None:
    """Write down how much of the saliency of held-out pictures lies on their lesions.

    Raises BuildError when `masks` holds no mask of a held-out picture.
    """
    rows = split.read(workspace.require(workspace.split, "dataset"))
    files = {path.stem.removesuffix(SUFFIX): path for path in find_images(masks)}
    chosen = [i for i, row in enumerate(rows) if row.role == PART and row.image_id in files]
    if not chosen:
        raise BuildError(
            f"{masks}: holds no mask of a held-out picture; give --masks the folder of HAM10000's masks"
        )
    rules = read_rules(workspace)
    check_model(workspace, "calibrate")
    step = Step(
        workspace,
        "saliency",
        reads=[workspace.split, workspace.fields, workspace.tflite, workspace.calibration],
        makes=[workspace.saliency],
        options={
            "masks": {files[rows[i].image_id].name: files[rows[i].image_id].stat().st_size for i in chosen}
        },
        code=["saliency.py", "../device/classifier/saliency.py"],
    )
    if step.is_done():
        return
    classes = classes_of(workspace, rows)
    classifier = Classifier(Interpreter(workspace.tflite), rules, "", classes=classes)
    fields = np.load(workspace.require(workspace.fields, "dataset"), mmap_mode="r")
    shares = []
    for index in progress(chosen, "saliency"):
        found = classifier.classify([fields[index]]).saliency
        shares.append(localise(found, read_mask(files[rows[index].image_id], found.shape)))
    figures = _figures(np.array(shares), [rows[index].group for index in chosen])
    write_json(workspace.saliency, figures)
    step.finish()
    print(f"saliency: {figures}")


def localise(saliency: Map, covered: Map) -> tuple[float, float, float]:
    """The share of saliency on the lesion, 1 or 0 for its peak touching it, and the lesion's share of all.

    `covered` is the share of each cell that the lesion covers. The peak's hit is the pointing
    game of Zhang et al. 2018, arXiv:1608.00507, section 4.1; a saliency that is 0 all over misses.
    """
    whole = float(saliency.sum())
    if not whole:
        return 0.0, 0.0, float(covered.mean())
    return (
        float((saliency * covered).sum()) / whole,
        float(covered.flat[saliency.argmax()] > 0),
        float(covered.mean()),
    )


def read_mask(path: Path, shape: tuple[int, ...]) -> Map:
    """The share of each cell of a grid of `shape` that a mask covers. Raises ImageError."""
    mask = read_image(path)[..., 0]
    if not mask.any():
        raise ImageError(f"{path}: is an empty mask; remove it or get it again")
    cells = cv2.resize(mask, shape[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(cells, np.float32) / np.float32(255)


def _figures(shares: NDArray[np.float64], clusters: list[str]) -> dict[str, Any]:
    none = np.zeros(len(shares), np.int64), np.zeros((len(shares), 1))
    named = zip(("saliency_on_lesion", "peak_on_lesion", "lesion_share_of_field"), shares.T, strict=True)
    figures = {name: metrics.with_interval(metrics.rate(values), *none, clusters) for name, values in named}
    return {"part": PART, "pictures": len(shares), **figures}
