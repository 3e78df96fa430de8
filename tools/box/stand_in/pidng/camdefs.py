"""The names that Picamera2 imports."""


class Picamera2Camera:
    """Never made."""
