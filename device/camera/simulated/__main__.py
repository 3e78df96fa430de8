"""Presses on simulated camera modules; the exit status is 1 when one goes wrong."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from device.camera.base import UNSETTLED, Wishes
from device.camera.picamera import PiCamera
from device.camera.simulated import MODULES, Module, Scene, library_of, virtual_time
from device.camera.simulated.automatics import AIM_US, AfState
from device.settings import SHIPPED

DIMMEST, BRIGHTEST = 0.8, 1.25
MOST_CHANGE = 0.02
BURST, PRESSES = 8, 3
DARK_SECONDS = 3.0
RATE = 30.0
MOST_SECONDS = {"dark": 1.8, "lit": 1.2}
_HEAD = """| module | press | s | brightness / aim | AfState | exposure x gain, ms | fault |
|---|---|---|---|---|---|---|"""
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


def main(models: Sequence[str] = _ORDER) -> int:
    """Three presses from dark on each module, and one with the light on already."""
    failed = False
    print(_HEAD)
    for model in models:
        bench = Bench(MODULES[model])
        for press in range(1, PRESSES + 2):
            kind = "dark" if press <= PRESSES else "lit"
            bench.shine(0.0 if kind == "dark" else 1.0)
            bench.watch(DARK_SECONDS)
            report = bench.press()
            faults = report.faults(MOST_SECONDS[kind])
            failed = failed or bool(faults)
            words = "; ".join(faults) or "none"
            print(f"| {MODULES[model].title} | {press}, {kind} {_cells(report)} | {words} |")
    return 1 if failed else 0


def _cells(report: PressReport) -> str:
    states = sorted({AfState(state).name.lower() for state in report.states if state is not None})
    exposures = sorted({f"{exposure / 1000:.2f}" for exposure in report.exposures})
    brightness = " ".join(f"{each:.2f}" for each in report.brightness)
    return f"| {report.seconds:.2f} | {brightness} | {', '.join(states) or '-'} | {', '.join(exposures)}"


if __name__ == "__main__":
    sys.exit(main())
