"""Near-duplicates: the same skin photographed or published twice under two lesion ids."""

import cv2
import numpy as np
from numpy.typing import NDArray

from device.classifier.preprocess import FieldImage

Fingerprints = NDArray[np.float32]
"""One row of unit length a picture."""

_SIDE = 48
_EDGE = 8
# Both found on HAM10000. Fine matches of 1,500 random pairs of different lesions stay
# under 0.15 (and under 0.25 among candidates); the true copies found by eye reach 0.39.
CANDIDATE = 0.4
SAME = 0.3
_SLACK = 24


def fingerprint(field: FieldImage) -> NDArray[np.float32]:
    """The picture's fine structure, without its colour, shading and dark corners.

    Local contrast is normalised, so that a lens's vignette, alike in thousands of
    pictures, doesn't make them look the same. Shape (1024,), length 1.
    """
    structure = _local_structure(
        np.asarray(cv2.resize(field, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)), 2.0
    )
    middle = structure[_EDGE:-_EDGE, _EDGE:-_EDGE]
    middle = middle - middle.mean()
    return np.asarray(middle.ravel() / (np.linalg.norm(middle) + 1e-6), np.float32)


def find_pairs(
    fingerprints: Fingerprints, fields: NDArray[np.uint8], lesions: list[str]
) -> list[tuple[int, int]]:
    """Index pairs of pictures of different lesions that show the same skin.

    Fingerprints name the candidates; a match of the finer pictures, free to shift by
    a tenth of the field, confirms them.
    """
    pairs = []
    lesion_ids = np.unique(lesions, return_inverse=True)[1]
    for start in range(0, len(fingerprints), 1024):
        block = fingerprints[start : start + 1024] @ fingerprints.T
        rows, columns = np.nonzero(block > CANDIDATE)
        for a, b in zip(rows + start, columns, strict=True):
            if a < b and lesion_ids[a] != lesion_ids[b] and _match(fields[a], fields[b]) > SAME:
                pairs.append((int(a), int(b)))
    return pairs


def _match(first: FieldImage, second: FieldImage) -> float:
    whole, part = (_local_structure(image, 4.0) for image in (first, second))
    part = part[_SLACK:-_SLACK, _SLACK:-_SLACK]
    return float(cv2.matchTemplate(whole, part, cv2.TM_CCOEFF_NORMED).max())


def _local_structure(image: NDArray[np.uint8], radius: float) -> NDArray[np.float32]:
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)
    detail = grey - cv2.GaussianBlur(grey, (0, 0), radius)
    contrast = np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), 2 * radius))
    return np.asarray(detail / (contrast + 2), np.float32)
