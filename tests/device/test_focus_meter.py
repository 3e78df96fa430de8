import queue
from dataclasses import replace

import numpy as np
import pytest

from device.announcer import Announcer
from device.camera.ring import FrameRing
from device.focus_meter import FocusMeter


@pytest.fixture
def meter(request):
    ring, announcer = FrameRing(), Announcer()
    meter = FocusMeter(ring, announcer, for_lamp=getattr(request, "param", True))
    meter.start()
    yield ring, announcer
    meter.stop()


def test_a_page_that_listens_is_told_of_focus_and_fault(meter, frame):
    ring, announcer = meter
    with announcer.listen(), announcer.listen() as events:
        ring.publish(frame)
        sharp = events.get(timeout=5)
        ring.publish(replace(frame, pixels=np.zeros_like(frame.pixels), sequence=1))
        black = events.get(timeout=5)
    assert sharp.kind == black.kind == "quality"
    assert sharp.data["focus"] > 0.4
    assert sharp.data["advice"] == []
    assert black.data["focus"] == 0
    assert black.data["advice"][0]["code"] == "too_dark"


def test_the_lamp_is_told_too(meter, frame):
    ring, announcer = meter
    with announcer.listen() as panel:
        ring.publish(frame)
        assert panel.get(timeout=5).kind == "quality"


@pytest.mark.parametrize("meter", [False], indirect=True)
def test_nothing_is_measured_while_only_a_panel_without_focus_lamp_listens(meter, frame):
    ring, announcer = meter
    with announcer.listen() as panel:
        ring.publish(frame)
        with pytest.raises(queue.Empty):
            panel.get(timeout=0.6)


def test_nothing_is_measured_when_nobody_aims_and_the_end_of_it_is_told_once(frame):
    ring, announcer, aiming = FrameRing(), Announcer(), [True]
    meter = FocusMeter(ring, announcer, aiming=lambda: aiming[0])
    with announcer.listen() as events:
        meter.start()
        ring.publish(frame)
        assert events.get(timeout=5).data["focus"] > 0.4
        aiming[0] = False
        assert events.get(timeout=5).data == {"focus": 0.0, "advice": []}
        ring.publish(replace(frame, sequence=1))
        with pytest.raises(queue.Empty):
            events.get(timeout=0.6)
    meter.stop()
