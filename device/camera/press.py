"""From the live view to frames that are alike: exposure, then focus, then all held. Needs no hardware.

A control that is set rides on the next request that is queued, behind those under way, and shows in the
frames `num_buffers` + 3 or + 4 later (D. Plowman in picamera2 #1278). So to have asked is not enough: each
step waits until the metadata of a frame shows it, and no longer than its limit.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

Metadata = dict[str, Any]
"""What libcamera says of a frame, by the names of its control_ids."""

EXPOSURE_SECONDS, FOCUS_SECONDS, HOLD_SECONDS = 4.0, 2.5, 2.0
"""The longest that each step waits: exposure for a sensor that was slow and in the dark; a scan takes up to
2 s on a near thing (picamera2 #944)."""

TRIGGER_SECONDS = 2.0
"""The longest until a scan that was asked for shows: a dozen frames, which may be slow."""

STEADY_SECONDS = 2.0
"""A light that has not changed for so long is one that exposure and focus have had time for."""

FASTEST_RATE = 30.0
"""Frames a second during a press."""

# libcamera's control_ids.
MANUAL, _AUTO, CONTINUOUS = 0, 1, 2
_SCANNING, _FOCUSED, _FAILED = 1, 2, 3
_START = 0
_PAUSE_AFTER_SCAN, _RESUME = 1, 2
_PAUSED = 2
_CONVERGED = 2

# Frames that are under way when the light changes, and as many more until automatic exposure has noticed.
_UNDER_WAY = 8
_STEADY_STEP = 0.05
_STEADY_FRAMES = 3
# A sensor rounds exposure to its lines and gain to its codes.
_ROUNDING = 0.02


class Driven(Protocol):
    """A camera as its press sees it."""

    def ask(self, **controls: Any) -> None:
        """Set controls; those that the camera doesn't have are left out."""

    def step(self) -> Metadata:
        """Wait for the next frame, and say what its metadata is."""


class Press:
    """One camera's way to a burst; `unsettled` names the steps whose wait ran out.

    `observe` is to be given every frame, between presses too: what they showed saves a press its wait.
    `follows_focus` says that the lens moves by itself; `now` counts seconds.
    """

    def __init__(self, camera: Driven, follows_focus: bool, now: Callable[[], float]) -> None:
        self._camera, self.follows_focus, self._now = camera, follows_focus, now
        self._recent: deque[Metadata] = deque(maxlen=_STEADY_FRAMES)
        self._frames = 0
        self._lit_at = 0
        self._scanned_at = -1
        self._triggered = False
        self.unsettled: list[str] = []

    def observe(self, metadata: Metadata) -> None:
        """Another frame has come."""
        self._frames += 1
        self._recent.append(metadata)
        if metadata.get("AfState") == _SCANNING:
            self._scanned_at = self._frames

    def prepare(self, light_age: float) -> None:
        """Settle, then hold; the light has been as it is for `light_age` seconds."""
        steady = light_age >= STEADY_SECONDS
        self.unsettled, self._triggered = [], False
        self._lit_at = self._frames - (_UNDER_WAY if steady else 0)
        self._settle_exposure()
        if self.follows_focus:
            self._settle_focus(steady)
        self._hold()

    def release(self) -> Metadata:
        """The controls that give exposure and focus back to the camera."""
        controls: Metadata = {"AeEnable": True}
        if self.follows_focus:
            controls |= {"AfMode": CONTINUOUS} if self._triggered else {"AfPause": _RESUME}
        return controls

    def _settle_exposure(self) -> None:
        if not self._exposure_is_settled():
            self._camera.ask(FrameDurationLimits=frame_duration_limits(FASTEST_RATE))
            self._wait("exposure", EXPOSURE_SECONDS, self._exposure_is_settled)

    def _exposure_is_settled(self) -> bool:
        """Whether the last frames, all of them under this light, differ by next to nothing."""
        if self._frames - self._lit_at < _UNDER_WAY or not self._recent:
            return False
        last = self._recent[-1]
        if last.get("AeState") == _CONVERGED or last.get("AeLocked"):
            return True
        lights = [_light(metadata) for metadata in self._recent]
        return len(lights) == _STEADY_FRAMES and max(lights) <= (1 + _STEADY_STEP) * min(lights)

    def _settle_focus(self, steady: bool) -> None:
        """Wait for the end of a scan that has begun under this light, or else start one."""
        if steady and self._focus_state == _FOCUSED:
            return
        if self._scanned_at <= self._lit_at:
            # The state of the last scan stays for several frames after a new trigger (picamera2 #670), so
            # that Scanning is to be seen first.
            asked_at, self._triggered = self._frames, True
            limits = frame_duration_limits(FASTEST_RATE)
            self._camera.ask(FrameDurationLimits=limits, AfMode=_AUTO, AfTrigger=_START)
            if not self._wait("focus", TRIGGER_SECONDS, lambda: self._scanned_at > asked_at):
                return
        if self._wait("focus", FOCUS_SECONDS, self._scan_has_ended) and self._focus_state == _FAILED:
            self.unsettled.append("focus")

    def _scan_has_ended(self) -> bool:
        return self._focus_state != _SCANNING

    def _hold(self) -> None:
        """Ask for what the last frame had, and wait until a frame shows it."""
        last = self.last or self._camera.step()
        names = ("ExposureTime", "AnalogueGain", "ColourGains")
        wanted = {name: last[name] for name in names if name in last}
        limits = frame_duration_limits(FASTEST_RATE, longest=wanted.get("ExposureTime", 0))
        pause = self.follows_focus and not self._triggered
        asked_at = self._frames
        self._camera.ask(
            AeEnable=False,
            AwbEnable=False,
            FrameDurationLimits=limits,
            **wanted,
            **({"AfPause": _PAUSE_AFTER_SCAN} if pause else {}),
        )

        def shown() -> bool:
            # Frames that were under way may have these values too, while exposure is still free.
            if self._frames - asked_at < _UNDER_WAY:
                return False
            last = self._recent[-1]
            still = last.get("AfPauseState") == _PAUSED if pause else self._scan_has_ended()
            in_time = last.get("FrameDuration", 0) <= limits[1] * (1 + _ROUNDING)
            return still and in_time and all(_is_near(last.get(name), wanted[name]) for name in wanted)

        self._wait("hold", HOLD_SECONDS, shown)

    @property
    def last(self) -> Metadata:
        """The metadata of the last frame; empty before the first."""
        return self._recent[-1] if self._recent else {}

    def _wait(self, name: str, seconds: float, come: Callable[[], bool]) -> bool:
        """Look at frames until it has come; else note that it didn't in time."""
        give_up = self._now() + seconds
        while not come():
            if self._now() >= give_up:
                self.unsettled.append(name)
                return False
            self._camera.step()
        return True

    @property
    def _focus_state(self) -> int | None:
        return self.last.get("AfState")


def frame_duration_limits(rate: float, longest: float = 0.0) -> tuple[int, int]:
    """FrameDurationLimits of a rate, in microseconds; an exposure longer than a frame stretches them."""
    shortest = round(1e6 / rate)
    return shortest, max(shortest, round(longest))


def _light(metadata: Metadata) -> float:
    """What a frame was exposed for, in microseconds at a gain of 1; constant where a camera doesn't tell."""
    return float(metadata.get("ExposureTime", 1)) * float(metadata.get("AnalogueGain", 1))


def _is_near(shown: Any, wanted: Any) -> bool:
    if isinstance(wanted, (tuple, list)):
        return isinstance(shown, (tuple, list)) and all(map(_is_near, shown, wanted))
    return isinstance(shown, (int, float)) and abs(shown - wanted) <= _ROUNDING * abs(wanted)
