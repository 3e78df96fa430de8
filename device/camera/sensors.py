"""How large a picture each sensor gives: its largest binned field of 4:3, never enlarged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Size = tuple[int, int]
"""Width and height in pixels."""

MOST_PIXELS = 4_200_000
"""13 MB a frame: with more, four buffers and the burst on its way to the disk crowd a Zero 2 W."""


@dataclass(frozen=True)
class Readout:
    """The sensor's own mode, and the centred 4:3 field of it that makes a picture."""

    mode: Size
    field: Size


def field_of(mode: Size) -> Size:
    """The largest centred 4:3 field of a mode, in even numbers of pixels, as the ISP's formats want.

    A mode that is 4:3 but for a hundredth is taken whole.
    """
    width, height = mode
    if abs(3 * width - 4 * height) <= 0.01 * 4 * height:
        return width, height
    return min(width, height * 4 // 3) // 2 * 2, min(height, width * 3 // 4) // 2 * 2


# The modes are those of the drivers in the Raspberry Pi kernel (drivers/media/i2c/imx219.c, imx477.c,
# imx708.c, imx296.c), the names those of the Raspberry Pi documentation, camera hardware.
_MODES: dict[str, Size] = {
    "imx219": (1640, 1232),  # Camera Module 2: 3280 x 2464, binned 2 x 2
    "imx477": (2028, 1520),  # HQ Camera: 4056 x 3040, binned 2 x 2
    "imx708": (2304, 1296),  # Camera Module 3: 4608 x 2592, binned 2 x 2
    "imx296": (1456, 1088),  # Global Shutter Camera: all it has, and nothing to bin
}


def readout_of(model: str, list_modes: Callable[[], Sequence[Mapping[str, Any]]]) -> Readout:
    """The readout of a sensor; of one that isn't in the table, by the modes that Picamera2 lists for it.

    Of these it takes the one that sees most, then the largest within `MOST_PIXELS`, else the smallest.
    Each mode has `size` and `crop_limits` (left, top, width, height). To list them takes a second or
    more, so a known sensor isn't asked. Raises ValueError for an unknown sensor without modes.
    """
    if model in _MODES:
        return Readout(_MODES[model], field_of(_MODES[model]))
    sizes = [(_seen_by(mode), tuple(mode["size"])) for mode in list_modes() if "size" in mode]
    if not sizes:
        raise ValueError(f"the sensor {model} tells no modes")
    fitting = [(seen, size) for seen, size in sizes if size[0] * size[1] <= MOST_PIXELS]
    if fitting:
        width, height = max(fitting, key=lambda each: (each[0], each[1][0] * each[1][1]))[1]
    else:
        width, height = min((size for _, size in sizes), key=lambda size: size[0] * size[1])
    return Readout((width, height), field_of((width, height)))


def _seen_by(mode: Mapping[str, Any]) -> int:
    """How much of the sensor the 4:3 field of a mode covers, in the sensor's own pixels."""
    _, _, width, height = mode["crop_limits"]
    across, down = field_of((width, height))
    return across * down
