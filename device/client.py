"""Talks to a running daemon over its page's interface.

Over `http.client`, which asks no proxy and follows no redirection: the token of the device's owner must reach
nobody but the daemon, whatever the environment names.
"""

import json
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

from device.access.local import find_token
from device.errors import DaemonError
from device.settings import Settings

_TIMEOUT_SECONDS = 10.0
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Where a daemon that listens on all addresses is reached from its own machine."""


def ask(settings: Settings, method: str, path: str, patience: float = _TIMEOUT_SECONDS) -> dict[str, Any]:
    """The JSON answer of the daemon on this machine, waited for `patience` seconds.

    Raises DaemonError when none answers or it refuses, with its own words.
    """
    try:
        with send(settings, method, path, patience) as response:
            answer: dict[str, Any] = json.load(response)
            return answer
    except (OSError, HTTPException, ValueError) as error:
        raise _nobody(settings) from error


def send(settings: Settings, method: str, path: str, patience: float = _TIMEOUT_SECONDS) -> HTTPResponse:
    """The daemon's answer, still to be read and then closed; asked with the token it left for commands here.

    Raises DaemonError when none answers or it refuses, with its own words.
    """
    token = find_token(settings.port)
    # Each answer is the only one of its connection, and closing it ends that.
    headers = {"Connection": "close"} | ({"Authorization": f"Bearer {token}"} if token else {})
    connection = HTTPConnection(*_address(settings), timeout=patience)
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        if response.status >= HTTPStatus.MULTIPLE_CHOICES:
            with response:
                raise _refusal(response)
        return response
    except (OSError, HTTPException) as error:
        connection.close()
        raise _nobody(settings) from error


def _address(settings: Settings) -> tuple[str, int]:
    return _LOOPBACK.get(settings.host, settings.host), settings.port


def _nobody(settings: Settings) -> DaemonError:
    host, port = _address(settings)
    return DaemonError("no_daemon", host=host, port=port)


def _refusal(response: HTTPResponse) -> DaemonError:
    if response.status == HTTPStatus.UNAUTHORIZED:
        return DaemonError("daemon_token_unreadable")
    try:
        return DaemonError("daemon_refused", detail=str(json.load(response)["detail"]))
    except (OSError, HTTPException, ValueError, LookupError, TypeError):
        return DaemonError("daemon_answered", status=response.status, reason=response.reason)
