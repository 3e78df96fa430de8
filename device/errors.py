"""Every error that Dermapoint raises on purpose, in one tree."""

import math
from pathlib import Path
from typing import Any

from device import words
from device.message import Message


class DermapointError(Exception):
    """Something a person can mend: `CameraError("camera_silent", error=error)`, or a message that says it.

    The code and its values are worded at the edge, `device/words/english` has a text for each code
    that says what is wrong and what to do; `str` gives it in English, for logs.
    """

    def __init__(self, code: str | Message, /, **values: Any) -> None:
        self.message = code if isinstance(code, Message) else Message(code, **_plain(values))
        super().__init__(self.message.code)

    def __str__(self) -> str:
        """In English, for logs and whoever has no language."""
        return words.say(self.message)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values that can be written down: of an error its cause, of a path its text."""
    return {name: _value(value) for name, value in values.items()}


def _value(value: Any) -> Any:
    if isinstance(value, DermapointError):
        return value.message
    if isinstance(value, OSError) and value.strerror:
        return value.strerror
    return str(value) if isinstance(value, BaseException | Path) else value


class SettingsError(DermapointError):
    """A setting has no meaning here."""


class BundleError(DermapointError):
    """A model bundle is missing, incomplete, altered or of another kind."""


class RuntimeMissingError(DermapointError):
    """No TensorFlow Lite runtime is installed."""


class ImageError(DermapointError):
    """A picture can't be read."""


class CameraError(DermapointError):
    """The camera gives no frame."""


class PermanentCameraError(CameraError):
    """The camera gives no frame, and trying again won't change that."""


class CalibrationError(DermapointError):
    """A picture of a card or ruler, or a calibration that was kept, can't be used."""


class BusyError(DermapointError):
    """Another press is still under way."""


class OverrideError(DermapointError):
    """There is no advice that could be overridden."""


class PowerError(DermapointError):
    """The machine can't be powered off."""


class ClockError(DermapointError):
    """The clock can't be set."""


class RecordsError(DermapointError):
    """An examination can't be written or read."""


class CardFullError(RecordsError):
    """There is no space left on the card."""


class CardReadOnlyError(RecordsError):
    """The card can be read, but not be written any more."""


class CardFailingError(RecordsError):
    """The card answers with errors."""


class DamagedError(RecordsError):
    """A row of the records isn't as it was saved."""


class ValueRefusedError(RecordsError):
    """A person, a lesion or an examination can't have this value; `field` is what it was meant for."""

    def __init__(self, field: str, code: str, /, **values: Any) -> None:
        super().__init__(code, **values)
        self.field = field


class TakenError(ValueRefusedError):
    """Something else has this value, and only one can."""


class ChangedError(RecordsError):
    """Somebody else has changed it since it was read."""


class MissingError(RecordsError):
    """There is no such person, lesion or examination."""


class CancelledError(RecordsError):
    """Something that takes long was ended because somebody wanted so."""


class CodeError(DermapointError):
    """No code of a person can be read in what the camera sees."""


class ExportError(DermapointError):
    """An export or import can't be done as asked, or not at all."""


class DaemonError(DermapointError):
    """The running daemon can't be reached, or it refused."""


class AccessError(DermapointError):
    """Someone may not enter, or who may enter can't be changed like this."""


class TooManyTriesError(AccessError):
    """Too many wrong PINs; `wait` is how many seconds are left."""

    def __init__(self, code: str, wait: float, /, **values: Any) -> None:
        super().__init__(code, wait=math.ceil(wait), **values)
        self.wait = wait


class SearchError(DermapointError):
    """What is looked for can't be read."""


class CertificateError(DermapointError):
    """The device can't make the certificate of its page."""


class WifiError(DermapointError):
    """The Wi-Fi can't be shown or changed."""
