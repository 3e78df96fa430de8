"""Raw pictures, which Picamera2 imports and a box has no use for."""
