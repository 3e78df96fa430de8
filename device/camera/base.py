"""What every camera can do."""

from typing import Any, Protocol

from device.images import RGBImage


class Camera(Protocol):
    """A source of frames; used from one thread only."""

    name: str

    def capture(self) -> tuple[RGBImage, dict[str, Any]]:
        """The next frame's pixels and what the camera says of it. Raises CameraError."""

    def close(self) -> None:
        """Give the hardware back."""
