"""The button, the lamp, the buzzer and the ring light."""

from device.panel.panel import Panel

__all__ = ["Panel"]
