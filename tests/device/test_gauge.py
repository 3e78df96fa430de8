import queue
from dataclasses import replace

import numpy as np
import pytest

from device.announcer import Announcer
from device.camera.ring import FrameRing
from device.gauge import Gauge


@pytest.fixture
def gauge(request):
    ring, announcer = FrameRing(), Announcer()
    gauge = Gauge(ring, announcer, for_lamp=getattr(request, "param", True))
    gauge.start()
    yield ring, announcer
    gauge.stop()


def test_a_page_that_listens_is_told_of_focus_and_fault(gauge, frame):
    ring, announcer = gauge
    with announcer.listen(), announcer.listen() as events:
        ring.publish(frame)
        sharp = events.get(timeout=5)
        ring.publish(replace(frame, pixels=np.zeros_like(frame.pixels), sequence=1))
        black = events.get(timeout=5)
    assert sharp.kind == black.kind == "quality"
    assert sharp.data["focus"] > 0.4
    assert sharp.data["advice"] == []
    assert black.data["focus"] == 0
    assert "dark" in black.data["advice"][0]


def test_the_lamp_is_told_too(gauge, frame):
    ring, announcer = gauge
    with announcer.listen() as panel:
        ring.publish(frame)
        assert panel.get(timeout=5).kind == "quality"


@pytest.mark.parametrize("gauge", [False], indirect=True)
def test_nothing_is_measured_while_only_a_panel_without_focus_lamp_listens(gauge, frame):
    ring, announcer = gauge
    with announcer.listen() as panel:
        ring.publish(frame)
        with pytest.raises(queue.Empty):
            panel.get(timeout=0.6)
