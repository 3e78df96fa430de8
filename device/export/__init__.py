"""What leaves the device: examinations as CSV, JSON, ZIP, PDF and DICOM; and what comes in as such a ZIP."""

from device.export.order import FORMATS, Order

__all__ = ["FORMATS", "Order"]
