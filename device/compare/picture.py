"""The size at which pictures are compared."""

from typing import TypeAlias

import cv2
import numpy as np

from device.classifier.preprocess import crop_field
from device.images import RGBImage

Picture: TypeAlias = RGBImage
"""RGB, shape (384, 512, 3): the shown 4:3 field, small enough for the smallest board."""

WIDTH, HEIGHT = 512, 384


def to_picture(frame: RGBImage) -> Picture:
    """A frame of any size, its centred 4:3 field brought to the working size."""
    return np.asarray(cv2.resize(crop_field(frame), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
