"""What goes wrong while a model is built."""

from device.errors import DermapointError


class BuildError(DermapointError):
    """A step can't go on; the message names the file and says what to do."""


class QuantizationError(BuildError):
    """The INT8 model strays too far from the float model."""
