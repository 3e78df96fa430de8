"""Twins: the same skin under two ids, in whatever colours, crop and scale, found by matching points."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device.classifier.preprocess import FieldImage
from model_build.progress import progress

Pairs = list[tuple[int, int]]
"""Places of two pictures that show the same skin, the smaller first."""

# The field in its own shape: a similarity between two crops is one only there.
_SIZE = (300, 225)
_POINTS = 300

# Candidates share the same bits of a descriptor. Each table draws `_BITS` of the 256; a bucket that holds
# many points is of skin, hair or rulers as there are everywhere, and says nothing.
_STRONGEST = 100
_TABLES = 16
_BITS = 24
_BUCKET = 12
_VOTES = 4
_SEED = 0

# Lowe 2004, doi:10.1023/B:VISI.0000029664.99615.94, section 7.1, for descriptors of 256 bits.
_RATIO = 0.85
_PIXELS_OFF = 4.0
_SCALES = (0.4, 2.5)
AGREEING = 25
"""So many points must lie on each other under one similarity. Pairs that share nothing but a ruler reach 24,
known twins have 176 in the median."""

# Grey values of the black around a lens's circle, and of its soft edge.
_DARK = 50
_MARGIN = 8


@dataclass(frozen=True)
class Points:
    """Places in pixels (n, 2) and ORB descriptors uint8 (n, 32) of a picture, the strongest first."""

    places: NDArray[np.float32]
    descriptors: NDArray[np.uint8]


def find_pairs(fields: Sequence[FieldImage] | NDArray[np.uint8], groups: Sequence[int]) -> Pairs:
    """The pairs of pictures of different `groups` that show the same skin.

    Points are described by ORB (Rublee et al. 2011, doi:10.1109/ICCV.2011.6126544), which looks at grey
    values only. Pictures that share rare descriptors are candidates; one similarity that lays the points
    of both over each other confirms them.
    """
    with ThreadPoolExecutor() as pool:
        described = pool.map(describe, fields, chunksize=64)
        points = list(progress(described, "dataset: points", len(fields)))
        candidates = [(a, b) for a, b in find_candidates(points) if groups[a] != groups[b]]
        agreeing = pool.map(lambda pair: count_agreeing(points[pair[0]], points[pair[1]]), candidates)
        counts = list(progress(agreeing, "dataset: twins", len(candidates), "pair"))
    return [pair for pair, count in zip(candidates, counts, strict=True) if count >= AGREEING]


def describe(field: FieldImage) -> Points:
    """The points of a field, none of them on the edge of a lens's circle or outside of it."""
    grey = cv2.cvtColor(cv2.resize(field, _SIZE), cv2.COLOR_RGB2GRAY)
    detector = cv2.ORB.create(_POINTS, fastThreshold=5, edgeThreshold=15)
    found, descriptors = detector.detectAndCompute(grey, _lit(np.asarray(grey, np.uint8)))
    if not found:
        return Points(np.empty((0, 2), np.float32), np.empty((0, 32), np.uint8))
    order = np.argsort([-each.response for each in found], kind="stable")
    places = np.array([each.pt for each in found], np.float32)
    return Points(places[order], np.asarray(descriptors, np.uint8)[order])


def find_candidates(points: Sequence[Points]) -> Pairs:
    """Pairs of pictures of which descriptors are alike oftener than by chance: locality-sensitive hashing.

    Indyk & Motwani 1998, doi:10.1145/276698.276876, on bits.
    """
    few = [each.descriptors[:_STRONGEST] for each in points]
    owners = np.repeat(np.arange(len(few)), [len(each) for each in few])
    bits = np.unpackbits(np.concatenate(few), axis=1)
    random = np.random.default_rng(_SEED)
    pairs, votes = np.empty(0, np.int64), np.empty(0, np.int64)
    for _ in progress(range(_TABLES), "dataset: candidates", unit="table"):
        keys = bits[:, random.choice(256, _BITS, replace=False)] @ (1 << np.arange(_BITS))
        met = np.concatenate([*_meetings(keys, owners, len(points)), np.empty(0, np.int64)])
        pairs, votes = _add(pairs, votes, met)
    chosen = pairs[votes >= _VOTES]
    return [(int(pair // len(points)), int(pair % len(points))) for pair in chosen]


def count_agreeing(first: Points, second: Points) -> int:
    """How many points of two pictures lie on each other under the best similarity."""
    matches = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(first.descriptors, second.descriptors, k=2)
    clear = [best[0] for best in matches if len(best) == 2 and best[0].distance < _RATIO * best[1].distance]
    if len(clear) < AGREEING:
        return 0
    similarity, agree = cv2.estimateAffinePartial2D(
        first.places[[each.queryIdx for each in clear]],
        second.places[[each.trainIdx for each in clear]],
        method=cv2.RANSAC,
        ransacReprojThreshold=_PIXELS_OFF,
        maxIters=300,
    )
    if similarity is None or not _SCALES[0] < np.hypot(*similarity[:, 0]) < _SCALES[1]:
        return 0
    return int(np.count_nonzero(agree))


def _meetings(keys: NDArray[np.int64], owners: NDArray[np.int64], count: int) -> Iterator[NDArray[np.int64]]:
    """Pairs of pictures, as one number each, whose points are in one bucket that isn't crowded."""
    order = np.argsort(keys, kind="stable")
    keys, owners = keys[order], owners[order]
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    sizes = np.diff(np.r_[starts, len(keys)])
    quiet = np.repeat(sizes <= _BUCKET, sizes)
    for apart in range(1, min(_BUCKET, len(keys))):
        same = (keys[apart:] == keys[:-apart]) & quiet[apart:]
        a, b = owners[:-apart][same], owners[apart:][same]
        other = a != b
        yield np.minimum(a, b)[other] * count + np.maximum(a, b)[other]


def _add(
    pairs: NDArray[np.int64], votes: NDArray[np.int64], met: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    new, counts = np.unique(met, return_counts=True)
    merged, places = np.unique(np.concatenate([pairs, new]), return_inverse=True)
    summed = np.bincount(places, np.concatenate([votes, counts]), len(merged)).astype(np.int64)
    return merged, summed


def _lit(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """255 within the lens's circle, `_MARGIN` pixels off its edge, else 0."""
    dark = np.pad(np.asarray(grey < _DARK, np.uint8), 1, constant_values=1)
    _, regions = cv2.connectedComponents(dark, connectivity=4)
    around = np.asarray(regions == regions[0, 0], np.uint8)
    size = 2 * _MARGIN + 1
    spread = cv2.dilate(around, np.ones((size, size), np.uint8))[1:-1, 1:-1]
    return np.asarray(255 * (1 - spread), np.uint8)


def share_found(known: Iterable[tuple[int, int]], found: Iterable[tuple[int, int]]) -> int:
    """How many of the `known` pairs are among the `found`."""
    pairs = {tuple(sorted(pair)) for pair in found}
    return sum(tuple(sorted(pair)) in pairs for pair in known)
