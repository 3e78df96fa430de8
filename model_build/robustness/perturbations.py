"""Other cameras and faults, each at five strengths, done to a field.

Each function takes a field (uint8, shape (224, 224, 3)), a strength from 0 (nothing) to 1 (the
fifth) and a source of draws, and gives a field. What has two directions takes either.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from device.images import decode_image, encode_jpeg

Field = NDArray[np.uint8]
Light = NDArray[np.floating[Any]]
"""Linear light, 0 to 1, shape (224, 224, 3)."""

STRENGTHS = (0.2, 0.4, 0.6, 0.8, 1.0)


def white_balance(field: Field, strength: float, random: Generator) -> Field:
    """Warmer or colder: red gains up to 28 % and blue loses as much, or the other way."""
    swing = 0.25 * strength * _either(random)
    return _to_field(_to_light(field) * np.exp([swing, 0, -swing]))


def illuminant(field: Field, strength: float, random: Generator) -> Field:
    """A lamp of another spectrum: up to a fifth of each channel comes from the others, grey stays grey."""
    mixing = random.uniform(-0.2, 0.2, (3, 3)) * strength
    np.fill_diagonal(mixing, 0)
    mixing += np.diag(1 - mixing.sum(axis=1))
    return _to_field(_to_light(field) @ mixing.T)


def sensor_curve(field: Field, strength: float, random: Generator) -> Field:
    """Another tone curve: gamma up to 1.65 or its inverse."""
    gamma = np.exp(0.5 * strength * _either(random))
    return _round((field / 255.0) ** gamma * 255)


def magnification(field: Field, strength: float, random: Generator) -> Field:
    """Nearer or farther, up to 1.6 times; what comes into view is mirrored."""
    return magnify(field, 1.6 ** (strength * _either(random)))


def framing(field: Field, strength: float, random: Generator) -> Field:
    """Off centre in any direction, by up to a fifth of the side."""
    angle = random.uniform(0, 2 * np.pi)
    return shift(field, 0.2 * strength * np.array([np.cos(angle), np.sin(angle)]))


def glare(field: Field, strength: float, random: Generator) -> Field:
    """Without the polariser: up to twelve white reflections, each up to a tenth of the side wide."""
    spots = np.zeros(field.shape[:2], np.float32)
    for _ in range(round(12 * strength)):
        centre = random.uniform(0, len(field), 2).astype(int).tolist()
        axes = (random.uniform(0.01, 0.05, 2) * len(field)).astype(int) + 1
        cv2.ellipse(spots, centre, axes.tolist(), random.uniform(0, 180), 0, 360, 1.0, -1)
    soft = np.asarray(cv2.GaussianBlur(spots, (0, 0), 1.5))[..., None]
    return _round(field + (255.0 - field) * soft * 0.9)


def vignette(field: Field, strength: float, random: Generator) -> Field:
    """Corners that get as little as a tenth of the light."""
    steps = np.linspace(-1, 1, len(field))
    outwards = (steps[:, None] ** 2 + steps[None, :] ** 2) / 2
    return _to_field(_to_light(field) * (1 - 0.9 * strength * outwards**1.5)[..., None])


def resolution(field: Field, strength: float, random: Generator) -> Field:
    """A coarser sensor: down to a third of the pixels along each side."""
    side = round(len(field) / (1 + 2 * strength))
    coarse = cv2.resize(field, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(coarse, field.shape[:2], interpolation=cv2.INTER_LINEAR), np.uint8)


def blur(field: Field, strength: float, random: Generator) -> Field:
    """Out of focus: a Gaussian of up to 3 pixels."""
    return np.asarray(cv2.GaussianBlur(field, (0, 0), 3 * strength), np.uint8)


def exposure(field: Field, strength: float, random: Generator) -> Field:
    """Brighter or darker by up to one stop."""
    return relight(field, 2 ** (strength * _either(random)))


def noise(field: Field, strength: float, random: Generator) -> Field:
    """A sensor's grain: a deviation of up to 25 grey levels a channel."""
    return _round(field + random.normal(0, 25 * strength, field.shape))


def jpeg(field: Field, strength: float, random: Generator) -> Field:
    """Compression down to JPEG quality 8."""
    return decode_image(encode_jpeg(field, round(80 * 0.1**strength)), "the field")


def rotation(field: Field, strength: float, random: Generator) -> Field:
    """Turned by up to 45 degrees either way, which is as far as can be from the eight orientations."""
    return _move(field, degrees=45 * strength * _either(random))


def darker_skin(field: Field, strength: float, random: Generator) -> Field:
    """More melanin above the lesion: light that passes it twice is dimmed, blue most.

    Absorption falls with wavelength as its power -3.33 (Jacques 1998, "Skin optics", Oregon
    Medical Laser Center), taken at 600, 540 and 450 nm; at the fifth strength red loses 45 %.
    A simulation: it says nothing of how lesions themselves differ on dark skin.
    """
    absorption = (np.array([600.0, 540.0, 450.0]) / 600) ** -3.33
    return _to_field(_to_light(field) * np.exp(-0.6 * strength * absorption))


def relight(field: Field, factor: float) -> Field:
    """`factor` times the light."""
    return _to_field(_to_light(field) * factor)


def magnify(field: Field, factor: float) -> Field:
    """`factor` times the size; what comes into view is mirrored."""
    return _move(field, zoom=factor)


def shift(field: Field, by: NDArray[np.floating[Any]]) -> Field:
    """Moved by shares (across, down) of the side; what comes into view is mirrored."""
    return _move(field, by=by)


@dataclass(frozen=True)
class Perturbation:
    """A way a picture may differ: through another "camera", or by a "fault"."""

    family: Literal["camera", "fault"]
    apply: Callable[[Field, float, Generator], Field]


PERTURBATIONS = {
    "white balance": Perturbation("camera", white_balance),
    "illuminant": Perturbation("camera", illuminant),
    "sensor curve": Perturbation("camera", sensor_curve),
    "magnification": Perturbation("camera", magnification),
    "framing": Perturbation("camera", framing),
    "glare": Perturbation("camera", glare),
    "vignette": Perturbation("camera", vignette),
    "resolution": Perturbation("camera", resolution),
    "blur": Perturbation("fault", blur),
    "exposure": Perturbation("fault", exposure),
    "noise": Perturbation("fault", noise),
    "JPEG": Perturbation("fault", jpeg),
    "rotation": Perturbation("fault", rotation),
    "darker skin": Perturbation("fault", darker_skin),
}


def _either(random: Generator) -> float:
    return float(random.choice([-1.0, 1.0]))


def _to_light(field: Field) -> Light:
    """SRGB's curve undone, near enough: IEC 61966-2-1 without its straight foot."""
    return np.asarray((field / 255.0) ** 2.2)


def _to_field(light: Light) -> Field:
    return _round(np.clip(light, 0, 1) ** (1 / 2.2) * 255)


def _round(values: NDArray[Any]) -> Field:
    return np.asarray(np.rint(np.clip(values, 0, 255)), np.uint8)


def _move(field: Field, zoom: float = 1.0, degrees: float = 0.0, by: Any = (0.0, 0.0)) -> Field:
    side = len(field)
    middle = (side - 1) / 2
    matrix = cv2.getRotationMatrix2D((middle, middle), degrees, zoom)
    matrix[:, 2] += np.asarray(by) * side
    moved = cv2.warpAffine(field, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.uint8)
