"""The simulated camera's automatic exposure, white balance and focus, frame by frame."""

import math
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from device.camera.simulated.modules import Module

SPEED = 0.2
"""How much of the way to its aim automatic exposure goes in a frame (libcamera, rpi/controller/rpi/agc)."""

SATURATED = 6.0
"""Times the aim from which a picture is all white, so that exposure can't tell how much too bright it is:
its aim is a mean of 0.16 of the range (libcamera's tuning files)."""

MOST_EXPOSURE_US = 66_666.0
"""The longest exposure that automatic exposure takes (libcamera's tuning files, "normal")."""

LATENCY = (3, 4)
"""Frames from a request's turn until the sensor follows it (picamera2 #1278)."""

AIM_US = 8000.0
"""The exposure that is right at a gain of 1 under the ring light; the model's own choice."""

_NEAR, _NEAR_SPEED = 0.2, SPEED**0.5
_LOCK_FRAMES, _LOCK_ERROR = 5, 0.1


@dataclass
class Exposure:
    """Automatic exposure and the sensor that follows it late.

    `time` in microseconds and `gain` are those of the frame under way.
    """

    module: Module
    automatic: bool = True
    time: float = 10_000.0
    gain: float = 1.0
    longest: float = 33_333.0
    locked: bool = False
    _filtered: float = 10_000.0
    _coming: deque[tuple[int, float, float]] = field(default_factory=deque)
    _fixed: tuple[float, float] | None = None
    _steady: int = 0

    def set(self, controls: dict[str, Any], frame: int) -> None:
        """Follow the controls of the request whose turn it is."""
        if controls.get("AeEnable", self.automatic):
            self.automatic = True
            self._fixed = None
        else:
            time, gain = self._fixed or (self.time, self.gain)
            self._fixed = (
                float(controls.get("ExposureTime", time)),
                float(controls.get("AnalogueGain", gain)),
            )
            self.automatic = False
            self._send(*self._fixed, frame)

    def expose(self, frame: int) -> None:
        """What has reached the sensor by now."""
        while self._coming and self._coming[0][0] <= frame:
            _, self.time, self.gain = self._coming.popleft()

    def learn(self, brightness: float, frame: int) -> None:
        """Look at a frame of so many times the aim's brightness, and send the sensor what follows from it."""
        if not self.automatic:
            self.locked = False
            return
        have = self.time * self.gain
        most = min(self.longest, MOST_EXPOSURE_US) * self.module.most_gain
        seen = min(brightness, SATURATED)
        wanted = min(have / max(seen, 1e-6), most)
        near = abs(self._filtered / wanted - 1) < _NEAR
        speed = _NEAR_SPEED if near else SPEED
        self._filtered += speed * (wanted - self._filtered)
        self._steady = self._steady + 1 if abs(have / wanted - 1) < _LOCK_ERROR else 0
        self.locked = self._steady >= _LOCK_FRAMES
        time = min(self._filtered, self.longest, MOST_EXPOSURE_US)
        self._send(time, min(self._filtered / time, self.module.most_gain), frame)

    def _send(self, time: float, gain: float, frame: int) -> None:
        lines = max(1, round(min(time, self.longest) / self.module.line_us))
        steps = max(16, round(gain * 16))
        due = max(frame + LATENCY[frame % 2], self._coming[-1][0] if self._coming else 0)
        self._coming.append((due, lines * self.module.line_us, steps / 16))


class AfState(IntEnum):
    """libcamera's."""

    IDLE = 0
    SCANNING = 1
    FOCUSED = 2
    FAILED = 3


_MANUAL, _AUTO, _CONTINUOUS = 0, 1, 2
_START = 0
_RESUME = 2
_RUNNING, _PAUSING, _PAUSED = 0, 1, 2

_STALE_FRAMES = 4
"""So long the state of the scan before stays after a trigger (picamera2 #670)."""
_NOTICE_FRAMES = 10
"""So long a change of the scene lasts until continuous focus starts to scan (libcamera, rpi.af)."""
_CHANGED, _LEAST_CONTRAST = 0.3, 0.05


@dataclass
class Focus:
    """Automatic focus; `position` in dioptres, as is `subject`, how near the thing lies.

    A scan takes `scan_frames`; 60 and more have been seen (picamera2 #944, #1055). With `fails` it finds
    nothing.
    """

    module: Module
    subject: float
    position: float = 1.0
    state: AfState = AfState.IDLE
    scan_frames: int = 20
    fails: bool = False
    mode: int = _MANUAL
    paused: bool = False
    _left: int = 0
    _stale: int = 0
    _changed: int = 0
    _known: tuple[float, float] = (0.0, 0.0)

    def set(self, controls: dict[str, Any]) -> None:
        """Follow the controls of the request whose turn it is."""
        mode = controls.get("AfMode", self.mode)
        if mode != self.mode:
            self.mode, self.paused, self._left, self._stale = mode, False, 0, 0
            if mode == _CONTINUOUS:
                self._scan()
        if self.mode == _MANUAL:
            low, high = self.module.lens or (0.0, 0.0)
            self.position = min(max(float(controls.get("LensPosition", self.position)), low), high)
            self.state = AfState.IDLE
        if self.mode == _AUTO and controls.get("AfTrigger") == _START:
            self._scan(_STALE_FRAMES)
        pause = controls.get("AfPause")
        if self.mode == _CONTINUOUS and pause is not None:
            if pause == _RESUME and self.paused:
                self._scan()
            self.paused = pause != _RESUME
            if pause == 0:
                self._left = self._stale = 0

    def look(self, brightness: float) -> None:
        """Look at a frame of so many times the aim's brightness."""
        if self._stale:
            self._stale -= 1
            return
        if self._left:
            self._left -= 1
            self.state = AfState.SCANNING
            low, high = self.module.lens or (0.0, 0.0)
            # There and back, as a search goes: never sharp but by chance.
            self.position = low + (high - low) * abs(math.sin(self._left / 3))
            if not self._left:
                lost = self.fails or _contrast(brightness) < _LEAST_CONTRAST
                self.state = AfState.FAILED if lost else AfState.FOCUSED
                self.position = 1.0 if lost else min(max(self.subject, low), high)
                self._known = (_contrast(brightness), self.subject)
                self._changed = 0
        elif self.mode == _CONTINUOUS and not self.paused:
            self._watch(brightness)

    def metadata(self) -> dict[str, Any]:
        """As libcamera tells of it."""
        pause = _RUNNING if not self.paused else _PAUSING if self._left or self._stale else _PAUSED
        return {"AfState": int(self.state), "AfPauseState": pause, "LensPosition": self.position}

    def _scan(self, stale: int = 0) -> None:
        self._left, self._stale = self.scan_frames, stale

    def _watch(self, brightness: float) -> None:
        contrast, subject = self._known
        seen = _contrast(brightness)
        changed = abs(seen - contrast) > _CHANGED * max(seen, contrast) or subject != self.subject
        self._changed = self._changed + 1 if changed else 0
        if self._changed >= _NOTICE_FRAMES:
            self._scan()


def _contrast(brightness: float) -> float:
    """What a picture has for focus to go by: little in the dark, none when blown out."""
    return min(1.0, brightness, max(0.0, 1 - brightness / SATURATED))


@dataclass
class WhiteBalance:
    """Automatic white balance, which moves slowly, and not at all in the dark."""

    module: Module
    automatic: bool = True
    gains: tuple[float, float] = (1.5, 1.5)

    def set(self, controls: dict[str, Any]) -> None:
        """Follow the controls of the request whose turn it is."""
        self.automatic = bool(controls.get("AwbEnable", self.automatic))
        given = controls.get("ColourGains")
        if given is not None and not self.automatic:
            self.gains = (float(given[0]), float(given[1]))

    def learn(self, brightness: float) -> None:
        """Look at a frame of so many times the aim's brightness."""
        if self.automatic and 0.1 < brightness < SATURATED:
            red, blue = self.gains
            aim_red, aim_blue = self.module.colour_gains
            self.gains = (red + 0.05 * (aim_red - red), blue + 0.05 * (aim_blue - blue))
