"""Saliency as a picture to lay over the frame."""

import cv2
import numpy as np
from numpy.typing import NDArray

_SIZE = (320, 240)
_MOST_OPAQUE = 190


def overlay_png(saliency: NDArray[np.float32]) -> bytes:
    """A 4:3 PNG of a square map, 0 to 1: the stronger, the more opaque.

    The colours are viridis, which the colour-blind can read too.
    """
    smooth = np.clip(cv2.resize(saliency, _SIZE, interpolation=cv2.INTER_CUBIC), 0, 1)
    level = np.rint(smooth * 255).astype(np.uint8)
    colours = np.asarray(cv2.applyColorMap(level, cv2.COLORMAP_VIRIDIS))
    opacity = np.rint(smooth * _MOST_OPAQUE).astype(np.uint8)
    _, data = cv2.imencode(".png", np.dstack([colours, opacity]))
    return data.tobytes()
