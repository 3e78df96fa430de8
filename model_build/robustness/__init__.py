"""How the answers hold when the camera is another one, or something is wrong with it."""
