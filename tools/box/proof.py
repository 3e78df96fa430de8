"""Steps with a name, each passed or failed, and what they say together."""

import time
import traceback
from collections.abc import Callable


class Proof:
    """Runs steps one after the other and remembers how each went; a failed one doesn't stop the next."""

    def __init__(self, title: str) -> None:
        self._title, self._failed, self._count = title, [], 0
        print(f"\n{title}", flush=True)

    def step(self, name: str, act: Callable[[], str | None]) -> bool:
        """Do `act`, which raises when the step fails and may return a figure worth knowing."""
        self._count += 1
        start = time.monotonic()
        try:
            figure = act()
        except Exception as error:
            self._failed.append(name)
            print(f"  FAIL  {name}: {error}", flush=True)
            if not isinstance(error, AssertionError):
                traceback.print_exc()
            return False
        measured = f": {figure}" if figure else ""
        print(f"  pass  {name}{measured} ({time.monotonic() - start:.1f} s)", flush=True)
        return True

    def sum_up(self) -> int:
        """Print the outcome; 0 when every step passed, else 1."""
        passed = self._count - len(self._failed)
        failed = f"; failed: {', '.join(self._failed)}" if self._failed else ""
        print(f"{self._title}: {passed} of {self._count} steps passed{failed}", flush=True)
        return 1 if self._failed or not self._count else 0
