"""A tiny model from three real sources with five classes of somebody's own, up to a press of the device."""
