"""The lamp and the buzzer: play one pattern at a time, and come back to the standing one."""

from typing import Protocol

from device.panel.patterns import DARK, STARTING, Colour, Pattern


class Lamp(Protocol):
    """What is needed of gpiozero's RGBLED."""

    value: Colour


class Buzzer(Protocol):
    """What is needed of gpiozero's Buzzer."""

    def on(self) -> None: ...
    def off(self) -> None: ...


class Signals:
    """Plays patterns when it is told the time; it has no clock of its own.

    `buzzer` is None where none shall sound.
    """

    def __init__(self, lamp: Lamp, buzzer: Buzzer | None, now: float) -> None:
        self._lamp, self._buzzer = lamp, buzzer
        self.standing: Pattern = STARTING
        self.pattern: Pattern = STARTING
        self._since = now
        self._next = now
        self._out: tuple[Colour, bool] | None = None

    def show(self, pattern: Pattern, now: float) -> None:
        """Play `pattern` from its beginning."""
        self.pattern, self._since = pattern, now
        self.tick(now)

    def stand(self, pattern: Pattern, now: float) -> None:
        """Come back to `pattern` from now on; at once where the earlier one stands."""
        before, self.standing = self.standing, pattern
        if self.pattern is before and pattern is not before:
            self.show(pattern, now)

    def back(self, now: float) -> None:
        """Show the standing pattern."""
        self.show(self.standing, now)

    def tick(self, now: float) -> None:
        """Light and sound as at `now`."""
        if now - self._since >= self.pattern.seconds:
            self.pattern, self._since = self.standing, now
        lit, sounds, change = self.pattern.at(now - self._since)
        self._next = self._since + min(change, self.pattern.seconds)
        self._put(self.pattern.colour if lit else DARK, sounds)

    def next_moment(self) -> float:
        """When `tick` changes something next; infinite: never."""
        return self._next

    def off(self) -> None:
        """Dark and silent."""
        self._put(DARK, False)

    def _put(self, colour: Colour, sounds: bool) -> None:
        if self._out == (colour, sounds):
            return
        self._out = colour, sounds
        self._lamp.value = colour
        if self._buzzer:
            (self._buzzer.on if sounds else self._buzzer.off)()
