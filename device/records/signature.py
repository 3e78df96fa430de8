"""A signature as it was drawn on a screen: an SVG path of straight lines alone (W3C SVG 1.1, 8.3)."""

import re

from device.errors import ValueRefusedError

WIDTH, HEIGHT = 600, 200
"""The field that is signed in; points are whole numbers within."""
LONGEST = 20_000
"""Letters, some 2,500 points."""
_LEAST_POINTS = 5

_STROKE = re.compile(r"M[0-9]{1,3} [0-9]{1,3}(?:L[0-9]{1,3} [0-9]{1,3})+")
_PATH = re.compile(rf"(?:{_STROKE.pattern})+")
_POINT = re.compile(r"([0-9]+) ([0-9]+)")

Stroke = list[tuple[int, int]]


def read_strokes(path: str) -> list[Stroke]:
    """The strokes, each of points from left and top. Raises ValueRefusedError for what is no signature."""
    if len(path) > LONGEST or not _PATH.fullmatch(path):
        raise ValueRefusedError("signature", "signature_refused")
    strokes = [
        [(int(x), int(y)) for x, y in _POINT.findall(stroke.group())] for stroke in _STROKE.finditer(path)
    ]
    points = [point for stroke in strokes for point in stroke]
    if any(x > WIDTH or y > HEIGHT for x, y in points):
        raise ValueRefusedError("signature", "signature_refused")
    if len(set(points)) < _LEAST_POINTS:
        raise ValueRefusedError("signature", "signature_too_short")
    return strokes
