"""The button and the lamp."""

import logging
import queue
import threading
from types import TracebackType
from typing import Any

from gpiozero import RGBLED, Button
from gpiozero.exc import GPIOZeroError
from gpiozero.pins.mock import MockFactory, MockPWMPin

from device.announcer import Announcer, Event
from device.errors import DermapointError, SettingsError
from device.examination import Triage
from device.examiner import Examiner
from device.settings import Settings

BOUNCE_SECONDS = 0.05

RED, GREEN, BLUE, YELLOW, WHITE, DIM = (
    (1, 0, 0),
    (0, 1, 0),
    (0, 0, 1),
    (1, 0.6, 0),
    (1, 1, 1),
    (0, 0.05, 0.05),
)
LAMP_COLOURS = {Triage.REFER: RED, Triage.WATCH: GREEN, Triage.RETAKE: YELLOW, Triage.NO_ANSWER: BLUE}

log = logging.getLogger(__name__)


class Panel:
    """Presses when the button is pressed, and shows on the lamp what comes of it.

    Dim: ready. White: looking. Red, green, yellow, blue: refer, watch, retake, no answer.
    Red that blinks: a fault. Use as a context manager. Raises SettingsError where there are no such pins.
    """

    def __init__(self, examiner: Examiner, announcer: Announcer, settings: Settings) -> None:
        self._examiner, self._announcer = examiner, announcer
        self._closing = threading.Event()
        try:
            pins: Any = MockFactory(pin_class=MockPWMPin) if settings.mock_pins else None
            self.button = Button(
                settings.button_pin,
                bounce_time=None if settings.mock_pins else BOUNCE_SECONDS,
                pin_factory=pins,
            )
            self.lamp = RGBLED(*settings.lamp_pins, initial_value=DIM, pin_factory=pins)
        except (GPIOZeroError, OSError) as error:
            raise SettingsError(
                f"the pins can't be used ({error}); set 'mock_pins' to true without a panel"
            ) from error
        self.button.when_pressed = self._press
        self._lamp_thread = threading.Thread(target=self._show_events, name="lamp", daemon=True)

    def __enter__(self) -> "Panel":
        self._lamp_thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._lamp_thread.join(timeout=2)
        self.button.close()
        self.lamp.close()

    def _press(self) -> None:
        try:
            self._examiner.press()
        except DermapointError as error:
            log.info("button: %s", error)

    def _show_events(self) -> None:
        with self._announcer.listen() as events:
            while not self._closing.is_set():
                try:
                    self._show(events.get(timeout=0.5))
                except queue.Empty:
                    continue

    def _show(self, event: Event) -> None:
        if event.kind == "fault":
            self.lamp.blink(on_time=0.2, off_time=0.2, on_color=RED)
        elif event.kind == "busy":
            self.lamp.color = WHITE
        elif event.kind == "examination":
            self.lamp.color = LAMP_COLOURS[Triage(event.data["finding"]["triage"])]
