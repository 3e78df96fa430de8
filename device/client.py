"""Talks to a running daemon over its page's interface."""

import json
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import Any

from device.access.local import find_token
from device.errors import DaemonError
from device.settings import Settings

_TIMEOUT_SECONDS = 10.0


def ask(settings: Settings, method: str, path: str, patience: float = _TIMEOUT_SECONDS) -> dict[str, Any]:
    """The JSON answer of the daemon on this machine, waited for `patience` seconds.

    Raises DaemonError when none answers or it refuses, with its own words.
    """
    request = request_to(settings, method, path)
    try:
        with urllib.request.urlopen(request, timeout=patience) as response:
            answer: dict[str, Any] = json.load(response)
            return answer
    except urllib.error.HTTPError as error:
        raise DaemonError(_problem(error)) from error
    except (OSError, ValueError) as error:
        address = request.full_url.removesuffix(path)
        raise DaemonError(f"no daemon answers at {address}; start it with `dermapoint run`") from error


def request_to(settings: Settings, method: str, path: str) -> urllib.request.Request:
    """A request to the daemon on this machine, with the token that it left for commands here."""
    host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host
    token = find_token(settings.port)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return urllib.request.Request(f"http://{host}:{settings.port}{path}", method=method, headers=headers)


def _problem(error: urllib.error.HTTPError) -> str:
    if error.code == HTTPStatus.UNAUTHORIZED:
        return "the daemon's token can't be read; run this with sudo, or as the daemon's user"
    try:
        return str(json.load(error)["detail"])
    except (ValueError, KeyError):
        return f"the daemon answered {error.code} {error.reason}"
