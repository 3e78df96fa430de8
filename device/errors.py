"""Every error that Dermapoint raises on purpose, in one tree."""


class DermapointError(Exception):
    """Something a person can mend; the message says what is wrong and what to do."""


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


class BusyError(DermapointError):
    """Another press is still under way."""


class RecordsError(DermapointError):
    """An examination can't be written or read."""


class DaemonError(DermapointError):
    """The running daemon can't be reached, or it refused."""
