"""When is a picture too bad to be judged? The bounds of `device.quality`, and what they catch."""
