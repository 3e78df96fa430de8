"""Presses through the real `picamera.py` on the model of a camera, whose controls take their time."""

import pytest

from device.camera.base import UNSETTLED
from device.camera.simulated import MODULES
from device.camera.simulated.__main__ import BURST, MOST_SECONDS, Bench, main
from device.camera.simulated.automatics import AfState

MODULE_3 = MODULES["imx708"]


@pytest.fixture(params=MODULES.values(), ids=lambda module: module.model)
def bench(request):
    return Bench(request.param)


@pytest.fixture
def module_3():
    bench = Bench(MODULE_3)
    bench.shine(1.0)
    bench.watch(3)
    return bench


def test_every_press_from_dark_is_bright_sharp_and_alike(bench):
    for _ in range(3):
        bench.watch(3)
        assert bench.press().faults(MOST_SECONDS["dark"]) == []


def test_a_press_with_the_light_on_is_quick(bench):
    bench.shine(1.0)
    bench.watch(3)
    for _ in range(3):
        assert bench.press().faults(MOST_SECONDS["lit"]) == []
        bench.watch(1)


def test_a_view_of_ten_frames_a_second_slows_a_press_little():
    bench = Bench(MODULE_3, rate=10)
    bench.shine(1.0)
    bench.watch(6)
    report = bench.press()
    assert report.faults(MOST_SECONDS["lit"]) == []
    assert bench.driver.exposure.longest < 40_000


def test_the_report_fails_where_a_burst_is_wrong(monkeypatch, capsys):
    assert main(["imx708"]) == 0
    monkeypatch.setattr("device.camera.press.Press._settle_exposure", lambda press: None)
    assert main(["imx477"]) == 1
    assert "brightness from" in capsys.readouterr().out


def test_exposure_comes_before_focus_and_focus_before_the_hold(module_3):
    """Each control is asked for only when the frames show that what comes before it is done."""
    driver, asked = module_3.driver, []
    real = driver.set_controls

    def note(controls):
        asked.append((controls, driver.exposure.time * driver.exposure.gain / 8000, driver.focus.state))
        real(controls)

    driver.set_controls = note
    module_3.shine(0.0)
    module_3.watch(4)
    # Blind to the scan that the light itself sets off, so that one is to be triggered.
    driver.focus._watch = lambda brightness: None
    module_3.press()
    names = [next(iter(set(controls) & {"AfTrigger", "AeEnable"}), "rate") for controls, _, _ in asked]
    assert names == ["rate", "AfTrigger", "AeEnable", "AeEnable"]
    (_, dark, _), (_, lit, _), (held, still_lit, state), (released, _, _) = asked
    assert dark > 10
    assert lit == pytest.approx(1, abs=0.2)
    assert still_lit == pytest.approx(1, abs=0.1)
    assert state is AfState.FOCUSED
    assert (held["AeEnable"], released["AeEnable"]) == (False, True)
    assert module_3.camera._press._scanned_at > 0


def test_the_state_of_the_scan_before_is_not_taken_for_this_one(module_3):
    """Focused is told for several frames after a trigger, while the lens is about to move."""
    assert module_3.driver.focus.state is AfState.FOCUSED
    module_3.camera.prepare(light_age=0.0)
    frames = [module_3.camera.capture(large=True).metadata for _ in range(BURST)]
    assert {frame["AfState"] for frame in frames} == {AfState.FOCUSED}
    assert {frame["LensPosition"] for frame in frames} == {5.6}
    assert UNSETTLED not in frames[-1]


@pytest.mark.parametrize(
    ("scan_frames", "fails", "unsettled"), [(70, False, []), (200, False, ["focus"]), (20, True, ["focus"])]
)
def test_a_slow_scan_is_waited_for_and_one_without_end_is_told(module_3, scan_frames, fails, unsettled):
    module_3.driver.focus.scan_frames, module_3.driver.focus.fails = scan_frames, fails
    start = module_3.clock.now()
    module_3.camera.prepare(light_age=0.0)
    assert module_3.clock.now() - start < 6
    named = module_3.camera.capture(large=True).metadata.get(UNSETTLED, [])
    assert [name for name in named if name == "focus"] == unsettled


def test_a_light_that_never_stands_still_is_told_and_the_next_press_is_clean(module_3):
    start = module_3.clock.now()
    module_3.light_of = lambda: 1.0 if int(5 * (module_3.clock.now() - start)) % 2 else 0.2
    module_3.camera.prepare(light_age=0.0)
    assert "exposure" in module_3.camera.capture(large=True).metadata[UNSETTLED]
    assert UNSETTLED not in module_3.camera.capture().metadata
    module_3.camera.release()
    module_3.light_of = None
    module_3.watch(4)
    assert module_3.press().faults(MOST_SECONDS["lit"]) == []


def test_a_camera_that_does_not_hold_is_told(module_3):
    exposure = module_3.driver.exposure
    exposure.set = lambda controls, frame: None
    module_3.light_of = lambda: 1.0 + 0.3 * (module_3.clock.now() % 1)
    module_3.camera.prepare(light_age=10.0)
    assert "hold" in module_3.camera.capture(large=True).metadata[UNSETTLED]


def test_the_frames_that_pass_meanwhile_are_shown(module_3):
    shown = []
    module_3.camera.prepare(light_age=0.0, show=shown.append)
    assert len(shown) > 8
    assert {capture.view.shape for capture in shown} == {(480, 640, 3)}


def test_after_a_press_exposure_and_focus_are_free_again(module_3):
    module_3.press()
    module_3.driver.scene.subject = 8.0
    module_3.light = 0.5
    module_3.watch(4)
    assert module_3.driver.focus.position == 8.0
    brightness = module_3.driver.exposure.time * module_3.driver.exposure.gain * 0.5 / 8000
    assert brightness == pytest.approx(1, abs=0.1)


def test_the_model_delays_controls_as_a_pi_does(module_3):
    """Set and go on is wrong: the frames under way know nothing of it (picamera2 #1278)."""
    module_3.driver.set_controls({"AeEnable": False, "ExposureTime": 1000, "AnalogueGain": 1.0})
    seen = [module_3.camera.capture().metadata["ExposureTime"] for _ in range(12)]
    late = next(number for number, exposure in enumerate(seen, 1) if exposure < 1100)
    assert late in (8, 9)
