"""Debian's Firefox, headless, as far as holding the page to the device needs it.

Playwright drives Firefox only where it is patched or newer than the long-term one of Debian, and Debian has
no geckodriver. Firefox's own Marionette protocol is all that either would use:
https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

import json
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FIREFOX = Path("/usr/bin/firefox-esr")

_START_S = 90
_SCRIPT_MS = 7_200_000
"""Long enough for all pictures of a run on a slow machine."""

_PREFERENCES = {
    # Any free port: Firefox writes it into its profile.
    "marionette.port": 0,
    "app.update.enabled": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The key of an element's reference: W3C WebDriver, section 12."""


class FirefoxPage:
    """A window of Firefox; the methods are named as those of Playwright's page."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._stream, self._number = connection, connection.makefile("rb"), 0
        self._receive()
        self.version: str = self._ask("WebDriver:NewSession")["capabilities"]["browserVersion"]
        self._ask("WebDriver:SetTimeouts", script=_SCRIPT_MS)

    def goto(self, address: str) -> None:
        """Open an address, and wait until it is loaded."""
        self._ask("WebDriver:Navigate", url=address)

    def evaluate(self, function: str, argument: Any = None) -> Any:
        """What a JavaScript function gives for an argument. Raises RuntimeError with its error."""
        script = (
            "const [argument, done] = arguments;"
            f"Promise.resolve(argument).then({function}).then(value => done({{value}}),"
            " error => done({error: String(error)}));"
        )
        answer = self._ask("WebDriver:ExecuteAsyncScript", script=script, args=[argument])["value"]
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer.get("value")

    def choose_file(self, selector: str, file: Path) -> None:
        """Choose a file in the input that a CSS selector finds."""
        found = self._ask("WebDriver:FindElement", using="css selector", value=selector)["value"]
        self._ask("WebDriver:ElementSendKeys", id=found[_ELEMENT], text=str(file.resolve()))

    def _ask(self, command: str, **parameters: Any) -> Any:
        self._number += 1
        message = json.dumps([0, self._number, command, parameters]).encode()
        self._connection.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._receive()
        if error:
            raise RuntimeError(f"{command}: {error['message']}")
        return result

    def _receive(self) -> Any:
        size = b""
        while not size.endswith(b":"):
            sign = self._stream.read(1)
            if not sign:
                raise RuntimeError("Firefox has ended")
            size += sign
        return json.loads(self._stream.read(int(size[:-1])))


@contextmanager
def open_firefox() -> Iterator[FirefoxPage]:
    """A Firefox with a fresh profile, until the context ends. Raises RuntimeError when it doesn't start."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        profile = Path(folder)
        (profile / "user.js").write_text("".join(map(_preference, _PREFERENCES.items())))
        process = subprocess.Popen(
            [FIREFOX, "--headless", "--marionette", "--no-remote", "--profile", folder],
            env={**os.environ, "HOME": folder},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with socket.create_connection(("127.0.0.1", _port(profile))) as connection:
                yield FirefoxPage(connection)
        finally:
            process.terminate()
            process.wait()


def _preference(item: tuple[str, Any]) -> str:
    return "user_pref({}, {});\n".format(*map(json.dumps, item))


def _port(profile: Path) -> int:
    file = profile / "MarionetteActivePort"
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        if file.exists() and (text := file.read_text()):
            return int(text)
        time.sleep(0.2)
    raise RuntimeError(f"Firefox hasn't started in {_START_S} s")
