"""What goes wrong while a model is built."""

from device.errors import DermapointError


class BuildError(DermapointError):
    """A step can't go on; the message names the file and says what to do."""


def report(faults: list[str], what: str = "the data") -> str:
    """All `faults` of `what` as one message."""
    if len(faults) == 1:
        return faults[0]
    return "\n- ".join((f"{len(faults)} things are wrong with {what}:", *faults))


class QuantizationError(BuildError):
    """The INT8 model strays too far from the float model."""
