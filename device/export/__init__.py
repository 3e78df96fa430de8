"""What leaves the device: examinations as CSV, JSON, ZIP, PDF and DICOM; and what comes in as such a ZIP."""

from device.export.formats import FORMATS
from device.export.order import Order

__all__ = ["FORMATS", "Order"]
