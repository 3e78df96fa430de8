"""What a picture measures, and what the hand should do about it. Pure functions."""

import cv2
import numpy as np

from device.classifier.preprocess import FieldImage
from device.examination import Quality

# Each bound lies beyond every one of HAM10000's training and validation pictures
# (`dermapoint-build dataset` keeps them as fields): brightness 0.26 to 0.89, clipped
# up to 0.065, sharpness 2.2 and more. So no picture like those the model knows is refused.
DARKEST, BRIGHTEST = 0.20, 0.93
MOST_CLIPPED = 0.15
LEAST_SHARP = 1.5

_WHITE = 250


def measure(field: FieldImage) -> Quality:
    """Measure a 224 x 224 field from `preprocess.resize_field`.

    `brightness` is the mean luma, 0 to 1 (ITU-R BT.601 weights); `clipped` the share of
    pixels that are blown out, 0 to 1; `sharpness` the standard deviation of the Laplacian
    of the luma, in grey levels (Pech-Pacheco et al. 2000, doi:10.1109/ICPR.2000.903548).
    """
    luma = np.asarray(cv2.cvtColor(field, cv2.COLOR_RGB2GRAY), np.uint8)
    brightness = float(luma.mean()) / 255
    clipped = float((luma >= _WHITE).mean())
    sharpness = float(cv2.Laplacian(luma, cv2.CV_16S).std())
    return Quality(brightness, clipped, sharpness, _advice(brightness, clipped, sharpness))


def _advice(brightness: float, clipped: float, sharpness: float) -> tuple[str, ...]:
    if brightness < DARKEST:
        return ("Too dark: take off the lens cap or turn on the light.",)
    if brightness > BRIGHTEST or clipped > MOST_CLIPPED:
        return ("Too bright: turn the light down or keep the sun off the lens.",)
    if sharpness < LEAST_SHARP:
        return ("Nothing sharp to see: rest the lens on the skin, over the lesion, and hold still.",)
    return ()
