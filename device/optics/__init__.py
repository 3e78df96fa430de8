"""Calibration of the optics: white card, millimetres per pixel, lens position, and where they are kept."""

from device.optics.lens import Optics
from device.optics.store import OpticsStore

__all__ = ["Optics", "OpticsStore"]
