"""What goes to the process that reads codes, a grey frame, and what comes back, a text with its length."""

from struct import Struct

WIDTH, HEIGHT = 640, 480
"""Of a frame in pixels, a byte each; whatever the camera's are, so that nothing depends on it."""

LENGTH = Struct(">H")
"""How many bytes of UTF-8 follow; 0: no code was seen."""

LONGEST_CODE = 120
"""A longer text is no pseudonym."""
