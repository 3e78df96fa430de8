"""Ties button, lamp, buzzer and ring light to the examiner and the announcer."""

import logging
import math
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any, Protocol

from gpiozero import PWMLED, RGBLED, Button, Buzzer
from gpiozero.exc import GPIOZeroError
from gpiozero.pins.mock import MockFactory, MockPWMPin

from device.announcer import Announcer, Event, Listener, fault
from device.errors import DermapointError, SettingsError
from device.message import Message
from device.panel import patterns
from device.panel.gestures import Gesture, Gestures
from device.panel.patterns import Pattern
from device.panel.power import power_off_of
from device.panel.ring_light import RingLight
from device.panel.signals import Signals
from device.settings import Settings
from device.words import say

RING_LIGHT_HERTZ = 1000
"""How often the ring light goes on and off when it is dimmed."""

log = logging.getLogger(__name__)


class Pressed(Protocol):
    """What the button asks for; each returns when it is done and raises DermapointError when it can't."""

    def press(self) -> Any:
        """Take and judge a burst."""

    def retake(self) -> Any:
        """The same, in place of the last one."""


class Panel:
    """The panel, from its opening on: use it as a context manager.

    The lamp says *starting* until `ready` names who is to be asked; what the button does before is
    of no effect, but for the power-off. `power_off` is what a very long press does; the settings'
    command unless it is given. `clock` counts seconds. Raises SettingsError where there are no such pins.
    """

    def __init__(
        self,
        announcer: Announcer,
        settings: Settings,
        power_off: Callable[[], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._announcer, self._clock = announcer, clock
        self._power_off = power_off or power_off_of(settings)
        self._examiner: Pressed | None = None
        self._state = patterns.STARTING
        self._lock = threading.RLock()
        self._acting = threading.Lock()
        self._closing = threading.Event()
        self._edges: deque[tuple[bool, float]] = deque()
        self._inbox: Listener | None = None
        self._thread = threading.Thread(target=self._run, name="panel", daemon=True)
        self._open(settings)

    def _open(self, settings: Settings) -> None:
        pins: Any = MockFactory(pin_class=MockPWMPin) if settings.mock_pins else None
        with ExitStack() as opened:
            try:
                self.button = Button(settings.button_pin, pin_factory=pins)
                opened.callback(self.button.close)
                self.lamp = RGBLED(*settings.lamp_pins, pin_factory=pins)
                opened.callback(self.lamp.close)
                self.buzzer = Buzzer(settings.buzzer_pin, pin_factory=pins)
                opened.callback(self.buzzer.close)
                light = PWMLED(settings.ring_light_pin, frequency=RING_LIGHT_HERTZ, pin_factory=pins)
                opened.callback(light.close)
            except (GPIOZeroError, OSError) as error:
                raise SettingsError("pins_unusable", error=error) from error
            self._devices = opened.pop_all()
        now = self._clock()
        self.ring_light = RingLight(light, settings.ring_light_brightness, settings.ring_light_idle)
        self._signals = Signals(self.lamp, self.buzzer if settings.buzzer else None, now)
        self._gestures = Gestures(
            settings.long_press_seconds, settings.very_long_press_seconds, self.button.is_pressed, now
        )
        self.button.when_pressed = lambda: self._note_edge(True)
        self.button.when_released = lambda: self._note_edge(False)

    def __enter__(self) -> "Panel":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._nudge()
        self._thread.join(timeout=2)
        self._signals.off()
        self._devices.close()

    def ready(self, examiner: Pressed) -> None:
        """From now on a press asks `examiner`; one that began before doesn't."""
        with self._lock:
            self._examiner = examiner
            self._gestures.forget()
            self._stand(patterns.READY)
        self._nudge()

    def step(self) -> float:
        """Do what is due, and say when to come back: a moment of the clock, infinite for never."""
        with self._lock:
            now = self._clock()
            while self._edges:
                self._follow(self._gestures.level(*self._edges.popleft()))
            # The level itself too: an edge that got lost must not become a power-off.
            self._follow(self._gestures.level(self.button.is_pressed, now))
            self._signals.tick(now)
            return min(self._gestures.next_moment(), self._signals.next_moment())

    def show(self, event: Event) -> None:
        """Show an announced event; kinds that mean nothing to a lamp are passed over."""
        with self._lock:
            now = self._clock()
            if event.kind == "state" and event.data.get("state") in patterns.FOR_STATE:
                self._stand(patterns.FOR_STATE[event.data["state"]])
            elif event.kind == "quality" and self._state.name == patterns.READY.name:
                self._stand(patterns.ready(0 if event.data["advice"] else event.data["focus"]))
            elif self._signals.pattern in (patterns.POWER_WARNING, patterns.POWER_OFF):
                return
            elif event.kind == "busy":
                self._signals.show(patterns.BUSY, now)
            elif event.kind == "fault":
                self._signals.show(patterns.FAULT, now)
            elif event.kind == "examination":
                finding = event.data["finding"]
                # The lamp tells no more than the page does.
                shown = patterns.for_finding(finding["triage"], finding["suspicious"])
                self._signals.show(patterns.WITHHELD if event.data.get("withheld") else shown, now)

    def _run(self) -> None:
        while not self._closing.is_set():
            # Anew, should a pin have kept the lamp so long that it was dropped.
            with self._announcer.listen() as self._inbox:
                self._listen(self._inbox)

    def _listen(self, inbox: Listener) -> None:
        while not (self._closing.is_set() or inbox.dropped):
            try:
                wait = self.step() - self._clock()
                with suppress(queue.Empty):
                    self.show(inbox.get(timeout=None if math.isinf(wait) else max(wait, 0)))
            except Exception:
                # One bad event, or one failing pin, must not take the power-off away.
                log.exception("panel")
                self._closing.wait(1)

    def _stand(self, pattern: Pattern) -> None:
        self._state = pattern
        self._signals.stand(patterns.STUCK if self._gestures.stuck else pattern, self._clock())

    def _note_edge(self, down: bool) -> None:
        # On the thread that watches the pins: only noted here, and followed on the panel's own.
        self._edges.append((down, self._clock()))
        self._nudge()

    def _nudge(self) -> None:
        if self._inbox:
            self._inbox.wake()

    def _follow(self, gestures: list[Gesture]) -> None:
        for gesture in gestures:
            self._do(gesture)

    def _do(self, gesture: Gesture) -> None:
        now = self._clock()
        if gesture is Gesture.PRESS and self._examiner:
            self._ask(self._examiner.press)
        elif gesture is Gesture.RETAKE and self._examiner:
            self._signals.back(now)
            self._ask(self._examiner.retake)
        elif gesture is Gesture.LET_GO and self._examiner and not self._acting.locked():
            self._signals.show(patterns.LET_GO, now)
        elif gesture is Gesture.WARNING:
            self._signals.show(patterns.POWER_WARNING, now)
        elif gesture is Gesture.CANCELLED:
            self._signals.back(now)
        elif gesture is Gesture.POWER_OFF:
            log.info("power-off by the button")
            self._signals.show(patterns.POWER_OFF, now)
            threading.Thread(target=self._try_power_off, name="power-off", daemon=True).start()
        elif gesture is Gesture.STUCK:
            log.error("%s", say(Message("button_stuck")))
            self._stand(self._state)
            self._announcer.announce(fault(Message("button_stuck")))
        elif gesture is Gesture.FREED:
            log.info("the button is free again")
            self._stand(self._state)
            self._signals.back(now)

    def _ask(self, action: Callable[[], Any]) -> None:
        # On a thread of its own, so that lamp and power-off go on. One at a time: the rest is dropped.
        if self._acting.acquire(blocking=False):
            threading.Thread(target=self._try, args=(action,), name="press", daemon=True).start()
        else:
            log.info("button: another press is under way")

    def _try(self, action: Callable[[], Any]) -> None:
        try:
            action()
        except DermapointError as error:
            # The examiner has announced it, where it is more than a press too many.
            log.info("button: %s", error)
        except Exception:
            # Whoever pressed is told; a bug may not end the thread that the power-off needs.
            log.exception("button: the press failed")
            self._announcer.announce(fault(Message("press_failed")))
        finally:
            self._acting.release()

    def _try_power_off(self) -> None:
        try:
            self._power_off()
        except DermapointError as error:
            log.error("%s", error)
            with self._lock:
                self._signals.back(self._clock())
            self._announcer.announce(fault(error))
