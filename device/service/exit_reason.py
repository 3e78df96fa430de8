"""Why the daemon ended, in one sentence, for the page that explains it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from device.errors import DermapointError

FILE = "exit-reason"
"""In the unit's RuntimeDirectory, which outlives the process but not the power."""


class ExitReason:
    """One sentence in a file, for the page that explains; silent without a folder."""

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / FILE if folder else None
        self._said = ""
        self.before = self._read()
        """What the process before this one said; empty once all is well."""

    def say(self, sentence: str) -> None:
        """Leave `sentence` behind. A disk that refuses is no reason to fail once more."""
        if self._path and sentence != self._said:
            self._said = sentence
            with suppress(OSError):
                self._path.write_text(sentence)

    def take_back(self) -> None:
        """All is well again."""
        self.before = ""
        if self._path and self._said:
            self.forget()

    def forget(self) -> None:
        """Remove what an earlier process said."""
        self._said = ""
        if self._path:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def _read(self) -> str:
        with suppress(OSError):
            return self._path.read_text(errors="replace") if self._path else ""
        return ""

    @contextmanager
    def of_errors(self) -> Iterator[None]:
        """Leave behind what an error says that ends the context, and let it go on."""
        try:
            yield
        except DermapointError as error:
            self.say(str(error))
            raise
        except Exception as error:
            # Its words are for programmers, and may name what isn't for everyone: they go to the log alone.
            self.say(f"the program failed ({type(error).__name__}); the log says where")
            raise


def open_exit_reason(environment: Mapping[str, str] = os.environ) -> ExitReason:
    """That of this service; silent where it isn't one."""
    folder = environment.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    return ExitReason(Path(folder) if folder else None)
