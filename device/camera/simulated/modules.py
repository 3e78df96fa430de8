"""The simulated camera modules; sizes, limits and lenses as documented, all else a model's choice."""

from dataclasses import dataclass
from typing import Any

Size = tuple[int, int]


@dataclass(frozen=True)
class Module:
    """A camera module.

    `pixels` is the size of all of its sensor, `modes` what that can be read out as, each with what it sees
    (left, top, width, height). `most_gain` is the largest analogue gain, and exposures are multiples of the
    `line_us` microseconds of a line. `lens` is the dioptres that the lens can reach, None where it can't
    move. `colour_gains` are those of red and blue that make the ring light's white neutral.
    """

    title: str
    model: str
    pixels: Size
    modes: tuple[tuple[Size, tuple[int, int, int, int]], ...]
    most_gain: float
    line_us: float
    lens: tuple[float, float] | None = None
    colour_gains: tuple[float, float] = (2.0, 1.6)

    def sensor_modes(self) -> list[dict[str, Any]]:
        """As Picamera2 lists them."""
        return [{"size": size, "crop_limits": crop, "bit_depth": 10} for size, crop in self.modes]

    def mode_for(self, size: Size) -> Size:
        """The mode that is asked for, or else the nearest in size."""
        sizes = [mode for mode, _ in self.modes]
        return min(sizes, key=lambda mode: abs(mode[0] - size[0]) + abs(mode[1] - size[1]))


# Sensors: Raspberry Pi documentation, camera hardware. Modes: the drivers that `device.camera.sensors` names.
# Gains: sensors' data sheets. Lens of the Module 3: 0 to 15 dioptres (libcamera, imx708.json).
MODULES = {
    module.model: module
    for module in (
        Module(
            "Camera Module 3",
            "imx708",
            (4608, 2592),
            (
                ((1536, 864), (768, 432, 3072, 1728)),
                ((2304, 1296), (0, 0, 4608, 2592)),
                ((4608, 2592), (0, 0, 4608, 2592)),
            ),
            most_gain=16.0,
            line_us=14.0,
            lens=(0.0, 15.0),
        ),
        Module(
            "HQ Camera",
            "imx477",
            (4056, 3040),
            (
                ((1332, 990), (696, 528, 2664, 1980)),
                ((2028, 1080), (0, 440, 4056, 2160)),
                ((2028, 1520), (0, 0, 4056, 3040)),
                ((4056, 3040), (0, 0, 4056, 3040)),
            ),
            most_gain=16.0,
            line_us=20.0,
            colour_gains=(2.8, 1.7),
        ),
        Module(
            "Global Shutter Camera",
            "imx296",
            (1456, 1088),
            (((1456, 1088), (0, 0, 1456, 1088)),),
            most_gain=15.8,
            line_us=14.8,
            colour_gains=(1.7, 1.9),
        ),
        Module(
            "Camera Module 2",
            "imx219",
            (3280, 2464),
            (
                ((640, 480), (1000, 752, 1280, 960)),
                ((1640, 1232), (0, 0, 3280, 2464)),
                ((1920, 1080), (680, 692, 1920, 1080)),
                ((3280, 2464), (0, 0, 3280, 2464)),
            ),
            most_gain=10.7,
            line_us=18.9,
            colour_gains=(1.6, 1.5),
        ),
    )
}
