"""RGB from the YUV that a camera gives, by the colour space that it was configured with."""

import re
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device.images import RGBImage


@dataclass(frozen=True)
class ColourSpace:
    """The weights of red and blue in luma, and its range: full (0 to 255) or limited (16 to 235)."""

    red: float
    blue: float
    full: bool

    def to_rgb(self) -> NDArray[np.float64]:
        """The 3 x 4 matrix from Y, Cb, Cr (0 to 255) and 1 to R, G, B (ITU-R BT.601 and BT.709)."""
        green = 1 - self.red - self.blue
        luma, chroma = (1.0, 1.0) if self.full else (255 / 219, 255 / 224)
        from_red, from_blue = 2 * (1 - self.red), 2 * (1 - self.blue)
        matrix = np.array(
            [
                [luma, 0, chroma * from_red],
                [
                    luma,
                    -chroma * from_blue * self.blue / green,
                    -chroma * from_red * self.red / green,
                ],
                [luma, chroma * from_blue, 0],
            ]
        )
        origin = np.array([0 if self.full else 16, 128, 128])
        return np.hstack([matrix, -(matrix @ origin)[:, np.newaxis]])


SYCC = ColourSpace(0.299, 0.114, full=True)

# By the words that libcamera's ColorSpace has for itself.
_KNOWN = {
    "sYCC": SYCC,
    "SMPTE170M": ColourSpace(0.299, 0.114, full=False),
    "Rec709": ColourSpace(0.2126, 0.0722, full=False),
}


def colour_space_of(name: object) -> ColourSpace:
    """The colour space whose libcamera name is `name`'s text. Raises ValueError for one that isn't known."""
    # Some versions of libcamera's binding give the name alone, others put it between quotes.
    quoted = re.search(r"'([^']+)'", str(name))
    try:
        return _KNOWN[quoted.group(1) if quoted else str(name)]
    except KeyError as error:
        raise ValueError(f"the camera uses the colour space {name}, which is not known") from error


def rgb_from_yuv(planes: RGBImage, space: ColourSpace, coarse: bool = False) -> RGBImage:
    """RGB of a YUV 4:2:0 array of shape (height * 3 / 2, width): a plane of Y, then those of Cb and Cr.

    Its shape is (height, width, 3), or a quarter of that each way when `coarse`: every fourth pixel.
    """
    height, width = planes.shape[0] * 2 // 3, planes.shape[1]
    chroma = np.ascontiguousarray(planes[height:]).reshape(2, height // 2, width // 2)
    if coarse:
        luma, blue, red = (plane.copy() for plane in (planes[:height:4, ::4], *chroma[:, ::2, ::2]))
    else:
        luma = np.ascontiguousarray(planes[:height])
        size = (width, height)
        blue, red = (np.asarray(cv2.resize(plane, size), np.uint8) for plane in chroma)
    if space == SYCC:
        # OpenCV's own is the same and four times as fast.
        return np.asarray(cv2.cvtColor(cv2.merge([luma, red, blue]), cv2.COLOR_YCrCb2RGB), np.uint8)
    return np.asarray(cv2.transform(cv2.merge([luma, blue, red]), space.to_rgb()), np.uint8)
