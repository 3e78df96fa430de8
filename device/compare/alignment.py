"""Lays one picture of a lesion over another."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device.compare.picture import WIDTH, Picture
from device.images import RGBImage

LEAST_INLIERS = 15
"""So many points must agree; docs/compare.md shows what other numbers would let through."""
MOST_MAGNIFIED = 3.0

_POINTS = 1500
_RATIO = 0.85
_TOLERANCE = 5.0
"""Pixels of the working size: skin moves under the glass."""


@dataclass(frozen=True)
class Alignment:
    """How the later picture comes to lie on the earlier: turned by `degrees`, `scale` times as large.

    `matrix` is 2 x 3 and takes a point (x, y) of the later to one of the earlier; `points` agreed on it, and
    by themselves show the later to be enlarged by `seen`, whatever the lenses say.
    """

    matrix: NDArray[np.float64]
    points: int
    seen: float

    @property
    def scale(self) -> float:
        return float(np.hypot(self.matrix[0, 0], self.matrix[1, 0]))

    @property
    def degrees(self) -> float:
        return float(np.degrees(np.arctan2(self.matrix[1, 0], self.matrix[0, 0])))


def align(earlier: Picture, later: Picture, scale: float | None = None) -> Alignment | None:
    """How `later` lies on `earlier`, or None when too few points of the two agree.

    Points are SIFT's (Lowe, 2004, doi:10.1023/B:VISI.0000029664.99615.94), compared as RootSIFT
    (Arandjelovic & Zisserman, 2012, doi:10.1109/CVPR.2012.6248018); what agrees is found by RANSAC (Fischler
    & Bolles, 1981, doi:10.1145/358669.358692). With `scale`, which must come from the lenses, the picture
    is turned and moved but no more enlarged than that: or growth would be taken for a closer look.
    """
    pairs = _pairs(earlier, later)
    if len(pairs) < LEAST_INLIERS:
        return None
    later_points, earlier_points = (np.ascontiguousarray(each) for each in (pairs[:, :2], pairs[:, 2:]))
    matrix, agree = cv2.estimateAffinePartial2D(
        later_points, earlier_points, ransacReprojThreshold=_TOLERANCE, maxIters=5000, confidence=0.999
    )
    if matrix is None or int(agree.sum()) < LEAST_INLIERS:
        return None
    seen = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    found = Alignment(np.asarray(matrix, np.float64), int(agree.sum()), seen)
    if not 1 / MOST_MAGNIFIED <= seen <= MOST_MAGNIFIED:
        return None
    return found if scale is None else _at_scale(found, scale, pairs[agree.ravel() == 1])


def lay_over(later: RGBImage, alignment: Alignment) -> RGBImage:
    """The later field, of any size, as it lies on the earlier; grey where it shows nothing."""
    height, width = later.shape[:2]
    matrix = alignment.matrix.copy()
    matrix[:, 2] *= width / WIDTH
    turned = cv2.warpAffine(
        later, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(127, 127, 127)
    )
    return np.asarray(turned, np.uint8)


def _at_scale(found: Alignment, scale: float, pairs: NDArray[np.float32]) -> Alignment:
    """The same turn, at the scale of the lenses, moved so that the middle of the points stays."""
    turn = found.matrix[:, :2] * (scale / found.scale)
    shift = np.mean(pairs[:, 2:], axis=0) - turn @ np.mean(pairs[:, :2], axis=0)
    return Alignment(np.column_stack([turn, shift]), found.points, found.seen)


def _pairs(earlier: Picture, later: Picture) -> NDArray[np.float32]:
    """Points that look alike: x and y in the later, then in the earlier; shape (n, 4)."""
    (late, late_signs), (early, early_signs) = _points(later), _points(earlier)
    if min(len(late), len(early)) < 2:
        return np.empty((0, 4), np.float32)
    matches = cv2.BFMatcher().knnMatch(late_signs, early_signs, k=2)
    # Alike, and nothing else nearly as much.
    clear = [one for one, other in matches if one.distance < _RATIO * other.distance]
    found = [(*late[each.queryIdx], *early[each.trainIdx]) for each in clear]
    return np.asarray(found, np.float32).reshape(-1, 4)


def _points(picture: Picture) -> tuple[list[tuple[float, float]], NDArray[np.float32]]:
    light = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)[..., 0]
    even = cv2.createCLAHE(3.0, (8, 8)).apply(light)
    finder = cv2.SIFT_create(_POINTS, contrastThreshold=0.01, edgeThreshold=20)  # type: ignore[attr-defined]
    points, signs = finder.detectAndCompute(even, None)
    if signs is None:
        return [], np.empty((0, 128), np.float32)
    rooted = np.sqrt(signs / (signs.sum(axis=1, keepdims=True) + 1e-9))
    return [each.pt for each in points], np.asarray(rooted, np.float32)
