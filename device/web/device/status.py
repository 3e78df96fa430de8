"""Whether the device is ready, for programs and for the page before the login."""

from device.web.device import schemas
from device.web.routing import Operation, Room
from device.web.services import services
from device.words import say

room = Room("status", __name__, prefix="/api/v1")


@room.get("/status", role=None, audit=None, plain=True, api=Operation(schemas.Status))
def status() -> schemas.Status:
    """Whether the device is ready; needs no login."""
    about = services().about
    ring = services().ring
    ready = not ring.fault and ring.newer_than(-1, timeout=0) is not None
    return {
        "ready": ready,
        "camera": say(ring.fault) if ring.fault else ring.camera,
        "model": about.model,
        "version": about.version,
    }
