"""Presses on simulated camera modules; the exit status is 1 when one goes wrong."""

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from device.camera.base import UNSETTLED, Wishes
from device.camera.picamera import PiCamera
from device.camera.simulated import MODULES, Module, Scene, library_of, virtual_time
from device.camera.simulated.automatics import AIM_US, AfState
from device.settings import SHIPPED

DIMMEST, BRIGHTEST = 0.8, 1.25
MOST_CHANGE = 0.02
BURST = 8
DARK_SECONDS = 3.0
RATE = 30.0
MOST_SECONDS = {"dark": 1.8, "lit": 1.2}
"""The longest press from the dark and with the light on, the sensor at 30 frames a second."""

_CASES = (("dark", 30), ("dark", 30), ("dark", 30), ("lit", 30), ("lit", 10), ("dark", 10), ("dark", 5))
"""The light and the frames a second before a press; 10 is the view's rate, 5 that when nobody aims."""

_HEAD = """| module | light, frames/s | s | brightness / aim | AfState | exposure x gain, ms | fault |
|---|---|---|---|---|---|---|"""
_BEGIN, _END = "<!-- camera model -->", "<!-- end of camera model -->"
_ORDER = ("imx708", "imx477", "imx296", "imx219")


@dataclass(frozen=True)
class PressReport:
    """A press: its frames' brightness over the aim, focus states and exposures, and how long it took."""

    seconds: float
    brightness: list[float]
    states: list[int | None]
    exposures: list[float]
    unsettled: list[str]

    def faults(self, most_seconds: float) -> list[str]:
        """What is wrong with it, in words."""
        low, high = min(self.brightness), max(self.brightness)
        changes = [
            abs(after / before - 1) for before, after in zip(self.exposures, self.exposures[1:], strict=False)
        ]
        found = {
            f"brightness from {low:.2f} to {high:.2f}": low < DIMMEST or high > BRIGHTEST,
            "a frame while the lens moves": AfState.SCANNING in self.states,
            f"exposure changes by {max(changes):.0%}": max(changes) > MOST_CHANGE,
            f"not settled: {', '.join(self.unsettled)}": bool(self.unsettled),
            f"takes {self.seconds:.2f} s": self.seconds > most_seconds,
        }
        return [fault for fault, true in found.items() if true]


class Bench:
    """One module before the shipped pictures, with a ring light and a clock of its own."""

    def __init__(self, module: Module, rate: float = RATE) -> None:
        self.light, self.clock, self._lit_at = 0.0, virtual_time(), 0.0
        self.light_of: Callable[[], float] | None = None
        scene = Scene(SHIPPED / "frames", lambda: self.light_of() if self.light_of else self.light)
        wishes = Wishes(rate)
        library = library_of(module, scene, self.clock)
        self.driver = library.Picamera2(0)
        library.Picamera2 = lambda number: self.driver
        self.camera = PiCamera(wishes=lambda name: wishes, library=library, clock=self.clock)

    def shine(self, light: float) -> None:
        """Set the ring light, 0 to 1."""
        self.light, self._lit_at = light, self.clock.now()

    def slow_down(self, rate: float) -> None:
        """Take so many views a second from now on."""
        self.camera.adapt(Wishes(rate))

    def watch(self, seconds: float) -> None:
        """Take views for so long."""
        end = self.clock.now() + seconds
        while self.clock.now() < end:
            self.camera.capture()

    def press(self) -> PressReport:
        """Light, a burst as the runner takes it, and the light as it was."""
        before, start = self.light, self.clock.now()
        if not before:
            self.shine(1.0)
        self.camera.prepare(start - self._lit_at if before else 0.0)
        frames, lights = [], []
        for _ in range(BURST):
            frames.append(self.camera.capture(large=True).metadata)
            lights.append(self.light)
        end = self.clock.now()
        self.camera.release()
        if not before:
            self.shine(0.0)
        exposures = [frame["ExposureTime"] * frame["AnalogueGain"] for frame in frames]
        return PressReport(
            end - start,
            [exposure * light / AIM_US for exposure, light in zip(exposures, lights, strict=True)],
            [frame.get("AfState") for frame in frames],
            exposures,
            frames[-1].get(UNSETTLED, []),
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Press from the dark three times and with the light on, and once more each from a slow sensor."""
    parser = argparse.ArgumentParser(prog="python -m device.camera.simulated")
    parser.add_argument(
        "--into", type=Path, metavar="FILE", help="a Markdown file with a place for the table"
    )
    parser.add_argument("models", nargs="*", default=_ORDER, metavar="MODEL", help="imx708, imx477, ...")
    given = parser.parse_args(arguments)
    lines, failed = [_HEAD], False
    for model in given.models:
        bench = Bench(MODULES[model])
        for light, rate in _CASES:
            bench.slow_down(rate)
            bench.shine(0.0 if light == "dark" else 1.0)
            bench.watch(DARK_SECONDS)
            report = bench.press()
            limit = MOST_SECONDS[light] if rate == RATE or light == "lit" else math.inf
            faults = report.faults(limit)
            failed = failed or bool(faults)
            words = "; ".join(faults) or "none"
            lines.append(f"| {MODULES[model].title} | {light}, {rate} {_cells(report)} | {words} |")
    table = "\n".join(lines)
    print(table)
    if given.into:
        head, begin, rest = given.into.read_text().partition(_BEGIN)
        given.into.write_text(f"{head}{begin}\n{table}\n{_END}{rest.partition(_END)[2]}")
    return 1 if failed else 0


def _cells(report: PressReport) -> str:
    states = sorted({AfState(state).name.lower() for state in report.states if state is not None})
    exposures = sorted({f"{exposure / 1000:.2f}" for exposure in report.exposures})
    brightness = " ".join(f"{each:.2f}" for each in report.brightness)
    return f"| {report.seconds:.2f} | {brightness} | {', '.join(states) or '-'} | {', '.join(exposures)}"


if __name__ == "__main__":
    sys.exit(main())
