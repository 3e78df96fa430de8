"""The names that Picamera2 imports."""


class PICAM2DNG:
    """Never made."""
