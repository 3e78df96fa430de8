"""Near-duplicates: the same skin photographed or published twice under two lesion ids."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from numpy.typing import NDArray

from device.classifier.preprocess import FieldImage
from model_build.progress import progress

Fingerprints = NDArray[np.float32]
"""One row of unit length a picture."""

_SIDE = 48
_EDGE = 8
# Both found on HAM10000. Fine matches of 1,500 random pairs of different lesions stay
# under 0.15 (and under 0.25 among candidates); the true copies found by eye reach 0.39.
CANDIDATE = 0.4
SAME = 0.3
_SLACK = 24
# Grey values of the black around a lens's circle, and of its soft edge.
_DARK = 50


def fingerprint(field: FieldImage) -> NDArray[np.float32]:
    """The picture's fine structure, without its colour, shading and the dark around a lens's circle.

    Local contrast is normalised, so that a lens's vignette, alike in thousands of
    pictures, doesn't make them look the same. Shape (1024,), length 1.
    """
    small = np.asarray(cv2.resize(field, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    middle = _local_structure(small, 2.0)[_EDGE:-_EDGE, _EDGE:-_EDGE]
    middle = middle - middle.mean()
    return np.asarray(middle.ravel() / (np.linalg.norm(middle) + 1e-6), np.float32)


def find_pairs(fields: NDArray[np.uint8], groups: Sequence[int] | NDArray[np.int64]) -> list[tuple[int, int]]:
    """Index pairs of pictures of different `groups` that show the same skin.

    Fingerprints name the candidates; a match of the finer pictures, free to shift by
    a tenth of the field, confirms them.
    """
    group_of = np.asarray(groups)
    with ThreadPoolExecutor() as pool:
        prints = pool.map(fingerprint, fields, chunksize=64)
        fingerprints = np.stack(list(progress(prints, "dataset: fingerprints", len(fields))))
    candidates = []
    for start in range(0, len(fingerprints), 1024):
        block = fingerprints[start : start + 1024] @ fingerprints.T
        for a, b in np.argwhere(block > CANDIDATE).tolist():
            if a + start < b and group_of[a + start] != group_of[b]:
                candidates.append((a + start, b))
    with ThreadPoolExecutor() as pool:
        matches = pool.map(lambda pair: _match(fields[pair[0]], fields[pair[1]]), candidates)
        scores = list(progress(matches, "dataset: near-duplicates", len(candidates), "pair"))
    return [pair for pair, score in zip(candidates, scores, strict=True) if score > SAME]


def _match(first: FieldImage, second: FieldImage) -> float:
    whole, part = (_local_structure(image, 4.0) for image in (first, second))
    part = part[_SLACK:-_SLACK, _SLACK:-_SLACK]
    return float(cv2.matchTemplate(whole, part, cv2.TM_CCOEFF_NORMED).max())


def _local_structure(image: NDArray[np.uint8], radius: float) -> NDArray[np.float32]:
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)
    detail = grey - cv2.GaussianBlur(grey, (0, 0), radius)
    contrast = np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), 2 * radius))
    return np.asarray(detail / (contrast + 2) * _is_lit(grey, 3 * radius), np.float32)


def _is_lit(grey: NDArray[np.float32], margin: float) -> NDArray[np.float32]:
    """1 within the lens's circle and `margin` pixels off its edge, else 0."""
    dark = np.pad(np.asarray(grey < _DARK, np.uint8), 1, constant_values=1)
    _, regions = cv2.connectedComponents(dark, connectivity=4)
    around = np.asarray(regions == regions[0, 0], np.uint8)
    size = 2 * round(margin) + 1
    spread = cv2.dilate(around, np.ones((size, size), np.uint8))[1:-1, 1:-1]
    return np.asarray(1 - spread, np.float32)
