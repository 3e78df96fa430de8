"""Talks to a running daemon over its page's interface."""

import json
import urllib.error
import urllib.request
from typing import Any

from device.errors import DaemonError
from device.settings import Settings

_TIMEOUT_SECONDS = 10.0


def ask(settings: Settings, method: str, path: str) -> dict[str, Any]:
    """The JSON answer of the daemon on this machine.

    Raises DaemonError when none answers or it refuses, with its own words.
    """
    host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host
    address = f"http://{host}:{settings.port}"
    request = urllib.request.Request(address + path, method=method)
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:
            answer: dict[str, Any] = json.load(response)
            return answer
    except urllib.error.HTTPError as error:
        raise DaemonError(_problem(error)) from error
    except (OSError, ValueError) as error:
        raise DaemonError(f"no daemon answers at {address}; start it with `dermapoint run`") from error


def _problem(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["detail"])
    except (ValueError, KeyError):
        return f"the daemon answered {error.code} {error.reason}"
